"""Style sheets and inline styles, as far as they decide whether text is seen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import cssselect2
import tinycss2
from lxml import etree
from tinycss2.color4 import parse_color

from tasks.read.visible.colours import Colour, look_alike

Style = Mapping[str, str]
"""Property to value, both in lower case."""

_LEFT_ALONE = frozenset({"none", "auto", "inherit", "initial", "unset", "transparent"})
_PRINT = frozenset({"color", "-webkit-text-fill-color"})
COLOURS = _PRINT | {"background", "background-color"}
_PROPERTIES = COLOURS | {
    "display", "visibility", "opacity", "font-size", "font", "text-indent", "left", "top", "right", "margin-left",
    "margin-top", "margin", "position", "clip", "clip-path", "width", "height", "max-width", "max-height", "overflow",
    "overflow-x", "overflow-y", "transform", "scale", "zoom", "text-decoration", "text-decoration-line",
    "vertical-align", "content-visibility", "content", "direction", "unicode-bidi", "mso-hide", "mso-text-raise",
    "font-family", "filter", "font-variant-position", "order", "flex-direction", "float",
}  # fmt: skip
_NESTING = frozenset({"media", "supports", "layer", "container"})
_TOGETHER = (
    frozenset({"left", "top", "right", "position", "clip"}),
    frozenset({"width", "height", "max-width", "max-height", "overflow", "overflow-x", "overflow-y"}),
    frozenset({"font-size", "font", "font-family"}),
    frozenset({"text-decoration", "text-decoration-line"}),
    COLOURS,
)
"""Properties that decide together."""
NOTHING, FAR = 0.8, 300.0
"""Points: a size of up to one pixel shows nothing; what is moved so far up or left is off the page."""
_SUSPECT = {
    "display": r"none",
    "visibility": r"hidden|collapse",
    "text-decoration": r"line-through",
    "text-decoration-line": r"line-through",
    "vertical-align": r"su[pb]",
    "font-variant-position": r"su[pb]",
    "transform": r"scale|rotate|matrix|skew|translate",
    "clip-path": r".",
    "clip": r"rect",
    "position": r"absolute|fixed",
    "scale": r".",
    "filter": r"opacity",
    "content-visibility": r"hidden",
    "mso-hide": r"all",
    "unicode-bidi": r"override",
    "direction": r"rtl",
    "font-family": r"dings",
    "content": r"\d|counter|attr|url",
    "order": r"[1-9]",
    "flex-direction": r"reverse",
    "float": r"left|right",
}
_MOST_WORK = 20_000_000
"""Rules times elements: more than any page of a report comes near."""
_MOST_SHEET = 2_000_000
"""Characters."""


class TooMuchStyleError(Exception):
    """The style sheets are larger than can be applied to the page."""


@lru_cache(maxsize=4096)
def inline(style: str) -> Style:
    """What a style attribute says."""
    return _declared(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True))


def _declared(nodes: Iterable[Any]) -> dict[str, str]:
    plain: dict[str, str] = {}
    urgent: dict[str, str] = {}
    for node in nodes:
        if node.type == "declaration" and node.lower_name in _PROPERTIES:
            into = urgent if node.important else plain
            into[node.lower_name] = tinycss2.serialize(node.value).strip().lower()
    return {**plain, **{f"!{name}": value for name, value in urgent.items()}}


class Sheets:
    """The style sheets of a page: what they say of its elements, on a screen and elsewhere."""

    def __init__(self, texts: Iterable[str], own: Iterable[str]) -> None:
        """`own` are the style attributes of the page: what no sheet and no attribute hides by is left aside."""
        text = "\n".join(texts)
        if len(text) > _MOST_SHEET:
            raise TooMuchStyleError
        self._rules = _parsed(text)
        self.stakes = _stakes([*(style for _, style, _ in self._rules), *map(inline, own)])

    def of_page(self, root: etree._Element, elements: int) -> Iterator[tuple[etree._Element, Style, Style, str]]:
        """Each element that the sheets name: its style, what other media make of it, what stands before or after it."""
        kept = [(prelude, at_stake(declared, self.stakes), at) for prelude, declared, at in self._rules]
        rules = [(selector, style, at) for prelude, style, at in kept if style for selector in _selectors(prelude)]
        if len(rules) * elements > _MOST_WORK:
            raise TooMuchStyleError
        named = _Names([selector for selector, _, _ in rules])
        if not any(named.may_match(element) for element in root.iter(etree.Element)):
            return
        matcher = cssselect2.Matcher()
        for selector, style, on_screen in rules:
            matcher.add_selector(selector, (style, on_screen))
        for element in cssselect2.ElementWrapper.from_html_root(root).iter_subtree():
            if named.may_match(element.etree_element) and (matches := matcher.match(element)):
                yield (element.etree_element, *_together(matches))


def _together(matches: Iterable[Any]) -> tuple[Style, Style, str]:
    style: dict[str, str] = {}
    elsewhere: dict[str, str] = {}
    generated = ""
    for _, _, pseudo, (declared, on_screen) in matches:
        if pseudo is None:
            (style if on_screen else elsewhere).update(declared)
        elif pseudo in ("first-letter", "first-line"):
            elsewhere.update({"display": "none"} if declared else {})
        elif pseudo in ("before", "after", "marker"):
            generated += declared.get("content", "")
    return style, elsewhere, generated


class _Names:
    """The names that selectors end in: most elements have none of them."""

    def __init__(self, selectors: Iterable[Any]) -> None:
        keys = [(s.id, s.class_name, s.lower_local_name) for s in selectors if not s.never_matches]
        self.ids = {name for name, _, _ in keys if name}
        self.classes = {name for i, name, _ in keys if name and not i}
        self.tags = {name for i, c, name in keys if name and not i and not c}
        self.every = any(not any(names) for names in keys)

    def may_match(self, element: etree._Element) -> bool:
        return (
            self.every
            or element.tag in self.tags
            or element.get("id") in self.ids
            or not self.classes.isdisjoint(element.get("class", "").split())
        )


@lru_cache(maxsize=16)
def _parsed(text: str) -> list[tuple[Any, Style, bool]]:
    """The rules of a sheet, which the pages of a site share: selector, style, whether it counts on a screen."""
    return [*_rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True), on_screen=True)]


def _rules(nodes: Iterable[Any], *, on_screen: bool) -> Iterator[tuple[Any, Style, bool]]:
    for node in nodes:
        if node.type == "at-rule" and node.content is not None and node.lower_at_keyword in _NESTING:
            media = tinycss2.serialize(node.prelude).strip().lower()
            shown = on_screen and (node.lower_at_keyword != "media" or media in ("screen", "all", "only screen", ""))
            yield from _rules(tinycss2.parse_rule_list(node.content, True, True), on_screen=shown)
        elif node.type == "qualified-rule":
            yield node.prelude, _declared(tinycss2.parse_blocks_contents(node.content, True, True)), on_screen


def _selectors(prelude: list[tinycss2.ast.Node]) -> Iterable[Any]:
    try:
        return cssselect2.compile_selector_list(prelude)  # type: ignore[no-any-return]
    except cssselect2.SelectorError:
        return ()
    except RecursionError as error:
        raise TooMuchStyleError from error


def _stakes(styles: Iterable[Style]) -> frozenset[str]:
    """The properties by which something may be hidden on a page that has these styles."""
    values = {(name.removeprefix("!"), value) for style in styles for name, value in style.items()}
    found = {name for name, value in values if _is_suspect(name, value)}
    print_, behind = ({colour(v) for n, v in values if n in names} for names in (_PRINT, COLOURS - _PRINT))
    if any(look_alike(a, b) for a in {*print_, (0, 0, 0)} if a for b in {*behind, (255, 255, 255)} if b):
        found |= COLOURS
    if any(is_clear(value) for name, value in values if name in _PRINT):
        found |= COLOURS
    return frozenset(found.union(*(group for group in _TOGETHER if group & found)))


def _is_suspect(name: str, value: str) -> bool:
    if name in _SUSPECT:
        return bool(re.search(_SUSPECT[name], value))
    if name in ("opacity", "zoom"):
        return value.startswith(("0", "."))
    if name in ("text-indent", "left", "top", "right") or name.startswith("margin"):
        return any(abs(points(part) or 0) >= FAR for part in value.split())
    if name in ("font-size", "width", "height", "max-width", "max-height", "font"):
        size = points(value.split("/")[0].split(" ")[-1])
        return (size is not None and size <= NOTHING) or "dings" in value
    return name == "mso-text-raise"


def at_stake(style: Style, stakes: frozenset[str]) -> Style:
    """Of a style what may hide something."""
    return {name: value for name, value in style.items() if name.removeprefix("!") in stakes}


def cascaded(sheet: Style, own: Style) -> Style:
    """The style of an element: its own before that of the sheets, and what is urgent before all."""
    if not sheet and not any(name[0] == "!" for name in own):
        return own
    merged = {**sheet, **own}
    urgent = {name[1:]: value for part in (sheet, own) for name, value in part.items() if name[0] == "!"}
    return {**{name: value for name, value in merged.items() if name[0] != "!"}, **urgent}


@lru_cache(maxsize=1024)
def colour(value: str) -> Colour | None:
    """The colour that a value names; None where it names none, or one that is not seen at all."""
    for part in (value, *value.split()):
        parsed = parse_color(part) if part not in _LEFT_ALONE else None
        if parsed is not None and not isinstance(parsed, str):
            red, green, blue = (round(255 * c) for c in parsed.to("srgb").coordinates)
            return None if parsed.alpha < 0.1 else (red, green, blue)
    return None


@lru_cache(maxsize=1024)
def is_clear(value: str) -> bool:
    """Whether a colour lets everything through."""
    parsed = None if value in ("inherit", "initial", "unset") else parse_color(value)
    return parsed is not None and not isinstance(parsed, str) and bool(parsed.alpha < 0.1)


_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|ex|ch|cm|mm|in|pc|%|vw|vh)?")
_POINTS = {"px": 0.75, "pt": 1.0, "em": 12.0, "rem": 12.0, "ex": 6.0, "ch": 6.0, "cm": 28.3, "mm": 2.83, "in": 72.0}
_POINTS |= {"pc": 12.0, "%": 6.0, "vw": 10.0, "vh": 8.0}


@lru_cache(maxsize=4096)
def points(value: str | None) -> float | None:
    """A length in points, roughly: only nothing and very much are told apart."""
    found = _LENGTH.fullmatch(value) if value else None
    return float(found[1]) * _POINTS.get(found[2] or "px", 1.0) if found else None
