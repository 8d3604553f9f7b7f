"""Which row a figure belongs to: order, numbers, labels, extra and missing rows, shifts."""

from __future__ import annotations

import copy
import random
import re
from itertools import pairwise

from tests.plausible.document import Cell, Draft, Run, Table
from tests.plausible.edits.kinds import ALL, GRIDS, PAGES, NotHere, insert_row, kind

_NUMBER = re.compile(r"\A(?:[一二三四五六七八九]、|（[一二三四五六七]）|\d\.)")
_PAIRS = (
    ("new", "carried_over"), ("granted", "partial"), ("other.no_correction", "other.no_payment"),
    ("denied.state_secret", "denied.law_prohibited"), ("denied.third_party", "denied.internal_affairs"),
    ("denied.internal_affairs", "denied.process_info"), ("denied.enforcement_file", "denied.query_matter"),
    ("unable.not_held", "unable.needs_creation"), ("rejected.petition", "rejected.duplicate"),
    ("rejected.publication", "rejected.excessive"), ("rejected.excessive", "rejected.reissue"),
)  # fmt: skip
_SHORT = {
    "new": "本年新收政府信息公开申请",
    "partial": "（二）部分公开",
    "denied.law_prohibited": "2.法律行政法规禁止公开",
    "denied.safety_stability": "3.危及三安全一稳定",
    "denied.third_party": "4.第三方权益",
    "denied.internal_affairs": "5.三类内部事务信息",
    "denied.process_info": "6.四类过程性信息",
    "denied.enforcement_file": "7.行政执法案卷",
    "denied.query_matter": "8.行政查询事项",
    "unable.not_held": "1.本机关不掌握",
    "unable.needs_creation": "2.需要另行制作",
    "unable.still_unclear": "3.补正后仍不明确",
    "rejected.petition": "1.信访举报投诉",
    "rejected.publication": "3.公开出版物",
    "rejected.excessive": "4.大量反复申请",
    "rejected.reissue": "5.确认或重新出具",
    "other.no_correction": "1.逾期不补正",
    "other.no_payment": "2.逾期未缴费",
    "carried_forward": "四、结转下年度",
}
_TRADITIONAL = str.maketrans(
    "开报务总计结转区国况机关属于业构稳参处强无专项费数维纠尚审诉经复议类额发废现执举办规团织会单编确认获请续继际决满纳缴"
    "补给违释营环产权护质检测价综护",
    "開報務總計結轉區國況機關屬於業構穩參處強無專項費數維糾尚審訴經復議類額發廢現執舉辦規團織會單編確認獲請續繼際決滿納繳"
    "補給違釋營環產權護質檢測價綜護",
)


def _own(row: list[Cell]) -> list[Cell]:
    return [cell for cell in row if cell.role != "group"]


def _swap(table: Table, first: int, second: int) -> None:
    """Exchange label and figures of two rows; what spans from them stays."""
    a, b = table.rows[first], table.rows[second]
    groups_a, groups_b = [c for c in a if c.role == "group"], [c for c in b if c.role == "group"]
    table.rows[first], table.rows[second] = [*groups_a, *_own(b)], [*groups_b, *_own(a)]


def label_of(table: Table, code: str) -> Cell:
    return next(cell for cell in table.rows[table.row_of(code)] if cell.role == "label")


def _exchange(draft: Draft, rng: random.Random) -> tuple[Cell, Cell]:
    table = draft.table("table3")
    pairs = [p for p in _PAIRS if all(any(r.code == c for r in draft.form.rows) for c in p)]
    a, b = rng.choice(pairs[:3] if rng.random() < 0.6 else pairs)
    first, second = table.row_of(a), table.row_of(b)
    _swap(table, first, second)
    return next(c for c in table.rows[first] if c.role == "label"), next(
        c for c in table.rows[second] if c.role == "label"
    )


@kind(*ALL)
def rows_exchanged_and_numbered_anew(draft: Draft, rng: random.Random) -> None:
    """Two rows in the other order, each with the number of its place."""
    for_first, for_second = _exchange(draft, rng)
    one, two = _NUMBER.search(for_second.text), _NUMBER.search(for_first.text)
    if one and two:
        for_first.text, for_second.text = one[0] + for_first.text[two.end() :], two[0] + for_second.text[one.end() :]


