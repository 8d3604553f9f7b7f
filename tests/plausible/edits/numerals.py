"""What a string in a cell means: digits, separators, breaks, units, blanks."""

from __future__ import annotations

import random
from decimal import Decimal

from tests.plausible.document import Cell, Draft, Line, Run
from tests.plausible.edits.kinds import ALL, KINDS, Kind, NotHere, kind

_WIDE = {code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)}
BLANKS = {
    "small_dash": "﹣", "backslash": "＼", "box_line": "─", "wave": "～", "one": "一", "dash": "—", "two_dashes": "——",
    "hyphens": "--", "slash": "/", "wide_slash": "／", "none": "无", "dot": "·", "minus": "−", "wide_hyphen": "－",
    "figure_dash": "‒", "horizontal_bar": "―", "long_vowel": "ー", "empty_brackets": "（）", "not_applicable": "不涉及",
}  # fmt: skip
UNSEEN = {
    "byte_order_mark": "\ufeff",
    "zero_width": "\u200b",
    "nbsp": "\xa0",
    "wide_space": "\u3000",
    "joiner": "\u200d",
}
ZEROS = {"ideographic_zero": "〇", "word_zero": "零", "wide_zero": "０", "double_zero": "0.00", "circle": "○"}

_WORDS = ("零", "不涉及", "○", "0.00")
"""Marks for none that are no usual blank: to call them no count is arguable."""


def _no_count(draft: Draft) -> None:
    """What is printed is no plain number: to say so is no unfair word, as long as no sum is laid to it."""
    draft.also |= {f"T{n}.NOT_A_COUNT" for n in (2, 3, 4)}


def _long(draft: Draft, rng: random.Random, digits: int = 4) -> Cell:
    """A figure of at least so many digits; table 2's may be made so, they are in no sum."""
    long = [c for t in draft.tables() for c in t.figures() if c.text.isdigit() and len(c.text) >= digits]
    if long and rng.random() < 0.7:
        return rng.choice(long)
    cell = draft.pick(rng, "table2")
    value = rng.randrange(10 ** (digits - 1), 10**digits * 10)
    cell.text, draft.figures[cell.address] = str(value), value
    return cell


def _blank(name: str, mark: str, media: tuple[str, ...]) -> None:
    def apply(draft: Draft, rng: random.Random) -> None:
        everywhere = rng.random() < 0.6
        for table in draft.tables():
            for cell in table.figures():
                if not draft.figures[cell.address] and (everywhere or rng.random() < 0.1):
                    cell.text = mark
        if mark in _WORDS:
            _no_count(draft)

    KINDS[name] = Kind(name, media, apply)


for _name, _mark in BLANKS.items():
    _blank(f"blank_{_name}", _mark, ALL)
for _name, _mark in UNSEEN.items():
    _blank(f"blank_{_name}", _mark, ("docx", "html", "md", "tabs", "lines", "bars", "pipes"))
for _name, _mark in ZEROS.items():
    _blank(f"zero_{_name}", _mark, ALL)


@kind(*ALL)
def full_width_digits(draft: Draft, rng: random.Random) -> None:
    for table in draft.tables():
        for cell in table.figures():
            cell.text = cell.text.translate(_WIDE).replace(".", rng.choice("．."))


@kind(*ALL)
def thousands_separator(draft: Draft, rng: random.Random) -> None:
    """1,234 with whatever a typist or locale puts for the comma."""
    cell = _long(draft, rng)
    cell.text = f"{int(cell.text):,}".replace(",", rng.choice(",,，﹐'’ \u00a0\u202f、"))


@kind(*ALL)
def thousands_wide(draft: Draft, rng: random.Random) -> None:
    """１，２３４ throughout."""
    _long(draft, rng)
    for table in draft.tables():
        for cell in table.figures():
            if cell.text.isdigit():
                cell.text = f"{int(cell.text):,}".translate(_WIDE).replace(",", "，")


@kind(*ALL)
def number_over_two_lines(draft: Draft, rng: random.Random) -> None:
    """A number that a narrow column breaks."""
    cell = _long(draft, rng, 2)
    at = rng.randrange(1, len(cell.text))
    cell.runs = [Run(cell.text[:at]), Run("", "break"), Run(cell.text[at:])]


