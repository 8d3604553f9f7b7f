"""What a browser shows of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from lxml import etree, html

from tasks.read.figures import FIGURE
from tasks.read.visible.colours import Colour, look_alike
from tasks.read.visible.css import (
    FAR,
    NOTHING,
    Sheets,
    Style,
    TooMuchStyleError,
    at_stake,
    cascaded,
    colour,
    inline,
    is_clear,
    points,
)
from tasks.read.visible.fonts import shown_letters
from tasks.read.visible.marks import OBJECT, TURNED, UNSURE, lost, seen

_UNSEEN = (
    "script", "style", "noscript", "template", "head", "datalist", "noframes", "noembed", "rp", "annotation",
    "annotation-xml", "desc", "defs", "symbol", "metadata", "audio", "param", "source", "track", "area",
)  # fmt: skip
_OBJECTS = frozenset({"img", "image", "canvas", "iframe", "object", "embed", "video", "applet"})
_SHAPES = ("path", "image", "use", "line", "polyline", "polygon", "rect", "circle", "ellipse", "foreignobject")
_NO_TEXT_FIELDS = frozenset(
    {"hidden", "checkbox", "radio", "submit", "button", "reset", "file", "password", "color", "range"}
)
_STRUCK, _NOTES = frozenset({"s", "strike", "del"}), frozenset({"sup", "sub", "rt", "rtc"})
_SCRIPTED = frozenset({"msup", "msub", "msubsup", "mover", "munder", "munderover", "mmultiscripts"})
_PARTS_OF_TABLES = frozenset({"table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup"})
_PAINTED = frozenset({"table", "tr", "td", "th", "body"})
_SPECIAL = (
    _OBJECTS | _STRUCK | _NOTES | {"input", "select", "svg", "details", "dialog", "meter", "progress", "bdo", "mfrac"}
    | {"font", "math"}
    | _PAINTED
)  # fmt: skip
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_GENERATED = re.compile(r"[0-9０-９]|counter|attr\(|url\(")
_CLIPPED_AWAY = re.compile(
    r"inset\(\s*(?:[5-9]\d|1\d\d)(?:\.\d+)?%|circle\(\s*0|polygon\(\s*0\w*\s+0\w*\s*(?:,\s*0\w*\s+0\w*\s*)*\)"
)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What a reference such as &#8; makes: nothing to see, and no text that the tree takes back."""
_IN_LINE = frozenset({"baseline", "middle", "inherit", "initial", "unset", "0", "0px", "0pt", ""})
_SMALLER = frozenset({"smaller", "xx-small", "x-small"})
_EVEN, _SMALL_PRINT = 0.86, 6.5
"""Digits of one figure are not smaller than this share of its largest; points that no figure is printed in."""
_FAINT = 0.05
"""Of full: what is fainter or smaller is not seen."""
_FLOATING = ("absolute", "fixed")
_NEAR = 3
"""Elements around a number that floats: the table that it lies over is in one of them."""
_TRANSFORMED = re.compile(r"scale|rotate|matrix|skew")


@dataclass(frozen=True, slots=True)
class _State:
    """What holds for the text of an element, from itself and from those around it."""

    gone: bool = False
    visible: bool = True
    small: bool = False
    unsure: bool = False
    turned: bool = False
    clear: bool = False
    colour: Colour | None = None
    behind: Colour | None = None
    is_behind_known: bool = True
    font: str = ""


_PLAIN = _State()


def keep_visible(root: html.HtmlElement) -> tuple[str, ...]:
    """Change a page so that its text is what a browser shows; the numbers that float over one of its tables."""
    sheets = [style.text_content() for style in root.iter("style") if style.get("media") in (None, "", "all", "screen")]
    has_more = any("stylesheet" in (link.get("rel") or "") for link in root.iter("link"))
    etree.strip_elements(root, etree.Comment, etree.ProcessingInstruction, *_UNSEEN, with_tail=False)
    _mark_uneven(root)
    walk = _Walk(root, sheets, has_more)
    walk.go()
    return tuple(walk.floating)


def _mark_uneven(root: html.HtmlElement) -> None:
    """Mark digits on end that are smaller than those before them, or not in their line: a note's mark, or a digit.

    And a list's empty entry, which shows its number alone.
    """
    for element in root.iter("small", "big", "span", "font", "a", "i", "em", "b", "li"):
        if element.tag == "li":
            if element.getparent().tag == "ol" and not _text_of(element) and _cell_of(element) is not None:
                element.text = UNSURE
        elif (element.text or "")[:1].isdigit() and _is_uneven(element) and _before(element)[-1:].isdigit():
            element.text += UNSURE


