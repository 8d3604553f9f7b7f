"""Text as people really publish it: exact, or in doubt; never a figure under another name."""

import pytest

from tasks.read.html import read_html
from tasks.read.plain_text import read_plain_text
from tasks.samples import Layout
from tests.tasks.read.made import FIGURES, PLAIN, _html_table, outcome, parts, rows
from tests.tasks.read.made import markdown as markdown_report

FORMS = ["2019", "2021"]


def text(form, table, line="{}", layout=PLAIN):
    """The made report with each table written by `table`, from its sample table."""
    return "\n".join(line.format(p) if isinstance(p, str) else table(p) for p in parts(form, layout))


def markdown(matrix):
    first, *others = ["| " + " | ".join(row) + " |" for row in matrix]
    return "\n".join(["", first, "|" + " --- |" * len(matrix[0]), *others, ""])


def tabs(matrix):
    return "\n".join("\t".join(row) for row in matrix)


def kind(table):
    texts = {cell.text for cell in table.cells}
    return "table2" if "信息内容" in texts else "table3" if "自然人" in texts else "table4"


def repeated(table):
    """What spans several places stands in each of them, as converters write it."""
    matrix = [[""] * len(table.widths) for _ in range(table.rows)]
    for cell in table.cells:
        for row in range(cell.row0, cell.row1 + 1):
            for column in range(cell.col0, cell.col1 + 1):
                matrix[row][column] = cell.text
    return matrix


def without_places(table):
    """What a browser copies: spanned places leave nothing at all."""
    lines = [
        "\t".join(c.text for c in sorted(table.cells, key=lambda c: c.col0) if c.row0 == row)
        for row in range(table.rows)
    ]
    return "\n".join(lines)


def a_cell_a_line(table):
    """One cell a line and a bar after it; a blank is a bar alone, a span several bars."""
    lines = []
    for row in range(table.rows):
        for column in range(len(table.widths)):
            cell = next(c for c in table.cells if c.row0 <= row <= c.row1 and c.col0 <= column <= c.col1)
            begins = (cell.row0, cell.col0) == (row, column)
            lines.append(f"{cell.text} |" if begins and cell.text else "|")
    return "\n".join(lines)


