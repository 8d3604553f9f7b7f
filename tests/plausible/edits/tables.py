"""Several tables for one address, tables in pieces, and the way in which tables stand in a page."""

from __future__ import annotations

import copy
import random
import re

from expectations.forms import FORMS
from tasks.samples import consistent_figures
from tests.plausible.document import Cell, Draft, Line, Run, Table
from tests.plausible.edits.kinds import ALL, GRIDS, PAGES, NotHere, kind


def _twin(draft: Draft, table: Table, rng: random.Random, blank: bool = False) -> Table:
    """The same table with other figures that add up as well, or with none."""
    figures = consistent_figures(FORMS[draft.form.code], rng, 25)
    twin = copy.deepcopy(table)
    for cell in twin.figures():
        cell.runs = [Run("" if blank else str(figures[cell.address]))]
        cell.address = ""
    return twin


def _beside(draft: Draft, table: Table, others: list[Line | Table], after: bool) -> None:
    at = draft.blocks.index(table) + after
    draft.blocks[at:at] = others


def _some(draft: Draft, rng: random.Random) -> Table:
    return rng.choice([t for t in draft.tables() if t.name in ("table3", "table4")])


@kind(*ALL)
def last_years_table(draft: Draft, rng: random.Random) -> None:
    """Last year's table before or after the own one, named as such."""
    table, year = _some(draft, rng), draft.year
    name = rng.choice(
        (
            f"{year - 1}年",
            "去年同期",
            "上年度数据（供对比）",
            f"附：{year - 1}年度情况表",
            f"（{year - 1}年1月1日至12月31日）",
        )
    )
    own = rng.choice((f"{year}年", "本年度", f"{year}年度情况表"))
    after = rng.random() < 0.5
    twin = [Line([Run(name)]), _twin(draft, table, rng)]
    if after or rng.random() < 0.8:
        _beside(draft, table, [Line([Run(own)])], False)
    _beside(draft, table, twin if after else [*twin], after)
    if not after:  # the own caption stands between
        at = draft.blocks.index(table)
        caption = next((i for i, b in enumerate(draft.blocks) if isinstance(b, Line) and b.text == own), None)
        if caption is not None and caption < at - 1:
            draft.blocks.insert(at - 1, draft.blocks.pop(caption))


@kind(*ALL)
def summary_and_own_tables(draft: Draft, rng: random.Random) -> None:
    """汇总 and 本级, or 普通程序 and 简易程序: two tables of which nobody can say which one the report's is."""
    table = _some(draft, rng)
    names = rng.choice(
        (("（一）全市汇总", "（二）本级"), ("本级数据", "含下属单位"), ("普通程序", "简易程序"), ("", ""))
    )
    other = _twin(draft, table, rng)
    _beside(draft, table, [Line([Run(names[0])])], False)
    _beside(draft, table, [Line([Run(names[1])]), other], True)
    draft.undecidable = True
    draft.also |= {"T3.MISSING_ROW", "T4.MISSING_GROUP"}


@kind(*ALL)
def correction_after_table(draft: Draft, rng: random.Random) -> None:
    """更正: the table that counts stands after the one that does not."""
    table = _some(draft, rng)
    text = rng.choice(
        ("更正：上表数据有误，以下表为准。", "（更正后）", "勘误：以本表为准", "【更正】原表三数据以下列数据为准：")
    )
    _beside(draft, table, [_twin(draft, table, rng), Line([Run(text)])], False)


@kind(*ALL)
def empty_template_first(draft: Draft, rng: random.Random) -> None:
    """The empty form, and then the filled one."""
    table = rng.choice(draft.tables())
    _beside(draft, table, [_twin(draft, table, rng, blank=True)], rng.random() < 0.2)


@kind(*ALL)
def comparison_table(draft: Draft, rng: random.Random) -> None:
    """近三年对比: a table of another kind that has labels of the form."""
    years = range(draft.year - 2, draft.year + 1)
    rows = [[Cell([Run(t)]) for t in ("项目", *(f"{y}年" for y in years))]]
    for label in (
        "一、本年新收政府信息公开申请数量",
        "二、上年结转政府信息公开申请数量",
        "（一）予以公开",
        "（七）总计",
    ):
        rows.append(
            [Cell([Run(label)], role="label"), *[Cell([Run(str(rng.randrange(0, 60)))], role="other") for _ in years]]
        )
    compared = Table("other", [3.0, 1.0, 1.0, 1.0], rows, 1)
    table = draft.table("table3")
    _beside(draft, table, [Line([Run("近三年依申请公开情况对比")]), compared], rng.random() < 0.5)


@kind(*ALL)
def channel_table(draft: Draft, rng: random.Random) -> None:
    """A table of another kind with figures in section one."""
    rows = [("公开渠道", "数量（条）"), ("门户网站", "2017"), ("政务新媒体", "398"), ("其他", "8"), ("总计", "2423")]
    table = Table("other", [1.0, 1.0], [[Cell([Run(t)], role="other") for t in row] for row in rows], 1)
    draft.blocks.insert(draft.heading("二"), table)