def _is_uneven(element: html.HtmlElement) -> bool:
    if element.tag in ("small", "big"):
        return True
    style = inline(element.get("style") or "")
    shift, size = style.get("vertical-align", "baseline"), style.get("font-size", "")
    if shift not in _IN_LINE or size in _SMALLER:
        return True
    if size.endswith(("%", "em")) and (number := re.match(r"\d*\.?\d+", size)):
        return float(number[0]) < _EVEN * (100 if size.endswith("%") else 1)
    other = next(
        (s for a in _neighbours(element) if (s := points(inline(a.get("style") or "").get("font-size")))), None
    )
    own = points(size)
    return own is not None and own < (_EVEN * other if other else _SMALL_PRINT)


def _neighbours(element: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """What may say how large the print beside an element is."""
    before = element.getprevious()
    if before is not None and not element.getprevious().tail:
        yield before
    yield from element.iterancestors()


def _before(element: html.HtmlElement) -> str:
    """The text that ends where an element begins."""
    before, parent = element.getprevious(), element.getparent()
    if before is None:
        return (parent.text or "") if parent is not None else ""
    return before.tail or ("" if before.tag in ("br", "p", "div") else str(before.text_content()))


class _Walk:
    def __init__(self, root: html.HtmlElement, sheets: list[str], has_more: bool) -> None:
        self.elements: list[html.HtmlElement] = list(root.iter(etree.Element))
        self.by_sheet: dict[html.HtmlElement, tuple[Style, Style, str]] = {}
        self.start = replace(_PLAIN, is_behind_known=not has_more)
        self.states: dict[html.HtmlElement, _State | None] = {}
        self.own: dict[str, Style] = {}
        self.floating: list[str] = []
        try:
            self._learn(sheets, root)
        except TooMuchStyleError:
            self.start = replace(self.start, unsure=True)

    def _learn(self, sheets: list[str], root: html.HtmlElement) -> None:
        """Of all styles keep what may hide something on this page."""
        attributes = {style for element in self.elements if (style := element.get("style"))}
        known = Sheets(sheets, attributes)
        self.own = {text: kept for text in attributes if (kept := at_stake(inline(text), known.stakes))}
        self.by_sheet = {e: (s, other, made) for e, s, other, made in known.of_page(root, len(self.elements))}

    def go(self) -> None:
        for element in self.elements:
            parent = element.getparent()
            above = self.start if parent is None else self.states[parent]
            if above is None:
                self.states[element] = None
                continue
            if element.tail and parent is not None:
                element.tail = _shown(element.tail, above)
            state = self._state(element, above)
            self.states[element] = state
            if state is None:
                _drop(element, above)
            elif element.text:
                element.text = _shown(element.text, state)

    def _state(self, element: html.HtmlElement, above: _State) -> _State | None:
        """The state of an element; None if it makes no box at all."""
        sheet, elsewhere, generated = self.by_sheet.get(element, ({}, {}, ""))
        attributes = element.attrib
        own = self.own.get(attributes.get("style", ""), {})
        tag = element.tag
        is_styled = own or sheet or elsewhere or generated or "hidden" in attributes or "dir" in attributes
        is_painted = "bgcolor" in attributes or "background" in attributes
        is_plain = tag not in _SPECIAL or (tag in _PAINTED and not is_painted)
        if is_plain and not is_styled:
            return _scripted(element, above)
        style = cascaded(sheet, own)
        if style.get("display") == "none" or ("hidden" in attributes and "display" not in style):
            return None
        if tag in ("tr", "tbody", "thead", "tfoot") and style.get("visibility") == "collapse":
            return None
        if tag == "dialog" and "open" not in attributes:
            return None
        state = _attributed(element, _styled(element, style, above)) if style or attributes else above
        if style.get("position") in _FLOATING and not state.gone and state.visible and _is_over_table(element):
            self.floating.append(element.text_content().strip())
        if tag in _STRUCK or tag in _NOTES or (tag in _SPECIAL and _replaced(element)):
            state = replace(state, gone=True)
        if tag in _OBJECTS or tag == "svg":
            _show_object(element, style, state)
        if _hides(elsewhere) or tag == "mfrac":
            state = replace(state, unsure=True)
        if _GENERATED.search(generated) and not state.gone:
            element.text = (element.text or "") + UNSURE
        return _scripted(element, state)


def _scripted(element: html.HtmlElement, state: _State) -> _State:
    """In mathematics, what stands above or below the line is a note mark."""
    parent = element.getparent()
    if parent is not None and parent.tag in _SCRIPTED and parent[0] is not element:
        return replace(state, gone=True)
    return state


def _shown(text: str, state: _State) -> str:
    """What is seen of text in this state."""
    text = _CONTROLS.sub(" ", text)
    if state is _PLAIN:
        return seen(text)
    if state.gone or state.small or state.clear or not state.visible:
        return lost(text)
    text = shown_letters(seen(text), state.font)
    if (state.colour or state.behind) and look_alike(state.colour or _BLACK, state.behind or _WHITE):
        if state.is_behind_known or (state.colour and state.behind):
            return lost(text)
        return text + UNSURE if lost(text) else text
    if (state.unsure or state.turned) and lost(text):
        return text + (TURNED if state.turned else UNSURE)
    return text


def _drop(element: html.HtmlElement, above: _State) -> None:
    """Take an element out; a mark stays for digits, unless the table closes over what is gone."""
    if element.getparent() is None:
        return
    mark = "" if element.tag in _PARTS_OF_TABLES or above.gone else lost(element.text_content())
    element.tail = mark + (element.tail or "")
    element.drop_tree()


def _styled(element: html.HtmlElement, style: Style, above: _State) -> _State:
    if not style:
        return above
    changes: dict[str, object] = {}
    if _is_gone(element, style):
        changes["gone"] = True
    visibility = style.get("visibility")
    if visibility in ("hidden", "collapse", "visible"):
        changes["visible"] = visibility == "visible"
    size = points(style.get("font-size") or style.get("font", "").split("/")[0].split(" ")[-1])
    if size is not None:
        changes["small"] = size <= NOTHING
    if _TRANSFORMED.search(style.get("transform", "")) or style.get("clip-path", "none") != "none":
        changes["unsure"] = True
    if _moves(element, style):
        changes["unsure"] = True
    if style.get("direction") == "rtl" or "override" in style.get("unicode-bidi", ""):
        changes["turned"] = True
    family = style.get("font-family") or style.get("font")
    if family:
        changes["font"] = family
    return replace(above, **changes, **_coloured(style))  # type: ignore[arg-type]


def _moves(element: html.HtmlElement, style: Style) -> bool:
    """Whether what an element prints stands elsewhere in its cell or row than the file has it, or over another."""
    if "reverse" in style.get("flex-direction", "") or style.get("order", "0") not in ("0", "initial", "unset"):
        return element.tag in _PARTS_OF_TABLES or _cell_of(element) is not None
    if style.get("position") not in _FLOATING and style.get("float") not in ("left", "right"):
        return False
    cell = _cell_of(element)
    is_alone = "position" not in style and cell is not None and _text_of(cell) == _text_of(element)
    return cell is not None and not is_alone


def _is_over_table(element: html.HtmlElement) -> bool:
    """Whether an element outside of tables is but a number, in a part of the page that has a table."""
    if not FIGURE.match(text := _text_of(element)) or not lost(text) or _cell_of(element) is not None:
        return False
    around = [a for a in islice(element.iterancestors(), _NEAR) if a.tag not in ("body", "html")]
    return any(next(a.iter("td"), None) is not None for a in around)


def _cell_of(element: html.HtmlElement) -> html.HtmlElement | None:
    return next(element.iterancestors("td", "th"), None)


def _text_of(element: html.HtmlElement) -> str:
    return str(element.text_content()).strip()


def _coloured(style: Style) -> Mapping[str, object]:
    changes: dict[str, object] = {}
    print_colour = style.get("-webkit-text-fill-color") or style.get("color")
    if print_colour and print_colour != "inherit":
        changes["colour"], changes["clear"] = colour(print_colour), is_clear(print_colour)
    background = style.get("background-color") or style.get("background")
    if background:
        if "url(" in background or "gradient" in background:
            changes["is_behind_known"] = False
        if behind := colour(background):
            changes["behind"], changes["is_behind_known"] = behind, True
    return changes


def _attributed(element: html.HtmlElement, state: _State) -> _State:
    """The state with what attributes say that are older than style sheets, where no style says otherwise."""
    get = element.get
    if (get("dir") or "").lower() == "rtl":
        state = replace(state, turned=True)
    if element.tag == "font":
        if stated := colour((get("color") or "").lower()):
            state = replace(state, colour=stated)
        if face := get("face"):
            state = replace(state, font=face.lower())
    elif element.tag in _PAINTED:
        own = inline(get("style") or "")
        stated = colour((get("bgcolor") or "").lower())
        if stated and not own.keys() & {"background", "background-color"}:
            state = replace(state, behind=stated, is_behind_known=True)
        if get("background"):
            state = replace(state, is_behind_known=False, behind=None)
    return state


def _is_gone(element: html.HtmlElement, style: Style) -> bool:
    """Whether the style shows nothing of an element, whatever is inside it."""
    if _fraction(style.get("opacity", "1")) < _FAINT:
        return True
    if "line-through" in style.get("text-decoration", "") + style.get("text-decoration-line", ""):
        return True
    if element.tag not in _PARTS_OF_TABLES and style.get("vertical-align") in ("super", "sub"):
        return True
    if style.get("font-variant-position") in ("super", "sub") or abs(points(style.get("mso-text-raise")) or 0) >= 2:
        return True
    if style.get("content-visibility") == "hidden" or style.get("mso-hide") == "all" or style.get("zoom") == "0":
        return True
    return _is_off(style) or _is_cut(element, style)


def _fraction(text: str) -> float:
    number = re.fullmatch(r"(\d*\.?\d+)(%?)", text)
    return float(number[1]) / (100 if number[2] else 1) if number else 1.0


def _is_off(style: Style) -> bool:
    """Whether an element is moved off the page, or shrunk to nothing."""
    places = [points(style.get(name)) or 0 for name in ("text-indent", "margin-left", "margin-top")]
    places += [points(part) or 0 for part in style.get("margin", "").split()]
    if style.get("position", "static") != "static":
        left, top = (points(style.get(name)) or 0 for name in ("left", "top"))
        places += [left, top, -left / 10, -(points(style.get("right")) or 0) / 10]
    transform = style.get("transform", "") + (f" scale({style['scale']})" if "scale" in style else "")
    moved = [points(part) or 0 for part in _arguments("translate", transform)]
    shrunk = [abs(_fraction(part)) for part in _arguments("scale", transform)]
    return (
        min([0.0, *places, *moved]) <= -FAR or min([1.0, *shrunk]) < _FAINT or "opacity(0)" in style.get("filter", "")
    )


def _arguments(function: str, transform: str) -> list[str]:
    found = re.findall(rf"{function}\w*\(([^)]*)", transform)
    return [part for arguments in found for part in re.split(r"[ ,]+", arguments)]


def _is_cut(element: html.HtmlElement, style: Style) -> bool:
    """Whether nothing of an element's box is left."""
    clip = [points(part) or 0 for part in re.split(r"[ ,()]+", style.get("clip", "").removeprefix("rect")) if part]
    if len(clip) == 4 and style.get("position") in ("absolute", "fixed"):
        top, right, bottom, left = clip
        if bottom - top <= NOTHING or right - left <= NOTHING:
            return True
    path = style.get("clip-path", "")
    if _CLIPPED_AWAY.match(path):
        return True
    if element.tag in _PARTS_OF_TABLES:
        return False
    sizes = [points(style.get(name)) for name in ("width", "height", "max-width", "max-height")]
    overflow = " ".join(style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))
    return ("hidden" in overflow or "clip" in overflow) and any(s is not None and s <= NOTHING for s in sizes)


