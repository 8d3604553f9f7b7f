"""Workbooks: every cell as a reader of the sheet sees it, or a doubt; never another figure in silence."""

import io
import random
import re
import zipfile

import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.colors import Color
from PIL import Image as Pixels

from tasks.errors import CorruptFile, TooLarge, TypeMismatch
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout
from tests.office.sheets import figure_cells, saved, workbook
from tests.tasks.read.made import FIGURES, doubted, outcome, parts

ADDRESS = "table2.licensing.decisions"
WHITE = Font(color="FFFFFFFF")
LAYOUTS = {
    "zeros left out": Layout(zero=""),
    "slashes": Layout(zero="/"),
    "a table for each article": Layout(table2_split=True),
    "groups swapped": Layout(groups_swapped=True),
}
SHAPES = {
    "one sheet": {},
    "three sheets": {"by_table": True},
    "text": {"as_text": True},
    "no edges": {"edged": False},
    "no edges, nothing merged": {"edged": False, "wide": False},
    "an empty margin": {"margin": 2},
}


def the_cell(book, form="2021"):
    """The cell of ADDRESS: no sum guards it."""
    value = FIGURES[form][ADDRESS]
    found = [cell for cell in figure_cells(book) if cell.value == value]
    assert len(found) == 1
    return found[0]


def changed(change, **shape):
    book = workbook("2021", **shape)
    change(the_cell(book))
    return saved(book)


@pytest.mark.parametrize("form", ["2019", "2021"])
class TestPlain:
    @pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
    def test_shapes(self, form, shape):
        assert outcome("a.xlsx", saved(workbook(form, **shape)), form) == "exact"

    @pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
    @pytest.mark.parametrize("edged", [True, False])
    def test_layouts(self, form, layout, edged):
        assert outcome("a.xlsx", saved(workbook(form, layout, edged=edged)), form) == "exact"

    def test_what_another_program_writes(self, form):
        assert outcome("年报.xlsx", by_xlsxwriter(form), form) == "exact"


def by_xlsxwriter(form, also=lambda book, sheet: None):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet, row = book.add_worksheet("年报"), 0
        frame = book.add_format({"border": 1})
        for part in parts(form):
            if isinstance(part, str):
                sheet.write(row, 0, part)
                row += 1
                continue
            for cell in part.cells:
                area = row + cell.row0, cell.col0, row + cell.row1, cell.col1
                text = int(cell.text) if cell.text.isdigit() else cell.text
                if area[:2] == area[2:]:
                    sheet.write(*area[:2], text, frame)
                else:
                    sheet.merge_range(*area, text, frame)
            row += part.rows + 1
        also(book, sheet)
    return file.getvalue()


SAME = {
    "thousands": lambda c: setattr(c, "number_format", "#,##0"),
    "an accountant's format": lambda c: setattr(c, "number_format", '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"??_ ;_ @_ '),
    "a unit in the format": lambda c: setattr(c, "number_format", '0"件"'),
    "a comment": lambda c: setattr(c, "comment", Comment("含 3 件转办", "办公室")),
    "white on blue": lambda c: (setattr(c, "font", WHITE), setattr(c, "fill", PatternFill("solid", "FF1F4E79"))),
    "white on the theme's blue": lambda c: (
        setattr(c, "font", Font(color=Color(theme=0))),
        setattr(c, "fill", PatternFill("solid", Color(theme=4))),
    ),
    "a note mark behind it": lambda c: setattr(
        c, "value", CellRichText(str(c.value), TextBlock(InlineFont(vertAlign="superscript"), "2"))
    ),
    "an old figure struck": lambda c: setattr(
        c, "value", CellRichText(TextBlock(InlineFont(strike=True), "77"), str(c.value))
    ),
    "a colour by a condition": lambda c: c.parent.conditional_formatting.add(
        c.coordinate, CellIsRule(operator="greaterThan", formula=["0"], font=Font(color="FFFF0000"))
    ),
    "a hidden row below": lambda c: hide_row(c),
    "a hidden column behind": lambda c: hide_column(c),
    "a date of signature": lambda c: sign(c),
    "zeros not shown": lambda c: setattr(c.parent.sheet_view, "showZeros", False),
    "a hidden sheet": lambda c: other_sheet(c, "hidden"),
    "a very hidden sheet": lambda c: other_sheet(c, "veryHidden"),
    "a picture elsewhere": lambda c: picture(c, f"M{c.row}"),
}


def hide_row(cell):
    sheet, last = cell.parent, cell.parent.max_row + 2
    sheet.cell(last, 1, "核对")
    sheet.cell(last, 4, 7)
    sheet.row_dimensions[last].hidden = True


def hide_column(cell):
    cell.parent.cell(cell.row, 30, 99)
    cell.parent.column_dimensions["AD"].hidden = True


def sign(cell):
    from datetime import datetime

    cell.parent.cell(cell.parent.max_row + 2, 8, datetime(2025, 1, 20)).number_format = 'yyyy"年"m"月"d"日"'


def other_sheet(cell, state):
    book = cell.parent.parent
    copy = book.copy_worksheet(cell.parent)
    copy.title, copy.sheet_state = "上年", state
    for one in figure_cells([copy]):
        one.value += 1


def picture(cell, anchor):
    file = io.BytesIO()
    Pixels.new("RGB", (20, 20), "red").save(file, "PNG")
    cell.parent.add_image(Image(file), anchor)


@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_what_changes_nothing_for_the_reader(change):
    assert outcome("a.xlsx", changed(change), "2021") == "exact"


