"""The statutory tables as tables to draw, with the labels of the form."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from expectations.evidence import Number
from expectations.forms import Form
from expectations.forms.common import RESULTS_OF_YEAR
from tasks.samples.layout import Layout
from tasks.samples.table import SampleTable, TableCell

_CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"


def table2(form: Form, figures: Mapping[str, Number | None], layout: Layout) -> list[SampleTable]:
    """Table 2 as one table, or as one for each article."""
    blocks = [
        _block(form, article, figures, layout) for article, _ in groupby(form.items, key=lambda item: item.article)
    ]
    if layout.table2_split:
        return blocks
    whole = blocks[0]
    for block in blocks[1:]:
        whole = block.below(whole)
    return [SampleTable(whole.widths, whole.rows, whole.cells)]


def _block(form: Form, article: str, figures: Mapping[str, Number | None], layout: Layout) -> SampleTable:
    items = [item for item in form.items if item.article == article]
    measures = items[0].measures
    spans = _spread(len(measures))
    cells = [TableCell(article, 0, 0, 0, 3), TableCell("信息内容", 1, 1, 0, 0)]
    cells += [TableCell(m.label, 1, 1, *span) for m, span in zip(measures, spans, strict=True)]
    for row, item in enumerate(items, 2):
        cells.append(TableCell(item.label, row, row, 0, 0))
        for measure, span in zip(measures, spans, strict=True):
            text = layout.printed(figures.get(f"table2.{item.code}.{measure.code}"))
            cells.append(TableCell(text, row, row, *span))
    return SampleTable((1.2, 1.0, 1.0, 1.0), 2 + len(items), tuple(cells), 2)


def _spread(count: int) -> list[tuple[int, int]]:
    """How many of the three figure columns each of `count` measures covers."""
    return {1: [(1, 3)], 2: [(1, 1), (2, 3)], 3: [(1, 1), (2, 2), (3, 3)]}[count]


def table3(form: Form, figures: Mapping[str, Number | None], layout: Layout) -> SampleTable:
    """Table 3: three label columns, three header rows, seven columns of figures."""
    cells = _head3(form)
    head = 3
    for row, line in enumerate(form.rows, head):
        address = f"table3.{line.code}"
        for column, applicant in enumerate(form.applicants, 3):
            cells.append(
                TableCell(layout.printed(figures.get(f"{address}.{applicant.code}")), row, row, column, column)
            )
        label = line.label.split("（区分")[0] if layout.short_labels else line.label
        first = 0 if not line.group else 1 if line.group == RESULTS_OF_YEAR else 2
        cells.append(TableCell(label, row, row, first, 2))
    cells += _groups3(form, layout, head)
    figure_width = 0.62 if layout.narrow_figures else 1.0
    return SampleTable((0.6, 1.1, 4.2, *([figure_width] * 7)), head + len(form.rows), tuple(cells), head)


def _head3(form: Form) -> list[TableCell]:
    last = 2 + len(form.applicants)
    cells = [TableCell(_CORNER, 0, 2, 0, 2), TableCell("申请人情况", 0, 0, 3, last)]
    cells += [TableCell(form.applicants[1].group, 1, 1, 4, last - 1)]
    for column, applicant in enumerate(form.applicants, 3):
        cells.append(TableCell(applicant.label, 2 if applicant.group else 1, 2, column, column))
    return cells


def _groups3(form: Form, layout: Layout, head: int) -> list[TableCell]:
    """The merged labels left of the rows: 三、本年度办理结果, and the groups inside it."""
    inside = [row for row, line in enumerate(form.rows, head) if line.group]
    cells = [TableCell(RESULTS_OF_YEAR, inside[0], inside[-1], 0, 0, vertical=True)]
    for group, lines in groupby(enumerate(form.rows, head), key=lambda pair: pair[1].group):
        rows = [row for row, _ in lines]
        if group not in ("", RESULTS_OF_YEAR):
            text = f"{group[3:]}{group[:3]}" if layout.groups_swapped else group
            cells.append(TableCell(text, rows[0], rows[-1], 1, 1, vertical=layout.vertical_labels))
    return cells


def table4(form: Form, figures: Mapping[str, Number | None], layout: Layout) -> SampleTable:
    """Table 4: fifteen columns under 行政复议 and 行政诉讼, one row of figures, perhaps a note below it."""
    width = len(form.results)
    cells = [TableCell(form.groups[0].label, 0, 1, 0, width - 1)]
    cells.append(TableCell(form.groups[1].parent, 0, 0, width, 3 * width - 1))
    for number, group in enumerate(form.groups):
        start = number * width
        if number:
            cells.append(TableCell(group.label, 1, 1, start, start + width - 1))
        for column, result in enumerate(form.results, start):
            value = figures.get(f"table4.{group.code}.{result.code}")
            cells.append(TableCell(result.label, 2, 2, column, column))
            cells.append(TableCell(layout.printed(value), 3, 3, column, column))
    if layout.note_row:
        cells.append(TableCell(layout.note_row, 4, 4, 0, 3 * width - 1))
    return SampleTable((1.0,) * (3 * width), 5 if layout.note_row else 4, tuple(cells), 3)