def boxed(table):
    """A grid table of pandoc."""
    matrix = [*rows(table)]
    rule = "+" + "+".join(["-" * 8] * len(table.widths)) + "+"
    lines = [rule]
    for row in matrix:
        halves = [(cell[: len(cell) // 2], cell[len(cell) // 2 :]) if len(cell) > 9 else (cell, "") for cell in row]
        for part in (0, 1):
            if any(half[part] for half in halves):
                lines.append("| " + " | ".join(half[part] for half in halves) + " |")
        lines.append(rule)
    return "\n".join(lines)


def drawn(table):
    """As w3m draws tables."""
    return "\n".join(
        ["┌" + "─┬" * 5 + "─┐", *("│" + "│".join(row) + "│" for row in rows(table)), "└" + "─┴" * 5 + "─┘"]
    )


def rows_apart(table):
    return "\n\n".join("\t".join(row) for row in rows(table))


EXACT = {
    "one cell a line with bars": a_cell_a_line,
    "a grid table": boxed,
    "HTML in Markdown": _html_table,
    "HTML in Markdown over lines": lambda t: _html_table(t).replace("<t", "\n  <t"),
    "repeated in Markdown": lambda t: markdown(repeated(t)),
    "repeated between tabs": lambda t: tabs(repeated(t)),
    "copied from a browser": without_places,
    "drawn with boxes": drawn,
    "blank lines between rows": rows_apart,
    "full-width bars of a converter": lambda t: markdown([[c and f"**{c}**" for c in row] for row in rows(t)]),
    "in code spans": lambda t: markdown([[c and f"`{c}`" for c in row] for row in rows(t)]),
    "with no-break spaces": lambda t: markdown([[c or "&nbsp;" for c in row] for row in rows(t)]),
    "digits as entities": lambda t: markdown([[c.replace("0", "&#48;") for c in row] for row in rows(t)]),
    "underlined": lambda t: markdown([[c and f"<u>{c}</u>" for c in row] for row in rows(t)]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", EXACT.values(), ids=EXACT)
@pytest.mark.parametrize("zero", ["0", "", "/"])
def test_forms_of_text(form, table, zero):
    got = outcome("a.md", text(form, table, layout=Layout(zero=zero)), form)
    assert got == "exact" or (zero != "0" and is_in_doubt(got))


def changed(table, name, change):
    matrix = [*rows(table)]
    return markdown(change(matrix)) if kind(table) == name else markdown(matrix)


def column_to(source, target):
    def change(matrix):
        return [
            [*(rest := [*row[:source], *row[source + 1 :]])[:target], row[source], *rest[target:]] for row in matrix
        ]

    return change


def with_column(at, head, fields):
    def change(matrix):
        return [[*row[:at], head if n == 0 else fields(n), *row[at:]] for n, row in enumerate(matrix)]

    return change


CHANGED = {
    "总计 first": ("table3", column_to(9, 3)),
    "自然人 last": ("table3", column_to(3, 9)),
    "two applicants exchanged": ("table3", column_to(4, 5)),
    "a column of numbers before": ("table3", with_column(0, "序号", lambda n: str(n))),
    "a column of numbers between": ("table3", with_column(3, "序号", lambda n: str(n))),
    "remarks after": ("table3", with_column(10, "备注", lambda n: "无")),
    "last year after": ("table3", with_column(10, "上年数", lambda n: str(n))),
    "measures exchanged": ("table2", column_to(1, 2)),
    "a column of numbers in table 2": ("table2", with_column(0, "序号", lambda n: str(n))),
    "last year in table 2": ("table2", with_column(1, "上年数", lambda n: str(n))),
    "results exchanged": ("table4", column_to(0, 1)),
    "总计 first in table 4": ("table4", column_to(4, 0)),
    "a column before table 4": ("table4", with_column(0, "年度", lambda n: "2024" if n == 3 else "")),
    "groups exchanged": ("table4", lambda m: [[*row[5:], *row[:5]] for row in m]),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("name", "change"), CHANGED.values(), ids=CHANGED)
@pytest.mark.parametrize(
    "write", [markdown, tabs, lambda m: "\n".join("\n".join(row) for row in m)], ids=["bars", "tabs", "lines"]
)
@pytest.mark.parametrize("zero", ["0", ""])
def test_heads_tell_the_columns(form, name, change, write, zero):
    def table(t):
        return write(change([*rows(t)]) if kind(t) == name else [*rows(t)])

    got = outcome("a.md", text(form, table, layout=Layout(zero=zero)), form)
    assert got == "exact" or is_in_doubt(got)


def is_in_doubt(got):
    """Whether it is held back because of a doubt of our own."""
    return isinstance(got, list) and any(problem.startswith("READ.") for problem in got)


VALUE = str(FIGURES["2021"]["table2.licensing.decisions"])
UNSEEN = [
    "<sup>1</sup>",
    "<sub>1</sub>",
    "~~1~~",
    "<del>1</del>",
    "<s>1</s>",
    "<!-- 1 -->",
    "[^1]",
    "^1^",
    "$^{1}$",
    "{--1--}",
]
SEEN = {
    "emphasis": "**{}**",
    "slanted": "*{}*",
    "emphasis of another kind": "__{}__",
    "code": "`{}`",
    "a link": "[{}](https://example.org/7)",
    "a link by name": "[{}][7]",
    "underlined": "<u>{}</u>",
    "a span": '<span style="x">{}</span>',
    "marked": "=={}==",
    "mathematics": "${}$",
    "no-break spaces": "&nbsp;{}&emsp;",
    "zero width": "\u200b{}\ufeff",
}


def with_cell(cell):
    made = markdown_report("2021")
    before = f"| 行政许可 | {VALUE} |"
    assert before in made
    return made.replace(before, f"| 行政许可 | {cell} |")


class TestVisibleText:
    @pytest.mark.parametrize("unseen", UNSEEN)
    def test_beside_a_figure_it_is_nothing(self, unseen):
        assert outcome("a.md", with_cell(VALUE + unseen), "2021") == "exact"

    @pytest.mark.parametrize("unseen", [u for u in UNSEEN if not u.startswith("<!--")])
    def test_alone_it_is_no_figure(self, unseen):
        got = outcome("a.md", with_cell(unseen.replace("1", VALUE)), "2021")
        assert got != "exact"
        assert is_in_doubt(got)

    @pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN)
    def test_markup_around_a_figure(self, seen):
        assert outcome("a.md", with_cell(seen.format(VALUE)), "2021") == "exact"

    @pytest.mark.parametrize("digits", [f"&#{ord(VALUE[0])};{VALUE[1:]}", f"{VALUE[0]}<u></u>{VALUE[1:]}"])
    def test_digits_written_otherwise(self, digits):
        assert outcome("a.md", with_cell(digits), "2021") == "exact"

    @pytest.mark.parametrize(
        "unclear", [f"\u202e{VALUE}", f"{VALUE[0]}![](1.png)", "![](figure.png)", VALUE + "\ue005"]
    )
    def test_what_cannot_be_told_is_a_doubt(self, unclear):
        assert is_in_doubt(outcome("a.md", with_cell(unclear), "2021"))


def test_a_markdown_with_html_tables_is_markdown_under_any_text_name():
    made = text("2021", _html_table)
    assert [outcome(name, made, "2021") for name in ("a.md", "a.txt")] == ["exact", "exact"]


def test_placeholder_heads_of_a_converter_are_no_figures():
    def one_row_a_table(table):
        if kind(table) != "table3":
            return markdown([*rows(table)])
        matrix = [*rows(table)][3:]
        heads = ["类别", *(f"数据{n}" for n in range(1, 7)), "总计"]
        named = [[next(c for c in (*reversed(row[:3]),) if c), *row[3:]] for row in matrix]
        return "\n".join(f"\n### 表格\n{markdown([heads, row])}" for row in named)

    assert outcome("a.md", text("2021", one_row_a_table), "2021") == "exact"


def test_a_table_of_results_for_each_group():
    def apart(table):
        if kind(table) != "table4":
            return markdown([*rows(table)])
        results, figures = [*rows(table)][2:4]
        names = ["行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）"]
        return "\n".join(
            f"\n### {n}\n{markdown([results[i : i + 5], figures[i : i + 5]])}"
            for n, i in zip(names, (0, 5, 10), strict=True)
        )

    assert outcome("a.md", text("2021", apart), "2021") == "exact"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.md", lambda t: "![表](media/image1.png)"),
        ("a.html", lambda t: '<p><img src="data:image/png;base64,iVBORw0KGgo="></p>'),
    ],
)
def test_a_table_that_is_a_picture_is_known_as_one(name, written):
    def table(t):
        return written(t) if kind(t) == "table3" else (_html_table(t) if name == "a.html" else markdown([*rows(t)]))

    read = {"a.md": read_plain_text, "a.html": read_html}[name]
    assert read(text("2021", table, line="<p>{}</p>" if name == "a.html" else "{}\n")).pictured == {"table3": None}