@kind(*ALL)
def rows_exchanged_with_their_numbers(draft: Draft, rng: random.Random) -> None:
    _exchange(draft, rng)


@kind(*ALL)
def rows_of_table2_exchanged(draft: Draft, rng: random.Random) -> None:
    """行政强制 before 行政处罚, 行政规范性文件 before 规章."""
    a, b = rng.choice((("penalties", "coercion"), ("regulations", "normative_documents")))
    table = next(t for t in draft.tables() if t.name == "table2" and any(a in c.address for c in t.figures()))
    _swap(table, table.row_of(a), table.row_of(b))


@kind(*ALL)
def labels_without_numbers(draft: Draft, rng: random.Random) -> None:
    """What automatic numbering leaves when a converter drops the numbers."""
    codes = [c for c in draft.table("table3").cells() if c.role in ("label", "group")]
    for cell in codes if rng.random() < 0.5 else [c for c in codes if c.text[:1].isdigit()]:
        cell.text = _NUMBER.sub("", cell.text)


@kind(*ALL)
def labels_with_other_numbers(draft: Draft, rng: random.Random) -> None:
    """（1）, 1、, ①, (一) for the form's own numbers."""
    style = rng.choice(("（{}）", "{}、", "({})", "{}．", "{} "))
    for cell in draft.table("table3").cells():
        if cell.role == "label" and cell.text[:1].isdigit():
            cell.text = style.format(cell.text[0]) + cell.text[2:]


@kind(*ALL)
def short_labels(draft: Draft, rng: random.Random) -> None:
    table = draft.table("table3")
    codes = [row.code for row in draft.form.rows if row.code in _SHORT]
    for code in codes if rng.random() < 0.4 else rng.sample(codes, 3):
        label_of(table, code).text = _SHORT[code]


@kind(*ALL)
def traditional_characters(draft: Draft, rng: random.Random) -> None:
    """A page in traditional characters, as cross-strait offices and browser plug-ins make it."""
    for table in draft.tables():
        for cell in table.cells():
            if cell.role != "figure":
                cell.text = cell.text.translate(_TRADITIONAL)


@kind(*ALL)
def typo_in_label(draft: Draft, rng: random.Random) -> None:
    """One character wrong, doubled or left out in a label."""
    cell = rng.choice([c for t in draft.tables() for c in t.cells() if c.role == "label" and len(c.text) > 5])
    at = rng.randrange(3, len(cell.text))
    new = rng.choice(("", cell.text[at] * 2, rng.choice("已以的和与及其它公开")))
    cell.text = cell.text[:at] + new + cell.text[at + 1 :]


@kind(*ALL)
def explanations_missing(draft: Draft, rng: random.Random) -> None:
    """Without the brackets of 部分公开, of 单位, and of the corner."""
    for table in draft.tables():
        for cell in table.cells():
            if cell.role in ("label", "head") and cell.text.count("（") == 1 and cell.text.index("（") > 3:
                cell.text = cell.text.split("（")[0]


@kind(*ALL)
def missing_last_rows(draft: Draft, rng: random.Random) -> None:
    """The last rows of table 3 are not there: the copy was cut, or the office left them out."""
    table = draft.table("table3")
    count = rng.choice((1, 2, 3))
    for row in table.rows[-count:]:
        for cell in row:
            draft.figures.pop(cell.address, None)
    gone = len(table.rows) - count
    for r, row in enumerate(table.rows):
        for cell in row:
            cell.rows = min(cell.rows, gone - r) if r < gone else cell.rows
    del table.rows[-count:]
    draft.violations |= {"T3.MISSING_ROW"}


