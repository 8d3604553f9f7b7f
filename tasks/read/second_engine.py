"""A second engine's characters, pdfplumber's own: an engine that shares no code with the first reads the same boxes.

It is asked about figures that no identity guards (table 2 has no sums, and a group of table 4 that is blank throughout
adds up to nothing: a digit that one engine drops would pass unseen there), and about those that a failed sum accuses.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import numpy as np
import pdfplumber
from pdfplumber.page import Page

from expectations.evidence import BBox, Cell, Doubt
from tasks.read.figures import plain, unit_conflict
from tasks.read.page import Char, chars_at
from tasks.read.struck import struck_once
from tasks.read.values import FIGURES

_UNDECODED = "(cid:"
_SLACK = 0.5

logging.getLogger("pdfminer").setLevel(logging.ERROR)


def confirm_characters(body: bytes, cells: Sequence[Cell]) -> tuple[Doubt, ...]:
    """A doubt for every cell in whose box the second engine sees other figures; none where it cannot read the page."""
    return tuple(
        Doubt(cell.address, cell.raw, seen, (cell,))
        for cell, seen in second_reading(body, cells)
        if figures_of(seen) != figures_of(cell.raw) or (cell.is_blank and any(map(str.isalpha, seen)))
    )


def confirm_units(body: bytes, cells: Sequence[Cell]) -> tuple[Doubt, ...]:
    """A doubt for every amount in whose row, from its cell on, the second engine sees another unit than the form's."""
    return tuple(
        Doubt(cell.address, cell.raw, conflict, (cell,))
        for cell, seen in second_reading(body, cells)
        if (conflict := unit_conflict(seen, FIGURES[cell.address]))
    )


def second_reading(body: bytes, cells: Sequence[Cell]) -> list[tuple[Cell, str]]:
    """What the second engine sees in the box of each cell; nothing for pages that it cannot read."""
    placed = sorted((c for c in cells if c.page and c.bbox), key=lambda c: c.page or 0)
    if not placed:
        return []
    try:
        with pdfplumber.open(io.BytesIO(body)) as pdf:
            return list(_seen(pdf.pages, placed))
    except MemoryError:
        raise
    except Exception:
        logging.getLogger(__name__).info("the second engine cannot read this file", exc_info=True)
        return []


def figures_of(text: str) -> Counter[str]:
    """The digits and points, whatever their order: pages may be turned, and engines drop characters, not swap them."""
    return Counter(c for c in plain(text) if c in "0123456789.")


def _seen(pages: Sequence[Page], cells: Iterable[Cell]) -> Iterator[tuple[Cell, str]]:
    for number, group in groupby(cells, key=lambda c: c.page):
        page = pages[(number or 1) - 1]
        chars = _chars(page)
        page.close()
        if not any(char.text == _UNDECODED for char in chars):
            for cell in group:
                seen = "".join(char.text for char in chars if _inside(char.x, char.y, cell.bbox))
                yield cell, seen.encode("utf-8", "replace").decode()  # without halves of characters


def _chars(page: Page) -> list[Char]:
    """Each character from the top left of what a viewer shows; struck twice counts once."""
    left, top = page.cropbox[0] - page.bbox[0], page.cropbox[1] - page.bbox[1]
    texts = [_UNDECODED if char["text"].startswith(_UNDECODED) else char["text"] for char in page.chars]
    corners = [(c["x0"] - left, c["top"] - top, c["x1"] - left, c["bottom"] - top) for c in page.chars]
    boxes = np.array(corners, dtype=float).reshape(-1, 4).T
    chars = chars_at(texts, boxes)
    return [chars[index] for index in struck_once(texts, boxes)]


def _inside(x: float, y: float, box: BBox | None) -> bool:
    assert box is not None
    return box[0] - _SLACK <= x <= box[2] + _SLACK and box[1] - _SLACK <= y <= box[3] + _SLACK
