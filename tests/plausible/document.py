"""A report as a small model that edits change and every medium can print, with the truth that a person reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from expectations.evidence import Number
from expectations.forms import FORMS, Form
from tasks.samples import Layout, consistent_figures
from tasks.samples.table import SampleTable
from tasks.samples.tables import table2, table3, table4

PLACES = ("青岚市", "澜山县", "沧溪区", "云浦县", "望川市", "松岭县", "海棠市", "澄湖区", "墨溪自治县", "北屏市雁回区")
BODIES = (
    "人民政府", "财政局", "水利局", "教育局", "住房和城乡建设局", "卫生健康委员会", "人民政府办公室", "司法局",
    "市场监督管理局", "石桥镇人民政府", "清和街道办事处", "农业农村局", "统计局", "公安局交通警察支队",
    "高新技术产业开发区管理委员会", "医疗保障局", "城市管理综合行政执法局", "文化广电和旅游局",
)  # fmt: skip


@dataclass(slots=True)
class Run:
    """Text that looks one way; `look` is plain or one of the looks that a medium can print, "break" a new line."""

    text: str
    look: str = ""


@dataclass(slots=True)
class Cell:
    """A table cell; `role` is head, group, label or figure, `address` what a figure means, `look` hidden or nothing."""

    runs: list[Run]
    rows: int = 1
    cols: int = 1
    role: str = "head"
    address: str = ""
    look: str = ""

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @text.setter
    def text(self, text: str) -> None:
        self.runs = [Run(text)]


@dataclass(slots=True)
class Table:
    """Rows of cells as HTML has them: what spans stands in its first row only.

    `look` and `row_looks`, by the number of a row, may be hidden or deleted.
    """

    name: str
    widths: list[float]
    rows: list[list[Cell]]
    head: int = 0
    ruled: bool = True
    look: str = ""
    row_looks: dict[int, str] = field(default_factory=dict)

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row

    def figures(self) -> list[Cell]:
        return [cell for cell in self.cells() if cell.role == "figure"]

    def row_of(self, code: str) -> int:
        """The row that holds the figures of `code`."""
        start = f"{self.name}.{code}."
        return next(i for i, row in enumerate(self.rows) if any(c.address.startswith(start) for c in row))

    def grid(self) -> list[list[tuple[Cell, bool]]]:
        """Every place with the cell that covers it, and whether that cell starts there."""
        width = len(self.widths)
        filled: dict[tuple[int, int], tuple[Cell, bool]] = {}
        for r, row in enumerate(self.rows):
            c = 0
            for cell in row:
                while (r, c) in filled:
                    c += 1
                for down in range(cell.rows):
                    for right in range(cell.cols):
                        filled[r + down, c + right] = (cell, down == right == 0)
                c += cell.cols
        width = max(width, 1 + max(c for _, c in filled))
        empty = (Cell([Run("")]), True)
        return [[filled.get((r, c), empty) for c in range(width)] for r in range(len(self.rows))]


@dataclass(slots=True)
class Line:
    """A paragraph; `kind` is title, heading, text, sign, or furniture: what a web page or letter has around it."""

    runs: list[Run]
    kind: str = "text"

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)

    @text.setter
    def text(self, text: str) -> None:
        self.runs = [Run(text)]


@dataclass(slots=True)
class Draft:
    """A report under way. `figures` is what a person reads there, `violations` the rules that the source breaks.

    `undecidable` says that a person could not tell either (two full tables for one address, two signatures): such a
    report must not be validated. `also` are rules that may be told besides. `page_title` is the <title> of a web page.
    """

    form: Form
    year: int
    agency: str
    figures: dict[str, Number]
    medium: str
    blocks: list[Line | Table]
    file_stem: str
    page_title: str
    violations: set[str] = field(default_factory=set)
    also: set[str] = field(default_factory=set)
    undecidable: bool = False
    style: str = ""
    before: str = ""
    after: str = ""
    finish: list[Callable[[bytes], bytes]] = field(default_factory=list)
    options: set[str] = field(default_factory=set)

    def table(self, name: str) -> Table:
        return next(b for b in self.blocks if isinstance(b, Table) and b.name == name)

    def tables(self) -> list[Table]:
        return [b for b in self.blocks if isinstance(b, Table)]

    def figures_in(self, name: str) -> list[Cell]:
        """The figure cells of a table, in however many pieces."""
        return [cell for table in self.tables() if table.name == name for cell in table.figures()]

    def lines(self, kind: str) -> list[Line]:
        return [b for b in self.blocks if isinstance(b, Line) and b.kind == kind]

    def cell(self, address: str) -> Cell:
        return next(c for t in self.tables() for c in t.cells() if c.address == address)

    def heading(self, number: str) -> int:
        """Where the heading of a section stands among the blocks."""
        starts = f"{number}、"
        return next(
            i for i, b in enumerate(self.blocks) if isinstance(b, Line) and b.kind == "heading" and b.text[:2] == starts
        )

    def pick(self, rng: random.Random, *tables: str, busy: bool = True, count: bool = True) -> Cell:
        """Any figure of these tables; a `busy` one is over nine where there is one, a `count` is no amount."""
        among = [c for t in self.tables() if not tables or t.name in tables for c in t.figures() if c.address]
        if count:
            among = [c for c in among if isinstance(self.figures[c.address], int) and self.figures[c.address] >= 0]
        if busy:
            among = [c for c in among if abs(self.figures[c.address]) > 9] or among
        return rng.choice(among)


class _Addresses(Layout):
    """Prints where a figure belongs in place of the figure."""

    def printed(self, value: Number | None) -> str:
        return f"@{value}"


_PLAIN = _Addresses()
_SPLIT = _Addresses(table2_split=True)
_TITLES = (
    "{agency}{year}年政府信息公开工作年度报告",
    "{agency}{year}年政府信息公开工作年度报告",
    "{year}年{agency}政府信息公开工作年度报告",
    "{agency}{year}年度政府信息公开工作报告",
    "{agency}{year}年政府信息公开年度报告",
)
_INTRO = (
    "本报告由{agency}按照《中华人民共和国政府信息公开条例》和《国务院办公厅政府信息与政务公开办公室关于印发"
    "〈中华人民共和国政府信息公开工作年度报告格式〉的通知》要求编制。本报告中所列数据的统计期限自{year}年1月1日起"
    "至{year}年12月31日止。"
)
_CLAIM = (
    "（二）依申请公开情况。{year}年共收到政府信息公开申请{new}件，上年结转{over}件，办理答复{total}件，"
    "结转下年度继续办理{forward}件。"
)


def base(rng: random.Random, medium: str, form_code: str | None = None) -> Draft:
    """A plain report whose every sum holds."""
    form = FORMS[form_code or rng.choice(("2021", "2021", "2021", "2019"))]
    year = rng.randrange(2019, 2021) if form.code == "2019" else rng.randrange(2021, 2026)
    figures = consistent_figures(form, rng, rng.choice((5, 30, 30, 3000)))
    draft = Draft(form, year, rng.choice(PLACES) + rng.choice(BODIES), figures, medium, [], "", "")
    draft.blocks = _blocks(draft, rng)
    if medium == "bars" and rng.random() < 0.5:
        draft.options.add("bars_in_line")
    title = draft.lines("title")[0].text
    draft.file_stem = rng.choice((title, f"{rng.randrange(10**6)}", "年报"))
    draft.page_title = rng.choice((title, f"{title}_{draft.agency}", ""))
    return draft


def _blocks(draft: Draft, rng: random.Random) -> list[Line | Table]:
    form, year, agency = draft.form, draft.year, draft.agency
    names = {"agency": agency, "year": year}
    claimed = {"new": "new", "over": "carried_over", "total": "total", "forward": "carried_forward"}
    claims = {name: draft.figures[f"table3.{row}.total"] for name, row in claimed.items()}
    zero = rng.choice(("0", "0", "0", "0", "", "/", "-", "—"))
    heads = [Line([Run(f"{s.number}、{s.heading}")], "heading") for s in form.sections]
    blocks: list[Line | Table] = [Line([Run(rng.choice(_TITLES).format(**names))], "title")]
    if rng.random() < 0.5:
        blocks.append(Line([Run(_INTRO.format(**names))], "intro"))
    blocks += [
        heads[0],
        Line([Run("（一）主动公开情况。全年通过门户网站发布各类信息1268条，政务新媒体推送信息503篇。")]),
    ]
    if rng.random() < 0.5:
        blocks.append(Line([Run(_CLAIM.format(year=year, **claims))], "claims"))
    blocks.append(heads[1])
    split = rng.random() < 0.3
    for sample in table2(form, _own_addresses(form), _SPLIT if split else _PLAIN):
        blocks.append(_table("table2", sample, draft, zero))
    blocks += [heads[2], _table("table3", table3(form, _own_addresses(form), _PLAIN), draft, zero)]
    blocks += [heads[3], _table("table4", table4(form, _own_addresses(form), _PLAIN), draft, zero)]
    blocks += [heads[4], Line([Run("公开内容还不够丰富，政策解读形式较为单一。下一步将加强培训，提高公开质量。")])]
    blocks += [heads[5], Line([Run("本年度没有收取信息处理费，无其他需要报告的事项。")])]
    if rng.random() < 0.5:
        blocks += [Line([Run(agency)], "sign"), Line([Run(f"{year + 1}年1月{rng.randrange(5, 31)}日")], "date")]
    return blocks


def _own_addresses(form: Form) -> dict[str, Number | None]:
    return {figure.address: figure.address for figure in form.figures()}  # type: ignore[misc]


def _table(name: str, sample: SampleTable, draft: Draft, zero: str) -> Table:
    rows: list[list[Cell]] = [[] for _ in range(sample.rows)]
    for cell in sorted(sample.cells, key=lambda c: (c.row0, c.col0)):
        text, address, role = cell.text, "", "head"
        if text.startswith("@"):
            address, role = text[1:], "figure"
            text = str(draft.figures[address]) if draft.figures[address] else zero
        elif name == "table3" and cell.row0 >= sample.head:
            role = "label" if cell.col1 == 2 else "group"
        elif name == "table2" and cell.col0 == 0 and cell.col1 == 0 and text != "信息内容":
            role = "label"
        spans = cell.row1 - cell.row0 + 1, cell.col1 - cell.col0 + 1
        rows[cell.row0].append(Cell([Run(text)], *spans, role, address))
    return Table(name, list(sample.widths), rows, sample.head)
