"""How a run of a Word document looks: its own formatting, that of its styles, and what lies behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree

from tasks.read.visible.colours import Colour, look_alike

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_TOGGLES = ("vanish", "strike")
"""Properties that two styles together turn off again."""
_NUMBERED = f"{W}pPr/{W}numPr/{W}numId"
_USUAL = 20
_NARROW, _CLOSE = 20, -100
"""Percent of the usual width, and twentieths of a point between characters: less cannot be read for certain."""
_TINY = 2
_RAISED = 4
"""Half points: print as small as this is not seen; print so far off its line is a note mark."""
_CHAIN = 20
_HIGHLIGHTS = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "cyan": (0, 255, 255),
    "green": (0, 255, 0),
    "magenta": (255, 0, 255),
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "white": (255, 255, 255),
    "darkBlue": (0, 0, 128),
    "darkCyan": (0, 128, 128),
    "darkGreen": (0, 128, 0),
    "darkMagenta": (128, 0, 128),
    "darkRed": (128, 0, 0),
    "darkYellow": (128, 128, 0),
    "darkGray": (128, 128, 128),
    "lightGray": (192, 192, 192),
}
_WHITE = (255, 255, 255)

Properties = dict[str, etree._Element]


@dataclass(frozen=True, slots=True)
class Look:
    """Whether a run is not seen at all, is a note mark, may not be seen; and its font."""

    is_gone: bool = False
    is_note: bool = False
    may_be_gone: bool = False
    font: str = ""


def value_of(element: etree._Element, name: str = "val") -> str | None:
    """An attribute of Word's own."""
    value = element.get(W + name)
    return None if value is None else str(value)


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and value_of(element) not in ("0", "false", "off", "none")


class Styles:
    """The styles of a document, with what they are based on."""

    def __init__(self, root: etree._Element | None) -> None:
        styles = [] if root is None else root.iterchildren(f"{W}style")
        self._styles = {value_of(s, "styleId"): s for s in styles}
        self._defaults = {
            value_of(s, "type"): name for name, s in self._styles.items() if value_of(s, "default") in ("1", "true")
        }
        self._base = {} if root is None else _own(root.find(f"{W}docDefaults/{W}rPrDefault"))
        self._of_style = lru_cache(maxsize=1024)(self._properties)

    def look(self, run: etree._Element) -> Look:
        """How `run` looks."""
        own = _own(run)
        paragraph = next(run.iterancestors(f"{W}p"), None)
        by_paragraph = self._of_style("paragraph", _named(paragraph, "pPr", "pStyle"))
        name = own.get("rStyle")
        by_character = self._of_style("character", value_of(name)) if name is not None else {}
        if not own and not by_paragraph and not self._base:
            return Look()
        merged = {**self._base, **by_paragraph, **by_character, **own}
        for toggle in _TOGGLES:
            if toggle not in own and toggle in by_paragraph and toggle in by_character:
                both = _is_on(by_paragraph[toggle]) == _is_on(by_character[toggle])
                merged[toggle] = etree.Element(f"{W}{toggle}", {f"{W}val": "0" if both else "1"})
        gone = any(_is_on(merged.get(p)) for p in ("vanish", "specVanish", "webHidden", "strike", "dstrike"))
        gone = gone or (_number(merged.get("sz")) or 99) <= _TINY or _has_no_fill(run)
        unseen, unsure = (False, False) if gone else self._is_unseen(run, paragraph, merged)
        unsure = (
            unsure or (_number(merged.get("w")) or 100) < _NARROW or (_number(merged.get("spacing")) or 0) <= _CLOSE
        )
        raised = merged.get("vertAlign")
        note = raised is not None and value_of(raised) in ("superscript", "subscript")
        note = note or abs(_number(merged.get("position")) or 0) >= _RAISED
        fonts = merged.get("rFonts")
        return Look(gone or unseen, note, unsure, (value_of(fonts, "ascii") or "") if fonts is not None else "")

    def size(self, run: etree._Element) -> int:
        """How large a run is printed, in half points."""
        own, paragraph = _own(run), next(run.iterancestors(f"{W}p"), None)
        name = own.get("rStyle")
        by_character = self._of_style("character", value_of(name)) if name is not None else {}
        by_paragraph = self._of_style("paragraph", _named(paragraph, "pPr", "pStyle"))
        return _number({**self._base, **by_paragraph, **by_character, **own}.get("sz")) or _USUAL

    def numbers(self, paragraph: etree._Element) -> bool:
        """Whether the style of a paragraph numbers it."""
        name = _named(paragraph, "pPr", "pStyle")
        return name is not None and any(s.find(_NUMBERED) is not None for s in self._chain("paragraph", name))

    def _is_unseen(
        self, run: etree._Element, paragraph: etree._Element | None, merged: Properties
    ) -> tuple[bool, bool]:
        """Whether the print has the colour of what is behind it; and whether that is not known."""
        colour = _printed(merged["color"]) if "color" in merged else None
        if colour is None:
            return False, False
        behind = next((c for c in _behind(run, paragraph, merged) if c), None)
        if behind is None and look_alike(colour, _WHITE):
            table = next(run.iterancestors(f"{W}tbl"), None)
            unknown = table is not None and self._shades(_named(table, "tblPr", "tblStyle"))
            return not unknown, unknown
        return behind is not None and look_alike(colour, behind), False

    def _shades(self, name: str | None) -> bool:
        """Whether a table style has shading somewhere."""
        return any(next(style.iter(f"{W}shd"), None) is not None for style in self._chain("table", name))

    def _properties(self, kind: str, name: str | None) -> Properties:
        found: Properties = {}
        for style in reversed(list(self._chain(kind, name))):
            found.update(_own(style))
        return found

    def _chain(self, kind: str, name: str | None) -> Iterator[etree._Element]:
        """A style and those that it is based on."""
        return islice(self._endless(name or self._defaults.get(kind)), _CHAIN)

    def _endless(self, name: str | None) -> Iterator[etree._Element]:
        while name in self._styles:
            style = self._styles[name]
            yield style
            based = style.find(f"{W}basedOn")
            name = None if based is None else value_of(based)


