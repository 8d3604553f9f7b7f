"""What one cell shows, held against what was read there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np

from expectations.blanks import is_blank_mark
from tasks.read.eye.glyphs import Glyph, point
from tasks.read.eye.pages import Part, Pixels
from tasks.read.ocr.crops import tight
from tasks.read.ocr.engine import Seen, digits, lines

_DIGITS = frozenset("0123456789")
_MARKS = str.maketrans({"，": ",", "．": ".", "。": ".", "﹒": ".", "—": "-", "–": "-", "－": "-", "／": "/", "─": "-"})
_RAISED = 0.8
"""Of the highest digit: lower ones that stand above the middle are marks of footnotes, which no reading takes."""
_SURE, _MEANT = 0.85, 0.5
"""Support of what is told against a reading, and confidence of what is told for it."""
_PALE = 20
"""Shades of gray: less is no ink to anybody."""
_DARK = 128


class Says(Enum):
    """What the eye says of a reading."""

    AGREES = "agrees"
    DIFFERS = "differs"
    SILENT = "silent"


class Told(NamedTuple):
    """What it says, and what it sees."""

    says: Says
    seen: str = ""


def expected(raw: str) -> str:
    """What is looked for where `raw` was read."""
    return "".join(unicodedata.normalize("NFKC", raw).translate(_MARKS).split())


def quick(raw: str, glyphs: Sequence[Glyph] | None, texts: Sequence[str]) -> bool:
    """Whether the pieces of ink are plainly what was read; else it takes a closer look."""
    if glyphs is None:
        return False
    wanted = expected(raw)
    if not wanted:
        return not glyphs
    if set(wanted) == {"-"}:
        return bool(glyphs) and all(glyph.is_flat for glyph in glyphs)
    return _joined(glyphs, texts) == wanted


def _joined(glyphs: Sequence[Glyph], texts: Sequence[str]) -> str:
    """What the pieces say one after another, without marks of footnotes."""
    highest = max((glyph for glyph in glyphs), key=lambda g: g.height, default=None)
    if highest is None:
        return ""
    middle = (highest.top + highest.bottom) / 2
    parts = []
    for glyph, text in zip(glyphs, texts, strict=True):
        if (
            glyph.height < _RAISED * highest.height
            and glyph.bottom < middle + 0.25 * highest.height
            and len(glyphs) > 1
        ):
            continue
        parts.append(point(glyph, glyphs) or text or "?")
    return "".join(parts)


def careful(part: Part, room: np.ndarray[tuple[int], np.dtype[np.float64]], raw: str) -> Told:
    """The cell by the recognition model as a whole, as it is and through red glass."""
    wanted = expected(raw)
    told: list[Told] = []
    for picture in _pictures(part, room):
        told.append(_told(picture, wanted))
        if told[-1].says is Says.AGREES:
            return told[-1]
    if not told:
        return Told(Says.AGREES) if _is_blank(wanted) else Told(Says.DIFFERS, "空白")
    return told[0]


def _pictures(part: Part, room: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[list[Pixels]]:
    """The lines of the cell as crops, as it is and then through red glass; nothing where it is empty."""
    x0, top, x1, bottom = np.maximum(0, np.rint(room)).astype(int).tolist()
    rows, columns = slice(top, bottom), slice(x0, x1)
    gray = part.gray[rows, columns]
    for picture in (gray, part.red[rows, columns]):
        if picture.size and (crops := list(_lines(_on_white(picture)))):
            yield crops


def _on_white(picture: Pixels) -> Pixels:
    return picture if np.median(picture) >= _DARK else np.asarray(255 - picture, np.uint8)


def _lines(picture: Pixels) -> Iterator[Pixels]:
    """The lines of text of a cell, each cut to its ink."""
    paper = int(np.percentile(picture, 90))
    is_ink = (picture < paper - _PALE).any(axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_ink, [False]))))
    bands = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    highest = max((end - start for start, end in bands), default=0)
    for start, end in _together(bands, highest):
        crop = tight(picture[start:end], _PALE)
        if crop is not None:
            yield crop


def _together(bands: Sequence[tuple[int, int]], highest: int) -> list[tuple[int, int]]:
    """Bands of ink with what belongs to them: points, the parts of an equals sign."""
    joined: list[tuple[int, int]] = []
    for start, end in bands:
        if joined and (
            min(end - start, joined[-1][1] - joined[-1][0]) < highest / 2 and start - joined[-1][1] < highest / 4
        ):
            joined[-1] = joined[-1][0], end
        else:
            joined.append((start, end))
    return joined


def _told(crops: Sequence[Pixels], wanted: str) -> Told:
    is_figure = bool(wanted) and set(wanted) <= _DIGITS | {".", ","}
    if is_figure:
        return _told_of_figure(digits(crops), wanted)
    return _told_of_text(lines(crops), wanted)


def _told_of_figure(seen: Sequence[Seen], wanted: str) -> Told:
    text = "".join(one.text for one in seen)
    if text == wanted and all(one.confidence >= _MEANT for one in seen):
        return Told(Says.AGREES, text)
    if any(char in _DIGITS for char in text) and all(one.support >= _SURE for one in seen):
        return Told(Says.DIFFERS, text)
    return Told(Says.SILENT, text)


def _told_of_text(seen: Sequence[Seen], wanted: str) -> Told:
    """A dash, a word, a figure with a remark: the digits count."""
    text = "".join(one.text for one in seen)
    theirs = [c for c in expected(text) if c in _DIGITS]
    if theirs == [c for c in wanted if c in _DIGITS] or (_is_blank(wanted) and is_blank_mark(text)):
        return Told(Says.AGREES, text)
    if theirs and all(one.support >= _SURE for one in seen):
        return Told(Says.DIFFERS, text)
    return Told(Says.SILENT, text)


def _is_blank(wanted: str) -> bool:
    return is_blank_mark(wanted)
