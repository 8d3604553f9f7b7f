"""A page break in the middle of a row: what stands above it ends a page, and what stands below begins the next."""

from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium

from tasks.read.pdf import pdf_pages
from tasks.read.ruled import ruled_grids
from tests.plausible.document import Draft, Run
from tests.scans.paper import Pixels, drawn, pages_of

_HEADS = ("商业", "企业"), ("科研", "机构"), ("社会公", "益组织"), ("法律服", "务机构"), ("其他", "")
_MARGIN = 0.9
"""Inches above and below what is printed."""


def torn_heads(draft: Draft, dpi: float) -> list[Pixels]:
    """The pages of the draft, one more than it has: the heads of table 3 are cut between their two lines."""
    for first, second in _HEADS:
        cell = next(c for c in draft.table("table3").cells() if c.text == first + second and c.role == "head")
        cell.runs = [Run(first), Run("", "break"), Run(second)]
    body = drawn(draft)
    document = pdfium.PdfDocument(body)
    places = [
        (number, (cell.bbox[1] + cell.bbox[3]) / 2 * dpi / 72)
        for number, page in enumerate(pdf_pages(list(document)))
        for grid in ruled_grids(page)
        for cell in grid.cells
        if cell.bbox and "".join(cell.text.split()) == "".join(_HEADS[0])
    ]
    document.close()
    number, y = places[0]
    pages = pages_of(body, dpi)
    return [*pages[:number], *_in_two(pages[number], round(y), round(_MARGIN * dpi)), *pages[number + 1 :]]


def _in_two(image: Pixels, y: int, margin: int) -> tuple[Pixels, Pixels]:
    """Both parts of a page, each closed by a rule as wide as the table."""
    columns = np.flatnonzero(image[y].min(axis=1) < 200)
    across = slice(int(columns[0]), int(columns[-1]) + 1)
    upper, lower = image.copy(), np.full_like(image, 255)
    upper[y:] = 255
    lower[margin : margin + len(image) - y] = image[y : len(image) - max(0, margin - y)]
    upper[y - 2 : y, across], lower[margin : margin + 2, across] = 0, 0
    return upper, lower