@kind(*PAGES)
def every_row_its_own_table(draft: Draft, rng: random.Random) -> None:
    """A table of its own for every row of table 3, as some editors and converters leave it."""
    table = draft.table("table3")
    at = draft.blocks.index(table)
    rows = [row for row in table.rows[table.head :] if any(c.role == "figure" for c in row)]
    pieces: list[Line | Table] = []
    head = copy.deepcopy(table.rows[: table.head])
    pieces.append(Table("table3", table.widths, head, table.head))
    for row in rows:
        own = [c for c in row if c.role != "group"]
        own[0].cols = 3
        pieces.append(Table("table3", table.widths, [own]))
    draft.blocks[at : at + 1] = pieces


@kind("pdf")
def head_repeated_on_next_page(draft: Draft, rng: random.Random) -> None:
    """Table 3 goes over the page, with its head again."""
    draft.options |= {"repeat_head", "page_numbers"}
    _down(draft, rng)


@kind("pdf")
def table_over_page(draft: Draft, rng: random.Random) -> None:
    """Table 3 goes over the page, anywhere."""
    draft.options |= {"page_numbers"}
    _down(draft, rng)


def _down(draft: Draft, rng: random.Random) -> None:
    at = draft.heading("三")
    filler = "进一步健全机制，明确责任分工，规范公开内容、程序和时限，提升公开质量，方便群众办事查询。"
    draft.blocks[at:at] = [Line([Run(filler)]) for _ in range(rng.randrange(1, 22))]


@kind("docx", "html", "md", "tabs", "bars", "pipes", "lines")
def table_in_two_with_head_again(draft: Draft, rng: random.Random) -> None:
    """Table 3 in two tables, the head again over the second one (续表)."""
    table = draft.table("table3")
    starts = [
        i
        for i, row in enumerate(table.rows)
        if i > table.head + 2 and row[0].role == "group" and i < len(table.rows) - 2
    ]
    if not starts:
        raise NotHere
    at = rng.choice(starts)
    second = copy.deepcopy(table)
    for r, row in enumerate(table.rows):
        for cell in row:
            cell.rows = min(cell.rows, at - r) if r < at else cell.rows
    crossing = [c for c, s in second.grid()[at] if not s]
    rest = len(table.rows) - at
    moved = [Cell(c.runs, rest - 2, 1, "group") for c in {id(c): c for c in crossing}.values()]
    second.rows = [*second.rows[: table.head], [*moved, *second.rows[at]], *second.rows[at + 1 :]]
    del table.rows[at:]
    again = [Line([Run("续表")])] if rng.random() < 0.5 else []
    draft.blocks[draft.blocks.index(table) + 1 : draft.blocks.index(table) + 1] = [*again, second]


@kind("html", "md", "tabs", "pipes")
def merged_cells_repeated(draft: Draft, rng: random.Random) -> None:
    """A converter has written what spans into every place that it covered."""
    draft.options.add("repeat_spans")


@kind("pdf")
def no_rules(draft: Draft, rng: random.Random) -> None:
    """Tables without any line."""
    for table in draft.tables():
        table.ruled = False


@kind("pdf")
def landscape(draft: Draft, rng: random.Random) -> None:
    draft.options |= {"landscape", "page_numbers"}


@kind("html", "docx", "md", "tabs", "bars", "pipes", "pdf")
def caption_row_in_table(draft: Draft, rng: random.Random) -> None:
    """The section's heading as first row of its table."""
    table = draft.table(rng.choice(("table3", "table4")))
    at = draft.blocks.index(table)
    heading = draft.blocks[at - 1]
    assert isinstance(heading, Line)
    table.rows.insert(0, [Cell([Run(heading.text)], cols=len(table.widths))])
    table.head += 1
    if rng.random() < 0.5:
        draft.blocks.remove(heading)


@kind(*ALL)
def tables_at_the_end(draft: Draft, rng: random.Random) -> None:
    """附表: the tables follow the text."""
    moved: list[Line | Table] = []
    for number, table in enumerate(draft.tables(), 1):
        draft.blocks.remove(table)
        moved += [Line([Run(f"附表{number}")]), table]
    draft.blocks += moved


@kind(*ALL)
def tables_in_other_order(draft: Draft, rng: random.Random) -> None:
    """Table 4 before table 3, each under its heading."""
    third, fourth = draft.heading("三"), draft.heading("四")
    end = draft.heading("五")
    blocks = draft.blocks
    draft.blocks = [*blocks[:third], *blocks[fourth:end], *blocks[third:fourth], *blocks[end:]]
    draft.also |= {"DOC.SECTIONS"}