IN_DOUBT = {
    "white": lambda c: setattr(c, "font", WHITE),
    "the theme's white": lambda c: setattr(c, "font", Font(color=Color(theme=0))),
    "black on black": lambda c: setattr(c, "fill", PatternFill("solid", "FF000000")),
    "struck": lambda c: setattr(c, "font", Font(strike=True)),
    "raised": lambda c: setattr(c, "font", Font(vertAlign="superscript")),
    "tiny": lambda c: setattr(c, "font", Font(sz=1)),
    "a format that shows nothing": lambda c: setattr(c, "number_format", ";;;"),
    "a format that rounds": lambda c: setattr(c, "value", c.value + 0.4) or setattr(c, "number_format", "0"),
    "a format in thousands": lambda c: setattr(c, "number_format", "0,"),
    "a format in Chinese numerals": lambda c: setattr(c, "number_format", "[DBNum1]0"),
    "a format of a condition": lambda c: setattr(c, "number_format", "[>5]0;0.0"),
    "a date": lambda c: setattr(c, "number_format", "m-d"),
    "a formula without a value": lambda c: setattr(c, "value", "=1+1"),
    "too narrow a column": lambda c: narrow(c),
    "a condition that hides": lambda c: c.parent.conditional_formatting.add(
        c.coordinate, FormulaRule(formula=["TRUE"], font=WHITE)
    ),
    "a condition that prints otherwise": lambda c: c.parent.conditional_formatting.add(
        c.coordinate, FormulaRule(formula=["TRUE"], font=Font(strike=True))
    ),
    "a picture over it": lambda c: picture(c, c.coordinate),
    "an error": lambda c: setattr(c, "value", "#REF!"),
}


def narrow(cell):
    cell.value = 1234567
    for column in "BCD":
        cell.parent.column_dimensions[column].width = 1.5


@pytest.mark.parametrize("change", IN_DOUBT.values(), ids=IN_DOUBT)
def test_what_a_reader_may_not_see_is_in_doubt(change):
    body = changed(change)
    assert outcome("a.xlsx", body, "2021") != "exact"
    assert ADDRESS in doubted("a.xlsx", body)


def test_a_second_table_of_the_kind_is_a_doubt():
    body = changed(lambda c: other_sheet(c, "visible"))
    assert "table3" in {where.split(".")[0] for where in doubted("a.xlsx", body)}


def test_what_a_program_wrote_that_does_not_calculate_is_in_doubt():
    """Its sums say 0 until Excel works them out: no agency is told that its sums are wrong."""

    def also(book, sheet):
        row = next(r for r, cells in sheet.table.items() if any("行政许可" in str(c) for c in strings(book, cells)))
        sheet.write_formula(row, 1, "=3+4")

    body = by_xlsxwriter("2021", also)
    assert outcome("a.xlsx", body, "2021") != "exact"
    assert ADDRESS in doubted("a.xlsx", body)


def strings(book, cells):
    by_number = {number: text for text, number in book.str_table.string_table.items()}
    return [by_number.get(getattr(cell, "string", None), "") for cell in cells.values()]


def test_what_lies_under_a_merged_cell_is_not_seen():
    """Some programs leave figures there; no program shows them."""
    assert outcome("a.xlsx", edited(saved(workbook("2021")), under_merged), "2021") == "exact"


def under_merged(xml):
    """Figures in the last cells of those that are merged in table 2."""
    for row in re.findall(r'<mergeCell ref="B(\d+):D\1"', xml):
        xml, times = re.subn(rf'(<c r="D{row}"[^>]*>)</c>', r"\1<v>9</v></c>", xml)
        assert times == 1
    return xml


def edited(body, change, part="xl/worksheets/sheet1.xml"):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content.decode()).encode() if name == part else content)
    return file.getvalue()


def test_a_table_on_a_hidden_sheet_is_not_missing():
    book = workbook("2021", by_table=True)
    book.worksheets[-1].sheet_state = "hidden"
    verdict = outcome("a.xlsx", saved(book), "2021")
    assert [v.split()[0] for v in verdict if v.split()[1].startswith("table4")] == ["READ.DISAGREEMENT"]


def test_figures_changed_one_by_one_are_never_another_in_silence():
    rng = random.Random(7)
    for _ in range(12):
        book = workbook("2021", by_table=rng.random() < 0.5)
        cell = rng.choice(figure_cells(book))
        rng.choice(list(IN_DOUBT.values()))(cell)
        assert outcome("a.xlsx", saved(book), "2021") == "exact" or doubted("a.xlsx", saved(book))


class TestFiles:
    def test_a_workbook_called_otherwise(self):
        body = saved(workbook("2021"))
        with pytest.raises(TypeMismatch):
            recognise("a.docx", body)
        assert outcome("a.et", body, "2021") == "exact"

    def test_a_broken_one(self):
        body = saved(workbook("2021"))
        for broken in (body[:3000], edited(body, lambda xml: xml[:500])):
            with pytest.raises(CorruptFile):
                read(recognise("a.xlsx", broken))

    def test_a_bomb(self):
        body = edited(
            saved(workbook("2021")), lambda xml: xml.replace("<sheetData>", "<sheetData>" + " " * 210_000_000)
        )
        with pytest.raises(TooLarge):
            recognise("a.xlsx", body)

    def test_very_many_cells(self):
        rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(2000, 210_000))
        body = edited(saved(workbook("2021")), lambda xml: xml.replace("</sheetData>", rows + "</sheetData>"))
        with pytest.raises(TooLarge):
            read(recognise("a.xlsx", body))