def _own(element: etree._Element | None) -> Properties:
    properties = None if element is None else element.find(f"{W}rPr")
    return {} if properties is None else {str(p.tag).removeprefix(W): p for p in properties}


def _named(element: etree._Element | None, properties: str, style: str) -> str | None:
    found = None if element is None else element.find(f"{W}{properties}/{W}{style}")
    return None if found is None else value_of(found)


def _behind(run: etree._Element, paragraph: etree._Element | None, merged: Properties) -> Iterator[Colour | None]:
    """The colours behind a run, from the nearest."""
    if "highlight" in merged:
        yield _HIGHLIGHTS.get(value_of(merged["highlight"]) or "")
    yield _fill(merged.get("shd"))
    yield _fill(None if paragraph is None else paragraph.find(f"{W}pPr/{W}shd"))
    for cell in run.iterancestors(f"{W}tc"):
        yield _fill(cell.find(f"{W}tcPr/{W}shd"))
    for table in run.iterancestors(f"{W}tbl"):
        yield _fill(table.find(f"{W}tblPr/{W}shd"))


def _fill(shading: etree._Element | None) -> Colour | None:
    if shading is None:
        return None
    if value_of(shading) == "solid":
        return _colour(value_of(shading, "color")) or (0, 0, 0)
    return _colour(value_of(shading, "fill"))


def _printed(colour: etree._Element) -> Colour | None:
    """The colour of print; that of the theme's background is white, where no other is worked out."""
    is_background = value_of(colour, "themeColor") in ("background1", "light1")
    return _colour(value_of(colour)) or (_WHITE if is_background else None)


def _colour(text: str | None) -> Colour | None:
    if text is None or not re.fullmatch(r"[0-9a-fA-F]{6}", text):
        return None
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _number(element: etree._Element | None) -> int | None:
    text = "" if element is None else value_of(element) or ""
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else None


def _has_no_fill(run: etree._Element) -> bool:
    return run.find(f"{W}rPr/{_W14}textFill/{_W14}noFill") is not None