@kind("html")
def layout_table_around(draft: Draft, rng: random.Random) -> None:
    """The page is laid out with tables, as old content systems do."""
    draft.before = '<table width="100%"><tr><td>首页</td><td>2026年1月3日</td></tr><tr><td colspan="2">'
    draft.after = "</td></tr></table>"


@kind("html")
def divisions_for_tables(draft: Draft, rng: random.Random) -> None:
    """Tables of div elements."""

    def change(body: bytes) -> bytes:
        text = body.decode()
        for tag in ("table", "tr", "td"):
            text = re.sub(rf"<{tag}[^>]*>", f'<div class="{tag}">', text).replace(f"</{tag}>", "</div>")
        return text.encode()

    draft.finish.append(change)


@kind("html")
def unclosed_tags(draft: Draft, rng: random.Random) -> None:
    """HTML 4 as it was allowed: no </td>, no </tr>."""
    draft.finish.append(lambda body: body.replace(b"</td>", b"").replace(b"</tr>", b"").replace(b"</p>", b""))


@kind("pdf", "html")
def tables_side_by_side(draft: Draft, rng: random.Random) -> None:
    """The small tables of table 2 in pairs beside each other."""
    if len([t for t in draft.tables() if t.name == "table2"]) < 2:
        raise NotHere
    draft.options.add("side_by_side")


@kind(*PAGES)
def table_as_picture(draft: Draft, rng: random.Random) -> None:
    """A statutory table is a picture: it is there, but not for a reader of text."""
    gone = draft.tables() if rng.random() < 0.4 else [draft.table(rng.choice(("table3", "table4")))]
    for table in gone:
        at = draft.blocks.index(table)
        draft.blocks[at] = Line([Run("　" * 20, "picture")])


@kind(*GRIDS)
def head_of_table_missing(draft: Draft, rng: random.Random) -> None:
    """The head row of table 3 or 4 is gone; the order is that of the form."""
    table = draft.table(rng.choice(("table3", "table4")))
    if table.name == "table4":
        raise NotHere
    del table.rows[: table.head]
    table.head = 0


@kind(*ALL)
def two_reports_in_one(draft: Draft, rng: random.Random) -> None:
    """The report of another body, or of another year, follows in the same file."""
    other = copy.deepcopy(draft.blocks)
    year = rng.random() < 0.5
    for block in other:
        if isinstance(block, Table):
            block.rows = _twin(draft, block, rng).rows
        else:
            block.text = (
                block.text.replace(str(draft.year), str(draft.year - 1))
                if year
                else block.text.replace(draft.agency, "澜山县审计局")
            )
    draft.blocks += other
    draft.undecidable = True
    draft.also |= {"T3.MISSING_ROW", "T2.MISSING_ROW", "T4.MISSING_GROUP", "DOC.SECTIONS"}


@kind("md")
def html_tables_in_markdown(draft: Draft, rng: random.Random) -> None:
    """Markdown with tables in HTML, as converters write what spans."""
    draft.options.add("html_tables")


@kind("html", "tabs", "lines", "md", "bars", "pipes", "spaced")
def other_encoding(draft: Draft, rng: random.Random) -> None:
    """GBK, GB 18030, UTF-16 or UTF-8 with a byte order mark."""
    name = rng.choice(("gb18030", "gbk", "utf-8-sig") if draft.medium == "html" else ("gb18030", "utf-8-sig", "utf-16"))
    declared = {"gbk": b"gb2312"}.get(name, name.removesuffix("-sig").encode())

    def change(body: bytes) -> bytes:
        return (
            body.decode()
            .replace("﹣", "-")
            .encode(name, "replace")
            .replace(b'charset="utf-8"', b'charset="' + declared + b'"')
        )

    draft.finish.append(change)


@kind(*ALL)
def captions_over_tables(draft: Draft, rng: random.Random) -> None:
    """表1 主动公开政府信息情况统计表（2023年度）over every table."""
    names = {
        "table2": "主动公开政府信息情况",
        "table3": "收到和处理政府信息公开申请情况",
        "table4": "行政复议、行政诉讼情况",
    }
    for number, table in enumerate(draft.tables(), 1):
        caption = f"{rng.choice(('表', '附表'))}{number}　{names[table.name]}统计表"
        draft.blocks.insert(
            draft.blocks.index(table), Line([Run(caption + rng.choice(("", f"（{draft.year}年度）", "（单位：件）")))])
        )


@kind("docx", "html")
def tables_nested(draft: Draft, rng: random.Random) -> None:
    """All of it inside a cell of an outer table."""
    if draft.medium == "html":
        draft.before, draft.after = '<table border="0"><tr><td>', "</td></tr></table>"
    else:
        draft.before, draft.after = (
            "<w:tbl><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc>",
            "<w:p/></w:tc></w:tr></w:tbl>",
        )