def _hides(style: Style) -> bool:
    values = {name.removeprefix("!"): value for name, value in style.items()}
    return values.get("display") == "none" or values.get("visibility") in ("hidden", "collapse")


def _replaced(element: html.HtmlElement) -> bool:
    """Put the text of a form field in its place; whether what stands inside an element is not shown."""
    tag = element.tag
    if tag == "input" and (element.get("type") or "text").lower() not in _NO_TEXT_FIELDS:
        element.text = OBJECT if element.get("type") == "image" else element.get("value") or ""
    elif tag == "select":
        options = list(element.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        in_table = next(element.iterancestors("td", "th"), None) is not None
        for option in options:
            if option not in chosen[-1:] or not in_table:  # beside tables it is a way to other pages
                option.drop_tree()
    elif tag == "details" and element.get("open") is None:
        summary = next(element.iterchildren("summary"), None)
        kept = [] if summary is None else [summary]
        mark = lost(element.text_content()) if not kept else ""
        for child in list(element):
            if child not in kept:
                element.remove(child)
        element.text = mark
        for child in kept:
            child.tail = None
    return tag in ("meter", "progress")


def _show_object(element: html.HtmlElement, style: Style, state: _State) -> None:
    """A mark for a picture and its kin, unless nothing of it is seen; a drawing's own text stays."""
    sizes = [points(style.get(name) or (element.get(name) or "").strip()) for name in ("width", "height")]
    is_seen = state.visible and not state.gone and not any(s is not None and s <= 2 * NOTHING for s in sizes)
    if element.tag == "svg":
        for title in list(element.iter("title")):
            title.drop_tree()
        parts = sum(1 for _ in element.iter("text", "tspan"))
        is_unclear = parts > 1 or next(element.iter(*_SHAPES), None) is not None
        mark = OBJECT if is_seen and is_unclear else ""
        element.text = (element.text or "") + mark
        return
    for child in list(element):
        element.remove(child)
    element.text = OBJECT if is_seen else ""