@kind(*ALL)
def amount_over_two_lines(draft: Draft, rng: random.Random) -> None:
    """An amount broken before or after its point, in full width too."""
    cell = _amount(draft, rng, Decimal(rng.randrange(10_000, 9_000_000)) / 100)
    text = cell.text.translate(_WIDE).replace(".", "．") if rng.random() < 0.4 else cell.text
    at = rng.randrange(1, len(text))
    cell.runs = [Run(text[:at]), Run("", "break"), Run(text[at:])]


@kind(*ALL)
def space_inside(draft: Draft, rng: random.Random) -> None:
    """A typist's space inside a number."""
    cell = _long(draft, rng, 2)
    at = rng.randrange(1, len(cell.text))
    cell.text = f"{cell.text[:at]}{rng.choice((' ', '  ', chr(0x3000), chr(0xA0)))}{cell.text[at:]}"


@kind(*ALL)
def two_numbers_in_a_cell(draft: Draft, rng: random.Random) -> None:
    """Another year's or office's figure beside the own one: nobody can tell which counts."""
    cell = draft.pick(rng)
    cell.text = rng.choice(("{0} {1}", "{0}/{1}", "{0}、{1}", "{0}+{1}", "{0}→{1}")).format(
        cell.text, rng.randrange(1, 9)
    )
    draft.undecidable = True
    _no_count(draft)


@kind(*ALL)
def unit_in_cell(draft: Draft, rng: random.Random) -> None:
    """12件, in one cell or in a whole table."""
    unit = rng.choice(("件", "项", "件次", "（件）", "条", "宗", "起"))
    cells = draft.figures_in(rng.choice(("table2", "table3", "table4")))
    for cell in cells if rng.random() < 0.5 else [rng.choice(cells)]:
        if cell.text.isdigit():
            cell.text += unit


@kind(*ALL)
def ten_thousands_in_cell(draft: Draft, rng: random.Random) -> None:
    """1.2万 for a count: a person reads 12000."""
    cell = draft.pick(rng, "table2")
    tens = rng.randrange(11, 990)
    cell.text, draft.figures[cell.address] = f"{tens / 10:g}万{rng.choice(('', '件'))}", tens * 1000
    _no_count(draft)


@kind(*ALL)
def remark_in_cell(draft: Draft, rng: random.Random) -> None:
    """A remark after the figure that has digits of its own."""
    cell = draft.pick(rng)
    remarks = (
        "（含上年结转{}件）",
        "(其中网上申请{}件)",
        "（注{}）",
        "[{}]",
        "（见备注{}）",
        "（同比增加{}件）",
        "注{}",
    )
    cell.text += rng.choice(remarks).format(rng.randrange(1, 10))


@kind(*ALL)
def look_alike_digits(draft: Draft, rng: random.Random) -> None:
    """A letter for a digit, as OCR and typists write it."""
    cell = _long(draft, rng, 2)
    swaps = {"1": "lI|", "0": "OoＯ", "2": "Z", "5": "S", "8": "B"}
    places = [i for i, c in enumerate(cell.text) if c in swaps]
    if not places:
        raise NotHere
    at = rng.choice(places)
    cell.text = cell.text[:at] + rng.choice(swaps[cell.text[at]]) + cell.text[at + 1 :]
    _no_count(draft)


@kind(*ALL)
def chinese_numeral(draft: Draft, rng: random.Random) -> None:
    cell = draft.pick(rng, busy=False)
    value = int(draft.figures[cell.address])
    if not 0 < value < 11:
        raise NotHere
    cell.text = "〇一二三四五六七八九十"[value]
    _no_count(draft)


@kind(*ALL)
def count_with_decimals(draft: Draft, rng: random.Random) -> None:
    """12.0 or 12.00, as a spreadsheet prints it: a person reads 12."""
    places = rng.choice((".0", ".00"))
    for cell in draft.table(rng.choice(("table3", "table4"))).figures():
        if cell.text.isdigit():
            cell.text += places
    _no_count(draft)


@kind(*ALL)
def point_as_separator(draft: Draft, rng: random.Random) -> None:
    """1.234 for 1234: only a sum could tell."""
    cell = _long(draft, rng)
    cell.text = f"{int(cell.text):,}".replace(",", ".")
    _no_count(draft)


@kind(*ALL, form="2019")
def signed_change(draft: Draft, rng: random.Random) -> None:
    """本年增/减 with the signs that people use."""
    sign = rng.choice(("-", "－", "−", "﹣", "–", "—", "减", "减少", "↓", "－ "))
    for cell in draft.figures_in("table2"):
        if cell.address.endswith(".change"):
            value = -rng.randrange(1, 40)
            draft.figures[cell.address], cell.text = value, f"{sign}{-value}"