@kind(*GRIDS)
def row_is_missing(draft: Draft, rng: random.Random) -> None:
    """A statutory row is left out, with nothing in it: the office thought that it did not matter."""
    table = draft.table("table3")
    codes = [r.code for r in draft.form.rows if "." in r.code and not draft.figures[f"table3.{r.code}.total"]]
    codes = [c for c in codes if not any(x.role == "group" for x in table.rows[table.row_of(c)])]
    if not codes:
        raise NotHere
    at = table.row_of(rng.choice(codes))
    for cell in table.rows[at]:
        draft.figures.pop(cell.address, None)
    _shrink(table, at)
    del table.rows[at]
    draft.violations |= {"T3.MISSING_ROW"}


def _shrink(table: Table, at: int) -> None:
    for cell in {id(c): c for c, starts in table.grid()[at] if not starts}.values():
        cell.rows -= 1


@kind(*GRIDS)
def extra_row_in_table2(draft: Draft, rng: random.Random) -> None:
    """行政检查, 行政确认, 行政征收: rows that the form does not have, with the form's columns."""
    item = rng.choice([i for i in draft.form.items if i.code not in ("regulations", "normative_documents", "fees")])
    table = next(
        t for t in draft.tables() if t.name == "table2" and any(f".{item.code}." in c.address for c in t.figures())
    )
    at = table.row_of(item.code) + rng.choice((0, 1))
    row = copy.deepcopy(table.rows[table.row_of(item.code)])
    row[0].text = rng.choice(("行政检查", "行政确认", "行政征收", "行政给付", "行政裁决", "其他行政权力"))
    for cell in row[1:]:
        cell.runs, cell.address = [Run(str(rng.randrange(0, 90)))], ""
    insert_row(table, at, row)


@kind(*GRIDS)
def row_split_by_locality(draft: Draft, rng: random.Random) -> None:
    """行政检查 and 行政确认 under 其他对外管理服务事项, or 行政许可 by kinds, the statutory row being their sum."""
    table = next(
        t for t in draft.tables() if t.name == "table2" and any(".licensing." in c.address for c in t.figures())
    )
    code = "other_services" if draft.form.code == "2019" else "licensing"
    at = table.row_of(code)
    for name in rng.sample(("其中：行政检查", "其中：行政确认", "其中：告知承诺", "一般程序", "即办件"), 2):
        row = copy.deepcopy(table.rows[at])
        row[0].text = name
        for cell in row[1:]:
            cell.runs, cell.address = [Run(str(rng.randrange(0, 9)))], ""
        insert_row(table, at + 1, row)


@kind(*GRIDS)
def extra_sum_row(draft: Draft, rng: random.Random) -> None:
    """A row 小计 or 合计 in a group of table 3, or under table 2."""
    table = draft.table("table3")
    group = rng.choice(("denied.", "unable.", "rejected."))
    codes = [r.code for r in draft.form.rows if r.code.startswith(group)]
    at = table.row_of(codes[-1]) + 1
    sums = [sum(int(draft.figures[f"table3.{c}.{a.code}"]) for c in codes) for a in draft.form.applicants]
    first = table.rows[table.row_of(codes[0])]
    row = [
        Cell([Run(rng.choice(("小计", "合计", "不予处理小计")))], role="label"),
        *[Cell([Run(str(n))], role="figure") for n in sums],
    ]
    for cell in first:
        if cell.role == "group" and cell.cols == 1:
            cell.rows += 1
    for cell, _ in {id(c): (c, s) for c, s in table.grid()[table.row_of("granted")]}.values():
        if cell.role == "group" and cell not in first:
            cell.rows += 1
    table.rows.insert(at, row)


@kind(*GRIDS)
def remark_row(draft: Draft, rng: random.Random) -> None:
    """A remark over the full width under a table."""
    table = draft.table(rng.choice(("table2", "table3", "table4")))
    text = rng.choice(
        (
            "注：含上年度结转3件。",
            "备注：2023年数据以此为准。",
            "说明：本表由办公室填报，联系电话0512-6802。",
            "单位：件",
        )
    )
    table.rows.append([Cell([Run(text)], cols=len(table.widths), role="other")])


