"""What one cell shows, held against what was read there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from expectations.blanks import is_blank_mark
from tasks.read.eye.glyphs import Glyph, crop_of, is_slanted, point
from tasks.read.eye.pages import Part, Pixels
from tasks.read.eye.values import NOTHING
from tasks.read.ocr.crops import CONTRAST, Band, bands, joined, tight
from tasks.read.ocr.engine import Seen, digits, lines

_DIGITS = frozenset("0123456789")
_POINTS = frozenset(".,")
_LIKE_DIGITS = frozenset("OoUuDQCc○〇。lIi|丨iZzSsBbgqTJA")
"""What the model may take a digit for that stands alone."""
_MARKS = str.maketrans({"，": ",", "．": ".", "。": ".", "﹒": ".", "—": "-", "–": "-", "－": "-", "／": "/", "─": "-"})
_RAISED = 0.8
"""Of the highest digit: lower ones that stand above the middle are marks of footnotes, which no reading takes."""
_SURE, _MEANT = 0.85, 0.02
"""Support of what is told against a reading, at least; and for it, where the likeliest is the same."""
_SMALLEST = 2.0
"""Points: what is less high is a dot or a dash, and no digit."""
_PALE = 20
"""Shades of gray: less is no ink to anybody; what is hardly more is ink only if there is no other, or a watermark."""
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
    if _is_blank(wanted) and not set(wanted) & {"/"}:
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


def careful(
    part: Part, room: npt.NDArray[np.float64], raw: str, glyphs: Sequence[Glyph] | None, texts: Sequence[str]
) -> Told:
    """The cell by the recognition model: piece by piece where these are as many as what was read, else as a whole."""
    wanted = expected(raw)
    told: list[Told] = []
    if glyphs and _is_blank(wanted) and max(glyph.height for glyph in glyphs) < _SMALLEST * part.scale:
        return Told(Says.AGREES)
    if glyphs and len(glyphs) == len(wanted) and set(wanted) <= _DIGITS | _POINTS | {"/"}:
        told.append(_piecewise(glyphs, texts, wanted))
        if told[0].says is Says.AGREES:
            return told[0]
    for picture in _pictures(part, room):
        told.append(_told(picture, wanted))
        if told[-1].says is Says.AGREES:
            return told[-1]
    if not told:
        return Told(Says.AGREES) if _is_blank(wanted) else Told(Says.DIFFERS, NOTHING)
    return next((one for one in told if one.says is Says.SILENT), told[0])


def _piecewise(glyphs: Sequence[Glyph], texts: Sequence[str], wanted: str) -> Told:
    """Each piece against its character: what is not known of it is asked with nothing else in the picture."""
    known = [point(glyph, glyphs) or text for glyph, text in zip(glyphs, texts, strict=True)]
    unknown = [n for n, text in enumerate(known) if text != wanted[n]]
    seen = dict(zip(unknown, digits([crop_of(glyphs[n]) for n in unknown]), strict=True))
    shown = [seen[n].text if n in seen and not known[n] else text for n, text in enumerate(known)]
    if all(_is_so(glyphs[n], shown[n], wanted[n]) and (known[n] or seen[n].support >= _MEANT) for n in unknown):
        return Told(Says.AGREES, wanted)
    is_sure = all(known[n] or one.support >= _SURE for n, one in seen.items())
    is_other = any(char in _DIGITS for n in unknown for char in shown[n]) or _is_blank(wanted) is False
    return Told(Says.DIFFERS if is_sure and is_other else Says.SILENT, "".join(shown))


def _is_so(glyph: Glyph, shown: str, wanted: str) -> bool:
    return shown == wanted or (wanted == "/" and is_slanted(glyph))


def _pictures(part: Part, room: npt.NDArray[np.float64]) -> Iterator[list[Pixels]]:
    """The lines of the cell as crops, as it is and then through red glass; nothing where it is empty."""
    x0, top, x1, bottom = np.maximum(0, np.rint(room)).astype(int).tolist()
    rows, columns = slice(top, bottom), slice(x0, x1)
    gray = part.gray[rows, columns]
    for picture in (gray, part.red[rows, columns]):
        if picture.size and (crops := _lines(_on_white(picture), CONTRAST) or _lines(_on_white(picture), _PALE)):
            yield crops


def _on_white(picture: Pixels) -> Pixels:
    return picture if np.median(picture) >= _DARK else np.asarray(255 - picture, np.uint8)


def _lines(picture: Pixels, contrast: int) -> list[Pixels]:
    """The lines of text of a cell, each cut to its ink, which is so much darker than its paper."""
    paper = int(np.percentile(picture, 90))
    picture = np.where(picture < paper - contrast, picture, np.uint8(255))
    crops = (tight(picture[start:end], contrast) for start, end in _together(bands(picture < 255, axis=1)))
    return [crop for crop in crops if crop is not None]


def _together(parts: Sequence[Band]) -> list[Band]:
    """Bands of ink with what belongs to them: points, the parts of an equals sign."""
    highest = max((end - start for start, end in parts), default=0)
    return joined(parts, lambda a, b: min(a[1] - a[0], b[1] - b[0]) < highest / 2 and b[0] - a[1] < highest / 4)


def _told(crops: Sequence[Pixels], wanted: str) -> Told:
    is_figure = bool(wanted) and set(wanted) <= _DIGITS | _POINTS
    if is_figure:
        return _told_of_figure(digits(crops), wanted)
    return _told_of_text(lines(crops), wanted)


def _told_of_figure(seen: Sequence[Seen], wanted: str) -> Told:
    text = "".join(one.text for one in seen)
    if text == wanted and all(one.support >= _MEANT for one in seen):
        return Told(Says.AGREES, text)
    if text.replace(",", ".") == wanted.replace(",", "."):
        return Told(Says.SILENT, text)
    if any(char in _DIGITS for char in text) and all(one.support >= _SURE for one in seen):
        return Told(Says.DIFFERS, text)
    return Told(Says.SILENT, text)


def _told_of_text(seen: Sequence[Seen], wanted: str) -> Told:
    """A dash, a word, a figure with a remark: the digits count."""
    text = "".join(one.text for one in seen)
    theirs = [c for c in expected(text) if c in _DIGITS]
    if _is_blank(wanted) and not theirs:
        return Told(Says.SILENT if set(text) & _LIKE_DIGITS and not is_blank_mark(text) else Says.AGREES, text)
    if theirs == [c for c in wanted if c in _DIGITS]:
        return Told(Says.AGREES, text)
    if theirs and all(one.support >= _SURE for one in seen):
        return Told(Says.DIFFERS, text)
    return Told(Says.SILENT, text)


def _is_blank(wanted: str) -> bool:
    return is_blank_mark(wanted)
