"""Small reports in every medium but PDF, of the sample maker's tables; a form's figures are the same each time."""

import html as html_escapes
import io
import random

import docx

from expectations.forms import FORMS
from tasks.errors import Rejected
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, consistent_figures
from tasks.samples.tables import table2, table3, table4

PLAIN = Layout()
AGENCY = "青岚市水利局"
YEARS = {"2019": 2020, "2021": 2024}
FIGURES = {code: consistent_figures(form, random.Random(5), size=3000) for code, form in FORMS.items()}


def title_of(form):
    return f"{AGENCY}{YEARS[form]}年政府信息公开工作年度报告"


def parts(form, layout=PLAIN, title=None):
    """The report from top to bottom: lines of text, and tables."""
    shape, figures = FORMS[form], FIGURES[form]
    heads = [f"{s.number}、{s.heading}" for s in shape.sections]
    yield from (title or title_of(form), heads[0], "认真落实《条例》，公开平台运行平稳。", heads[1])
    yield from table2(shape, figures, layout)
    yield heads[2]
    yield table3(shape, figures, layout)
    yield heads[3]
    yield table4(shape, figures, layout)
    yield from (heads[4], "公开不够及时，下一年改进。", heads[5], "无其他需要报告的事项。")


def html(form, layout=PLAIN, title=None):
    body = "".join(
        f"<p>{part}</p>" if isinstance(part, str) else _html_table(part) for part in parts(form, layout, title)
    )
    return f'<html><head><meta charset="utf-8"><title>年报</title></head><body>{body}</body></html>'


def _html_table(table):
    rows = (
        "".join(
            f'<td rowspan="{c.row1 - c.row0 + 1}" colspan="{c.col1 - c.col0 + 1}">{html_escapes.escape(c.text)}</td>'
            for c in sorted(table.cells, key=lambda c: c.col0)
            if c.row0 == row
        )
        for row in range(table.rows)
    )
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def dump(form, separator, layout=PLAIN, title=None):
    """Plain text: a line for each row of a table, its cells parted by `separator`."""
    lines = []
    for part in parts(form, layout, title):
        lines += [part] if isinstance(part, str) else [separator.join(row) for row in rows(part)]
    return "\n".join(lines)


def cell_per_line(form):
    return "\n".join(cell for line in dump(form, "\t").split("\n") for cell in line.split("\t") if cell)


def markdown(form, layout=PLAIN):
    lines = []
    for part in parts(form, layout):
        if isinstance(part, str):
            lines += [f"# {part}", ""]
        else:
            first, *others = ["| " + " | ".join(row) + " |" for row in rows(part)]
            lines += [first, "|" + " --- |" * len(part.widths), *others, ""]
    return "\n".join(lines)


def spaced(form, layout=PLAIN):
    """Columns in line, as a typewriter would set them: a Chinese character takes the room of two others."""
    lines = []
    for part in parts(form, layout):
        lines += [part] if isinstance(part, str) else ["".join(_padded(cell, 44) for cell in row) for row in rows(part)]
    return "\n".join(lines)


def _padded(text, width):
    text = text.split("（区分")[0].split("、行政机关不再")[0]
    return text + " " * (width - sum(1 if ord(c) < 128 else 2 for c in text))


def rows(table):
    """Every row's cells; what spans stands in its first place, the others are empty."""
    for row in range(table.rows):
        line = [""] * len(table.widths)
        for cell in table.cells:
            if cell.row0 == row:
                line[cell.col0] = cell.text
        yield line


def word(form, layout=PLAIN, nested=False):
    """A DOCX with merged cells; with `nested`, all of it inside the one cell of an outer table."""
    document = docx.Document()
    place = document.add_table(1, 1).cell(0, 0) if nested else document
    for part in parts(form, layout):
        if isinstance(part, str):
            place.add_paragraph(part)
        else:
            fill(place.add_table(part.rows, len(part.widths)), part)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def fill(table, part):
    """Merge and fill cells of a Word table; they are asked for once, as python-docx works out all of them each time."""
    places = [row.cells for row in table.rows]
    for cell in part.cells:
        first, last = places[cell.row0][cell.col0], places[cell.row1][cell.col1]
        (first.merge(last) if first is not last else first).text = cell.text


def outcome(name, body, form):
    """What became of a report: "exact", or what is wrong with it; never exact with a wrong figure."""
    try:
        report = read(recognise(name, body.encode() if isinstance(body, str) else body))
    except Rejected as error:
        return error.code
    verdict = validate(report)
    if verdict.outcome != "validated":
        return [f"{f.rule} {f.where}: {f.message}" for f in verdict.findings if f.severity == "critical"]
    wrong = {c.address for c in report.cells if (c.value or 0) != FIGURES[form][c.address]}
    who = (report.agency, report.year, report.form)
    return "exact" if not wrong and who == (AGENCY, YEARS[form], form) else (wrong, who)


def doubted(name, body):
    """The places that are in doubt."""
    return {d.where for d in read(recognise(name, body.encode() if isinstance(body, str) else body)).doubts}
