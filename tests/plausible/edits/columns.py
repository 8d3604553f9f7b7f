"""Which column a figure belongs to: order, heads, spans, extra columns."""

from __future__ import annotations

import random

from tests.plausible.document import Cell, Draft, Run, Table
from tests.plausible.edits.kinds import ALL, GRIDS, PAGES, kind


def _figures_by_row(table: Table) -> list[list[Cell]]:
    return [[c for c in row if c.role == "figure"] for row in table.rows if any(c.role == "figure" for c in row)]


def _head(table: Table, text: str) -> Cell:
    return next(c for c in table.cells() if c.role == "head" and c.text == text)


@kind(*ALL)
def columns_exchanged(draft: Draft, rng: random.Random) -> None:
    """Two organisation columns in the other order, with the right heads."""
    table = draft.table("table3")
    names = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
    a, b = sorted(rng.sample(range(5), 2))
    one, two = _head(table, names[a]), _head(table, names[b])
    one.text, two.text = two.text, one.text
    for row in table.rows:
        figures = [i for i, c in enumerate(row) if c.role == "figure"]
        if figures:
            i, j = figures[a + 1], figures[b + 1]
            row[i], row[j] = row[j], row[i]


@kind(*ALL)
def total_column_first(draft: Draft, rng: random.Random) -> None:
    """总计 before 自然人."""
    table = draft.table("table3")
    for row in table.rows:
        figures = [i for i, c in enumerate(row) if c.role == "figure"]
        if figures:
            row.insert(figures[0], row.pop(figures[-1]))
    row = next(r for r in table.rows if any(c.role == "head" and c.text == "总计" for c in r))
    total = _head(table, "总计")
    row.remove(total)
    row.insert(next(i for i, c in enumerate(row) if c.text == "自然人"), total)


@kind(*ALL)
def measures_of_table2_exchanged(draft: Draft, rng: random.Random) -> None:
    """Two of the three measures in the other order, with the right heads."""
    table = next(t for t in draft.tables() if t.name == "table2")
    pair = rng.choice(((0, 1), (1, 2)))
    rows = [r for r in table.rows if any(".regulations." in c.address or ".normative" in c.address for c in r)]
    head = next(r for r in table.rows if any(c.text.startswith("本年") for c in r) and len(r) == 4)
    for row in (head, *rows):
        i, j = pair[0] + 1, pair[1] + 1
        row[i], row[j] = row[j], row[i]


@kind(*ALL)
def other_written_otherwise(draft: Draft, rng: random.Random) -> None:
    """其它 for 其他, in columns, rows or both."""
    for table in draft.tables():
        for cell in table.cells():
            if cell.role != "figure":
                cell.text = cell.text.replace("其他", "其它")
    if rng.random() < 0.5:
        for figures in _figures_by_row(draft.table("table3")):
            if not any(draft.figures[row[5].address] for row in _figures_by_row(draft.table("table3"))):
                figures[5].text = ""


@kind(*ALL)
def head_renamed(draft: Draft, rng: random.Random) -> None:
    """A head in other words: 企业 for 商业企业, 个人 for 自然人, 合计 for 总计."""
    names = {
        "自然人": ("个人", "公民", "自然人申请"),
        "商业企业": ("企业", "三资企业", "商业 企业", "企业法人"),
        "科研机构": ("科研单位", "研究机构"),
        "社会公益组织": ("公益组织", "社会组织", "社会公益团体"),
        "法律服务机构": ("律师事务所", "法律机构"),
        "总计": ("合计", "小计", "共计", "总数"),
        "其他": ("其它", "其他组织"),
    }
    name = rng.choice(list(names))
    new = _head(draft.table("table3"), name).text = rng.choice(names[name])
    if new in ("三资企业", "律师事务所"):  # not what the form means, perhaps
        draft.undecidable = True
        draft.also |= {"T3.MISSING_COLUMN"}


@kind(*ALL)
def head_names_other_column(draft: Draft, rng: random.Random) -> None:
    """The same head twice, the other one missing: a copying error of which nobody can say what it means."""
    table = draft.table("table3")
    one, two = rng.sample(("商业企业", "科研机构", "社会公益组织", "法律服务机构"), 2)
    _head(table, one).text = two
    draft.undecidable = True
    draft.also |= {"T3.MISSING_COLUMN"}


@kind(*GRIDS)
def extra_column(draft: Draft, rng: random.Random) -> None:
    """备注 as last column, 序号 as first, 上年 beside 总计."""
    table = draft.table("table3")
    where = rng.choice(("last", "last", "first", "before_total"))
    filled = rng.random() < 0.5
    number = 0
    for r, row in enumerate(table.rows):
        extra = Cell([Run("")], role="other")
        if r == 0:
            name = {"last": rng.choice(("备注", "同比", "上年总计")), "first": "序号", "before_total": "外国人"}[where]
            extra = Cell([Run(name)], rows=table.head, role="head")
        elif r < table.head:
            continue
        elif where == "first":
            number += 1
            extra.text = str(number)
        elif filled:
            extra.text = str(rng.randrange(0, 30))
        if where == "first":
            row.insert(0, extra)
        elif where == "before_total" and r >= table.head:
            row.insert(len(row) - 1, extra)
        elif where == "before_total":
            row.insert(1, extra)
        else:
            row.append(extra)
    table.widths = [0.5, *table.widths] if where == "first" else [*table.widths, 1.0]
    if where == "before_total":
        _before_total(table)
        draft.undecidable = filled