@kind(*ALL, form="2019")
def plus_change(draft: Draft, rng: random.Random) -> None:
    sign = rng.choice(("+", "＋", "增", "增加", "↑"))
    for cell in draft.figures_in("table2"):
        if cell.address.endswith(".change"):
            value = rng.randrange(1, 40)
            draft.figures[cell.address], cell.text = value, f"{sign}{value}"


def _amount(draft: Draft, rng: random.Random, value: Decimal | None = None) -> Cell:
    """The cell of the form's amount, in 万元."""
    cell = next(c for c in draft.figures_in("table2") if c.address.rsplit(".", 1)[1] in ("amount_wan", "amount"))
    value = Decimal(rng.randrange(100, 900_000)) / 100 if value is None else value
    cell.text, draft.figures[cell.address] = str(value), value
    return cell


def _measure_head(draft: Draft) -> Cell:
    heads = (c for t in draft.tables() if t.name == "table2" for c in t.cells() if c.role == "head")
    return next(c for c in heads if c.text.startswith(("本年收费金额", "采购总金额")))


@kind(*ALL)
def amount_in_yuan_by_head(draft: Draft, rng: random.Random) -> None:
    """The head says 元 where the form has 万元, and the figure is in 元."""
    cell, head = _amount(draft, rng), _measure_head(draft)
    name = head.text.split("（")[0]
    head.text = name + rng.choice(("（单位：元）", "（元）", "(单位:元)", "（单位：人民币元）", "/元"))
    cell.text = f"{(draft.figures[cell.address] * 10_000):.0f}" + rng.choice(("", ".00"))


@kind(*ALL)
def amount_in_yuan_in_cell(draft: Draft, rng: random.Random) -> None:
    """123000元 under a head that says 万元, or nothing."""
    cell, head = _amount(draft, rng), _measure_head(draft)
    yuan = draft.figures[cell.address] * 10_000
    cell.text = f"{yuan:.0f}{rng.choice(('元', '（元）', ' 元'))}"
    if cell.address == "table2.procurement.amount":  # the form prints no unit there: the amount is what is printed
        draft.figures[cell.address] = yuan
    head.text = head.text if rng.random() < 0.5 else head.text.split("（")[0]


@kind(*ALL)
def amount_in_yuan_by_label(draft: Draft, rng: random.Random) -> None:
    """行政事业性收费（元）, or a line 单位：元 over the table."""
    cell = _amount(draft, rng)
    table = next(t for t in draft.tables() if cell in t.figures())
    head = _measure_head(draft)
    head.text = head.text.split("（")[0]
    cell.text = f"{(draft.figures[cell.address] * 10_000):.0f}"
    row = next(r for r in table.rows if cell in r)
    if rng.random() < 0.5:
        row[0].text += "（元）"
    else:
        draft.blocks.insert(draft.blocks.index(table), Line([Run("单位：元")]))


@kind(*ALL)
def amount_in_other_units(draft: Draft, rng: random.Random) -> None:
    """亿元 or 千元 in head or cell."""
    cell, head = _amount(draft, rng, Decimal(rng.randrange(1, 90_000)) * 100), _measure_head(draft)
    unit, factor = rng.choice((("亿元", 10_000), ("千元", Decimal("0.1")), ("百万元", 100)))
    cell.text = f"{(draft.figures[cell.address] / factor).normalize():f}"
    if rng.random() < 0.5:
        cell.text += unit
    else:
        head.text = f"{head.text.split('（')[0]}（单位：{unit}）"


@kind(*ALL)
def amount_with_its_unit(draft: Draft, rng: random.Random) -> None:
    """12.30万元 in the cell, as the head says too."""
    _amount(draft, rng).runs.append(Run(rng.choice(("万元", "（万元）", " 万元", "万"))))


@kind(*ALL)
def amount_with_separators(draft: Draft, rng: random.Random) -> None:
    cell = _amount(draft, rng, Decimal(rng.randrange(100_000, 900_000_00)) / 100)
    cell.text = f"{draft.figures[cell.address]:,}".replace(",", rng.choice(",，"))


@kind("docx", "html", "md", "tabs", "lines", "bars", "pipes")
def unseen_inside_number(draft: Draft, rng: random.Random) -> None:
    """A zero-width character, a soft hyphen or a byte order mark inside or around a number."""
    cell, mark = _long(draft, rng, 2), rng.choice("\u200b\ufeff\u00ad\u2060\u200e\u200c")
    at = rng.randrange(0, len(cell.text) + 1)
    cell.text = cell.text[:at] + mark + cell.text[at:]


