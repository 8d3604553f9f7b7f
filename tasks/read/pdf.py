"""PDF pages as characters and ruling lines, read by PDFium."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import compress

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from expectations.evidence import BBox
from tasks.read.amended import crossed, digits, raised, struck
from tasks.read.annotated import spread, written
from tasks.read.drawn import page_objects, picture_box, rules, segments
from tasks.read.page import Boxes, Char, Note, Page, Rule, Unsure, chars_at
from tasks.read.risks import signs_in_text
from tasks.read.struck import struck_once
from tasks.read.view import View, turned
from tasks.read.visible_pdf import SMALLEST, Drawn, characters, dropped_texts, under_pictures

Angles = npt.NDArray[np.int_]
Mask = npt.NDArray[np.bool_]

_STRUCK = "格内有划去的数字"


def pdf_pages(pages: Sequence[pdfium.PdfPage]) -> tuple[Page, ...]:
    """All pages of a PDF, upright."""
    return tuple(_page(page, number) for number, page in enumerate(pages, start=1))


def _page(page: pdfium.PdfPage, number: int) -> Page:
    view = View(page)
    objects = list(page_objects(page))
    text_page = page.get_textpage()
    drawn = characters(text_page)
    text_page.close()
    turns = _turns(drawn.radians, view)
    turn = int(np.bincount(turns[turns >= 0], minlength=1).argmax())

    def upright(boxes: Boxes) -> Boxes:
        return turned(boxes, turn, view.width, view.height)

    is_seen = np.array(drawn.is_seen, dtype=bool) & ~under_pictures(objects, drawn, view.width * view.height)
    chars, gaps, boxes = _main_text(drawn, view, is_seen & (turns == turn), turn)
    horizontal, vertical, slanted = rules(upright(view.boxes(list(segments(objects)))).T.tolist())
    pictures = upright(view.boxes([picture_box(o) for o in objects if o.kind == raw.FPDF_PAGEOBJ_IMAGE])).T.tolist()
    dropped = upright(view.boxes(dropped_texts(objects, drawn))).T.tolist()
    said = written(page)
    places: list[BBox] = list(map(tuple, upright(view.boxes([note.box for note in said])).T.tolist()))
    strikes = [_middle(place) for note, place in zip(said, places, strict=True) if note.struck]
    gone, marks, horizontal = _amended(chars, boxes, horizontal, strikes, slanted)
    if gone or marks:
        kept = [n for n in range(len(chars)) if n not in gone and n not in marks]
        chars, gaps = [chars[n] for n in kept], [gaps[n] for n in kept]
    notes = [
        _write(note.text, place, chars, gaps) for note, place in zip(said, places, strict=True) if note.text.strip()
    ]
    width, height = (view.height, view.width) if turn in (90, 270) else (view.width, view.height)
    return Page(
        number,
        width,
        height,
        turn,
        tuple(chars),
        tuple(horizontal),
        tuple(vertical),
        tuple(gaps),
        tuple(map(tuple, pictures)),
        tuple(notes),
        tuple(Unsure(char[1:5], _STRUCK) for char in gone.values()),
        tuple(mark[1:5] for mark in marks.values()),
        tuple(map(tuple, dropped)),
        tuple(signs_in_text(drawn)),
    )


def _middle(box: BBox) -> Rule:
    return Rule((box[1] + box[3]) / 2, box[0], box[2])


def _amended(
    chars: Sequence[Char], places: Boxes, rules: list[Rule], strikes: list[Rule], slanted: Sequence[BBox]
) -> tuple[dict[int, Char], dict[int, Char], list[Rule]]:
    """The digits that were struck out, those that are marks of footnotes, and the rules that are ruling."""
    indices = digits(chars)
    if not len(indices):
        return {}, {}, rules
    boxes = places[:, indices]
    is_struck, ruling = struck(boxes, rules)
    if strikes:
        is_struck |= struck(boxes, strikes)[0]
    if slanted:
        is_struck |= crossed(boxes, slanted)
    gone, marks = indices[is_struck].tolist(), indices[raised(boxes)].tolist()
    return {n: chars[n] for n in gone}, {n: chars[n] for n in marks}, ruling


def _write(text: str, box: BBox, chars: list[Char], gaps: list[str]) -> Note:
    """Put what an annotation writes among the characters: after what stands to its left in the same line."""
    x0, top, _, bottom = box
    before = [n for n, char in enumerate(chars) if top <= char.y <= bottom and char.x1 <= x0 + 2]
    at = max(before, key=lambda n: (chars[n].x1, n)) + 1 if before else len(chars)
    texts, boxes = zip(*spread(text, box), strict=True)
    new = chars_at(texts, np.array(boxes, dtype=float).T)
    if at < len(gaps):
        gaps[at] = "\n"
    chars[at:at] = new
    gaps[at:at] = ["\n", *[""] * (len(new) - 1)]
    return Note(box, frozenset(new))


def _turns(radians: Sequence[float], view: View) -> Angles:
    """What makes each character upright as shown: 0, 90, 180 or 270 degrees clockwise; -1 for a slanted watermark."""
    turn_of = {angle: _turn(math.degrees(angle) % 360, view) for angle in set(radians)}
    return np.fromiter(map(turn_of.__getitem__, radians), dtype=int, count=len(radians))


def _turn(degrees: float, view: View) -> int:
    right_angle: int = round(degrees / 90) * 90
    return (-right_angle - view.rotation) % 360 if abs(degrees - right_angle) <= 3 else -1


def _main_text(drawn: Drawn, view: View, is_main: Mask, turn: int) -> tuple[list[Char], list[str], Boxes]:
    """The characters that run in the main direction, on the page, struck once, upright; gap before, and box of each."""
    boxes = view.boxes(drawn.corners)
    is_large = (
        (boxes[2] > boxes[0])
        & (boxes[3] > boxes[1])
        & (np.maximum(boxes[2] - boxes[0], boxes[3] - boxes[1]) >= SMALLEST)
    )
    is_shown = is_main & is_large & view.shows(boxes)
    upright = turned(boxes[:, is_shown], turn, view.width, view.height)
    texts, gaps = (list(compress(column, is_shown.tolist())) for column in (drawn.texts, drawn.gaps))
    first = struck_once(texts, upright)
    upright = upright[:, first]
    return chars_at([texts[i] for i in first], upright), [gaps[i] for i in first], upright