@kind("pdf", "docx", "html", "md", "tabs", "pipes")
def page_number_in_table(draft: Draft, rng: random.Random) -> None:
    """A page number that a converter left as a row, or inside a cell."""
    table = draft.table("table3")
    at = rng.randrange(table.head + 2, len(table.rows))
    text = rng.choice(("- 4 -", "4", "—5—", "第 4 页", "4 / 6"))
    if rng.random() < 0.6:
        row = [Cell([Run(text if i == 5 else "")], role="other") for i in range(10)]
        covered = sum(1 for c, _ in table.grid()[at] if c not in table.rows[at])
        insert_row(table, at, row[covered:])
    else:
        cell = rng.choice([c for c in table.rows[at] if c.role == "label"])
        cell.runs.append(Run(text))


@kind(*GRIDS)
def figure_of_other_row_twice(draft: Draft, rng: random.Random) -> None:
    """A row copied: the same statutory row stands there twice, with other figures."""
    table = draft.table("table3")
    code = rng.choice([r.code for r in draft.form.rows if "." in r.code or r.code in ("granted", "partial")])
    at = table.row_of(code)
    row = copy.deepcopy(_own(table.rows[at]))
    for cell in row:
        if cell.role == "figure":
            cell.runs = [Run(str(rng.randrange(0, 20)))]
    if not any(c.role == "group" for c in table.rows[at]):
        for cell in row:
            cell.address = ""
        insert_row(table, at, row)
    else:
        raise NotHere
    draft.undecidable = True
    draft.also |= {"T3.MISSING_ROW", "T3.COLUMN_SUM", "T3.ROW_SUM"}


@kind(*PAGES)
def figure_over_two_rows(draft: Draft, rng: random.Random) -> None:
    """One figure cell spans two rows: nobody can tell what each row has."""
    table = draft.table("table3")
    at = rng.randrange(table.head, len(table.rows) - 1)
    column = rng.randrange(0, 7)
    above = [c for c in table.rows[at] if c.role == "figure"][column]
    below = [c for c in table.rows[at + 1] if c.role == "figure"][column]
    above.rows = 2
    table.rows[at + 1].remove(below)
    above.text = above.text or "0"
    draft.undecidable = True
    draft.also |= {"T3.MISSING_ROW", "T3.ROW_SUM", "T3.COLUMN_SUM", "T3.BALANCE"}


@kind("html", "docx", "md", "tabs", "pipes", "bars")
def row_shifted(draft: Draft, rng: random.Random) -> None:
    """A cell is missing before or added among the figures, so that the rest of the row moves over."""
    table = draft.table("table3")
    row = rng.choice(
        [r for r in table.rows[table.head :] if sum(int(draft.figures[c.address]) for c in r if c.address)]
    )
    figures = [c for c in row if c.role == "figure"]
    if rng.random() < 0.5:
        row.remove(figures[0])
        draft.figures[figures[0].address] = 0
        for before, cell in pairwise(figures):
            draft.figures[before.address] = int(cell.text) if cell.text.isdigit() else 0
        draft.figures[figures[-1].address] = 0
    else:
        row.insert(row.index(figures[0]), Cell([Run("")], role="other"))
        values = [int(c.text) if c.text.isdigit() else 0 for c in figures]
        for cell, value in zip(figures, [0, *values[:-1]], strict=True):
            draft.figures[cell.address] = value
    draft.undecidable = True
    draft.also |= {"T3.ROW_SUM", "T3.COLUMN_SUM", "T3.BALANCE", "T3.TOTAL_BLANK", "T3.MISSING_COLUMN", "T3.MISSING_ROW"}


@kind("pdf", "docx", "html", "md", "tabs", "bars")
def label_cells_split(draft: Draft, rng: random.Random) -> None:
    """The number of a label in a cell of its own, as WPS and converters part it."""
    table = draft.table("table3")
    table.widths = [*table.widths[:2], table.widths[2] * 0.15, table.widths[2] * 0.85, *table.widths[3:]]
    for row in table.rows:
        for cell in list(row):
            if cell.role == "label" and cell.text[:1].isdigit() and cell.cols == 1:
                row.insert(row.index(cell), Cell([Run(cell.text[:2])], role="label"))
                cell.text = cell.text[2:]
            elif cell.role == "label" or (cell.role == "head" and cell.rows == 3):
                cell.cols += 1