@kind("docx", "html", "tabs", "md")
def right_to_left(draft: Draft, rng: random.Random) -> None:
    """An override that shows the characters from right to left: what one sees is the figure."""
    cell = _long(draft, rng, 2)
    cell.text = f"\u202e{cell.text[::-1]}\u202c"


@kind("html", "docx", "md", "tabs")
def break_after_figure(draft: Draft, rng: random.Random) -> None:
    """<br> before or after figures, as editors leave it."""
    for cell in draft.table(rng.choice(("table3", "table4"))).figures():
        extra = [Run("", "break")]
        cell.runs = [*cell.runs, *extra] if rng.random() < 0.7 else [*extra, *cell.runs]


@kind(*ALL)
def mathematical_digits(draft: Draft, rng: random.Random) -> None:
    """Digits of another script or style that NFKC would turn into ours: a person may read them."""
    cell = draft.pick(rng)
    start = rng.choice((0x1D7CE, 0x1D7E2, 0x0660, 0xFF10, 0x2080))
    cell.text = "".join(chr(start + int(c)) if c.isdigit() else c for c in cell.text)


@kind(*ALL)
def figure_with_extras(draft: Draft, rng: random.Random) -> None:
    """共12件, 约12, 12., =12, "12": a person reads twelve."""
    cell = draft.pick(rng)
    cell.text = rng.choice(
        ("共{}", "{}.", "{}。", "={}", '"{}"', "{}，", "0{}", "{}?", "'{}", "({})", "【{}】", "{}次")
    ).format(cell.text)
    _no_count(draft)


@kind("md")
def figures_as_formulas(draft: Draft, rng: random.Random) -> None:
    """$12$, as converters that take digits for mathematics write them."""
    style = rng.choice(("${}$", "$ {} $", "\\({}\\)", "$\\mathrm{{{}}}$"))
    for cell in draft.table(rng.choice(("table3", "table4"))).figures():
        if cell.text.isdigit():
            cell.text = style.format(cell.text)


@kind("md")
def figures_in_bold(draft: Draft, rng: random.Random) -> None:
    """**12**, \\-, and other marks of Markdown."""
    for cell in draft.table(rng.choice(("table3", "table4"))).figures():
        cell.text = f"**{cell.text}**" if cell.text.isdigit() else cell.text.replace("-", "\\-")


@kind("md", "tabs", "pipes", "lines", "bars")
def entities_left(draft: Draft, rng: random.Random) -> None:
    """&nbsp; and &#8203; that a converter forgot, in blanks and beside figures."""
    for table in draft.tables():
        for cell in table.figures():
            if not draft.figures[cell.address]:
                cell.text = rng.choice(("&nbsp;", "&nbsp;&nbsp;", cell.text))
            elif rng.random() < 0.1:
                cell.text += "&nbsp;"


@kind(*ALL)
def units_in_heads(draft: Draft, rng: random.Random) -> None:
    """（件）after the heads, or 单位：件 over a table."""
    name = rng.choice(("table2", "table3", "table4"))
    table = draft.table(name)
    if rng.random() < 0.5:
        draft.blocks.insert(draft.blocks.index(table), Line([Run(rng.choice(("单位：件", "（单位：件、万元）")))]))
        return
    for cell in table.cells():
        if cell.role == "head" and cell.text in ("自然人", "总计", "结果维持", "本年制发件数", "本年新制作数量"):
            cell.text += rng.choice(("（件）", "(件)", "/件"))


@kind("pdf", "docx", "html")
def unit_of_figure_in_next_cell(draft: Draft, rng: random.Random) -> None:
    """万元 or 元 in a cell of its own after the amount."""
    cell = _amount(draft, rng)
    table = next(t for t in draft.tables() if any(c is cell for c in t.cells()))
    row = next(r for r in table.rows if any(c is cell for c in r))
    if cell.cols < 2:
        raise NotHere
    cell.cols -= 1
    yuan = rng.random() < 0.5
    if yuan:
        head = _measure_head(draft)
        head.text = head.text.split("（")[0]
        cell.text = f"{(draft.figures[cell.address] * 10_000):.0f}"
    row.append(Cell([Run("元" if yuan else "万元")], role="other"))