def _before_total(table: Table) -> None:
    """The new head stands between 法人或其他组织 and 总计, below 申请人情况."""
    extra = table.rows[0].pop(1)
    extra.rows = 2
    table.rows[0][-1].cols += 1
    total = next(i for i, c in enumerate(table.rows[1]) if c.text == "总计")
    table.rows[1].insert(total, extra)


@kind(*PAGES)
def head_spans_off_by_one(draft: Draft, rng: random.Random) -> None:
    """申请人情况 or 法人或其他组织 spans a column too many or too few; every single head stands right all the same."""
    table = draft.table("table3")
    if rng.random() < 0.5:
        table.rows[0][-1].cols += rng.choice((-2, -1, 1))
    else:
        _head(table, "法人或其他组织").cols += 1


@kind("html")
def span_beyond_table(draft: Draft, rng: random.Random) -> None:
    """A colspan or rowspan larger than the table, which browsers cut."""
    table = draft.table(rng.choice(("table2", "table3")))
    for row in table.rows:
        if len(row) == 1:
            row[0].cols = 20
    if table.name == "table3":
        table.rows[0][-1].cols = rng.choice((8, 12, 100))
        next(c for c in table.cells() if c.text.startswith("四、")).rows = rng.choice((1, 2, 50))


@kind(*ALL)
def groups_of_table4_exchanged(draft: Draft, rng: random.Random) -> None:
    """行政诉讼 before 行政复议, or 复议后起诉 before 未经复议直接起诉, with the right heads."""
    table = draft.table("table4")
    heads, kinds, results, figures = table.rows[0], table.rows[1], table.rows[2], table.rows[3]
    if rng.random() < 0.5:
        table.rows[0] = [heads[1], heads[0]]
        table.rows[3] = [*figures[5:], *figures[:5]]
        table.rows[2] = [*results[5:], *results[:5]]
    else:
        table.rows[1] = [kinds[1], kinds[0]]
        table.rows[3] = [*figures[:5], *figures[10:], *figures[5:10]]


@kind(*ALL)
def results_of_table4_exchanged(draft: Draft, rng: random.Random) -> None:
    """结果纠正 before 结果维持 in every group, with the right heads."""
    table = draft.table("table4")
    a, b = rng.choice(((0, 1), (1, 2), (2, 3), (3, 4)))
    for row in table.rows[2:4]:
        for start in (0, 5, 10):
            i, j = start + a, start + b
            row[i], row[j] = row[j], row[i]


@kind(*GRIDS)
def table4_transposed(draft: Draft, rng: random.Random) -> None:
    """Table 4 with a row for each group, which some content systems require."""
    table = draft.table("table4")
    figures, results = table.rows[3], [c.text for c in table.rows[2][:5]]
    rows = [[Cell([Run(t)]) for t in ("类别", *results)]]
    for start, name in zip(
        (0, 5, 10), ("行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）"), strict=True
    ):
        rows.append([Cell([Run(name)], role="label"), *figures[start : start + 5]])
    table.rows, table.widths, table.head = rows, [3.0, *[1.0] * 5], 1


@kind(*GRIDS)
def table3_turned(draft: Draft, rng: random.Random) -> None:
    """Table 3 with applicants as rows: everything is there, in no order that the form has."""
    table = draft.table("table3")
    rows = [[Cell([Run("申请人")]), *[Cell([Run(r.label)]) for r in draft.form.rows]]]
    for applicant in draft.form.applicants:
        rows.append([Cell([Run(applicant.label)], role="label")])
        rows[-1] += [draft.cell(f"table3.{r.code}.{applicant.code}") for r in draft.form.rows]
    table.rows, table.widths, table.head = rows, [1.0] * (1 + len(draft.form.rows)), 1
    draft.options.add("landscape")


@kind(*PAGES)
def stray_zeros_under_wide_head(draft: Draft, rng: random.Random) -> None:
    """A stray 0 0 after a figure under a wide heading of table 2: unmerged columns that hold nothing."""
    table = next(
        t for t in draft.tables() if t.name == "table2" and any(".licensing." in c.address for c in t.figures())
    )
    for row in table.rows:
        if any(".licensing." in c.address or ".penalties." in c.address for c in row) and len(row) == 2:
            row[1].cols = 1
            row += [Cell([Run("0")], role="other"), Cell([Run("0")], role="other")]
