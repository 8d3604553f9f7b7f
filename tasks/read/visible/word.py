"""What Word shows and prints of a document's body, with tracked changes accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

from tasks.read.visible.fonts import shown_letters, shown_symbol
from tasks.read.visible.marks import LOST, OBJECT, TURNED, UNSURE, lost, seen
from tasks.read.visible.word_styles import Styles, W, value_of

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PIC = "{http://schemas.openxmlformats.org/drawingml/2006/picture}"
_VML = "{urn:schemas-microsoft-com:vml}"
_TEXT_BOX = f"{W}txbxContent"
_CELL, _PARAGRAPH, _RUN, _TEXT = f"{W}tc", f"{W}p", f"{W}r", f"{W}t"
_GONE = frozenset(
    f"{W}{name}"
    for name in ("del", "moveFrom", "delText", "delInstrText", "instrText", "rt", "rPrChange", "pPrChange", "tblGrid")
)
"""Elements that show nothing of what they hold."""
_WRAPPERS = frozenset(
    f"{W}{name}"
    for name in ("ins", "moveTo", "sdt", "sdtContent", "smartTag", "customXml", "hyperlink", "fldSimple", "dir")
)
"""Elements in the way of rows, cells and runs, which stand for what they hold."""
_BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": " ", f"{W}ptab": " ", f"{W}noBreakHyphen": "-"}
_FLAT = 40
"""Twentieths of a point: a row of exactly this height or less shows nothing."""
_EVEN = 0.86
"""Digits of one figure are not smaller than this share of its largest."""
_COMPUTED = ("EQ", "SYMBOL", "ADVANCE")
"""Fields that show what their instruction says."""


@dataclass(slots=True)
class _Field:
    """A complex field that is open: its instruction so far, and whether its result has begun."""

    instruction: str = ""
    is_result: bool = False


@dataclass(slots=True)
class _Walk:
    """What holds while the document is gone through in order."""

    styles: Styles
    fields: list[_Field] = field(default_factory=list)

    @property
    def in_instruction(self) -> bool:
        return any(not f.is_result for f in self.fields)


def keep_visible(body: etree._Element, styles: Styles) -> None:
    """Change `body` so that the text of its runs is what Word shows."""
    etree.strip_elements(body, etree.Comment, etree.ProcessingInstruction, with_tail=False)
    _choose_branches(body)
    for element in [*body.iter(f"{W}sdt")]:
        if element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None:
            _blank(element)
    _unwrap(body)
    for row in [*body.iter(f"{W}tr")]:
        if _is_gone_row(row):
            _remove(row)
    for cell in body.iter(_CELL):
        if cell.find(f"{W}tcPr/{W}cellDel") is not None:
            _blank(cell)
    walk = _Walk(styles)
    for run in [*body.iter(_RUN, f"{_M}r")]:
        if run.tag == _RUN:
            _show_run(run, walk)
        else:
            _show_equation(run)
    for paragraph in body.iter(_PARAGRAPH):
        if next(paragraph.iterancestors(_CELL), None) is not None:
            _mark_number(paragraph, styles)
            _mark_uneven(paragraph, styles)


def _choose_branches(body: etree._Element) -> None:
    """Of alternatives leave the first, as Word of today does; where that is empty, the fallback."""
    for element in [*body.iter(f"{_MC}AlternateContent")]:
        choices = [*element.iterchildren(f"{_MC}Choice"), *element.iterchildren(f"{_MC}Fallback")]
        best = next((c for c in choices if len(c)), None)
        for choice in choices:
            if choice is not best:
                element.remove(choice)


def _unwrap(body: etree._Element) -> None:
    for element in [*body.iter(*_WRAPPERS)]:
        parent = element.getparent()
        if parent is None or parent.tag in (f"{W}rPr", f"{W}trPr", f"{W}tcPr"):
            continue
        result = _form_result(element)
        for part in [*(c for c in element if not str(c.tag).endswith("Pr")), *result]:
            element.addprevious(part)
        parent.remove(element)


def _form_result(element: etree._Element) -> list[etree._Element]:
    """The chosen entry of a form field that a simple field holds."""
    return [_run(text) for data in element.iterchildren(f"{W}fldData", f"{W}ffData") if (text := _chosen(data))]


def _is_gone_row(row: etree._Element) -> bool:
    properties = row.find(f"{W}trPr")
    if properties is None:
        return False
    if properties.find(f"{W}del") is not None or _is_on(properties.find(f"{W}hidden")):
        return True
    height = properties.find(f"{W}trHeight")
    flat = height is not None and value_of(height, "hRule") == "exact"
    return flat and height is not None and (value_of(height) or "").isdigit() and int(value_of(height) or 0) <= _FLAT


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and value_of(element) not in ("0", "false", "off")


def _show_run(run: etree._Element, walk: _Walk) -> None:
    """Leave of a run what is seen, as one piece of text."""
    if any(a.tag in _GONE for a in run.iterancestors()):
        _empty(run)
        return
    boxes = [*run.iter(_TEXT_BOX)]
    pieces = [*_pieces(run, walk)]
    text = "".join(pieces)
    if text:
        text = _as_shown(text, run, walk.styles)
    children = [c for c in run if c.tag == f"{W}rPr"]
    run[:] = [*children, *([_text(text)] if text else []), *boxes]


def _pieces(run: etree._Element, walk: _Walk) -> Iterator[str]:
    for child in run:
        tag = child.tag
        if tag == f"{W}fldChar":
            yield from _field(child, walk)
        elif tag == f"{W}instrText" and walk.fields:
            walk.fields[-1].instruction += child.text or ""
        elif walk.in_instruction or tag in _GONE:
            continue
        elif tag == _TEXT:
            yield child.text or ""
        elif tag in _BREAKS:
            yield _BREAKS[tag]
        elif tag == f"{W}sym":
            yield shown_symbol(value_of(child, "font") or "", value_of(child, "char") or "")
        elif tag == f"{W}ruby":
            yield from (t.text or "" for base in child.iter(f"{W}rubyBase") for t in base.iter(_TEXT))
            yield lost("".join(t.text or "" for aid in child.iter(f"{W}rt") for t in aid.iter(_TEXT)))
        elif tag != f"{W}rPr" and _is_object(child):
            yield OBJECT


def _field(char: etree._Element, walk: _Walk) -> Iterator[str]:
    kind = value_of(char, "fldCharType")
    if kind == "begin":
        data = char.find(f"{W}ffData")
        if data is not None and not walk.in_instruction and (text := _chosen(data)):
            yield text
        walk.fields.append(_Field())
    elif kind == "separate" and walk.fields:
        walk.fields[-1].is_result = True
    elif kind == "end" and walk.fields:
        ended = walk.fields.pop()
        if ended.instruction.strip().upper().startswith(_COMPUTED) and not walk.in_instruction:
            yield OBJECT


def _chosen(data: etree._Element) -> str:
    """The entry of a drop-down list that is chosen, else the first."""
    drop_down = data.find(f"{W}ddList")
    if drop_down is None:
        return ""
    entries = [value_of(e) or "" for e in drop_down.iterchildren(f"{W}listEntry")]
    chosen = [value_of(e) or "" for name in ("result", "default") for e in drop_down.iterchildren(f"{W}{name}")]
    index = int(chosen[0]) if chosen and chosen[0].isdigit() else 0
    return entries[index] if index < len(entries) else ""


def _is_object(element: etree._Element) -> bool:
    """Whether an element shows something that is no text: a picture, a shape, a chart, ink, what is embedded."""
    if element.tag in (f"{W}object", f"{W}contentPart"):
        return True
    if element.tag in (f"{W}drawing", f"{W}pict") or str(element.tag).startswith(_MC):
        has_text = next(element.iter(_TEXT_BOX), None) is not None
        return not has_text or next(element.iter(f"{_PIC}pic", f"{_VML}imagedata"), None) is not None
    return False


def _as_shown(text: str, run: etree._Element, styles: Styles) -> str:
    """`text` as the run's formatting shows it: nothing, a note mark (which is none), other letters, or itself."""
    look = styles.look(run)
    if look.is_gone or look.is_note or next(run.iterancestors(f"{W}bdo"), None) is not None:
        return TURNED if lost(text) and not (look.is_gone or look.is_note) else lost(text)
    if any(_is_custom_mark(reference) for reference in run):
        return lost(text)
    shown = shown_letters(seen(text), look.font)
    return shown + UNSURE if look.may_be_gone and lost(text) else shown


def _is_custom_mark(element: etree._Element) -> bool:
    named = element.tag in (f"{W}footnoteReference", f"{W}endnoteReference")
    return named and value_of(element, "customMarkFollows") not in (None, "0", "false")


def _show_equation(run: etree._Element) -> None:
    """An equation's letters as text; a raised number is a note mark, a fraction is no count."""
    text = "".join(t.text or "" for t in run.iter(f"{_M}t"))
    above = {a.tag for a in run.iterancestors() if str(a.tag).startswith(_M)}
    if above & {f"{_M}sup", f"{_M}sub"}:
        text = lost(text)
    elif above & {f"{_M}f", f"{_M}rad", f"{_M}nary"} and lost(text):
        text += UNSURE
    run[:] = [_text(seen(text))]


def _mark_number(paragraph: etree._Element, styles: Styles) -> None:
    """A paragraph in a cell that Word numbers by itself: a number that may be the figure's, where there is no label."""
    number = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
    if (number is None and not styles.numbers(paragraph)) or (number is not None and value_of(number) == "0"):
        return
    if not any("\u4e00" <= c <= "\u9fff" for t in paragraph.iter(_TEXT) for c in t.text or ""):
        paragraph.append(_run(UNSURE))


def _mark_uneven(paragraph: etree._Element, styles: Styles) -> None:
    """Digits on end that are clearly smaller than those before or after them: the mark of a note, or a digit."""
    runs = [run for run in paragraph.iter(_RUN) if next(run.iter(_TEXT), None) is not None]
    for one, two in pairwise(runs):
        before, after = ("".join(t.text or "" for t in run.iter(_TEXT)) for run in (one, two))
        if before[-1:].isdigit() and after[:1].isdigit():
            small, large = sorted(styles.size(run) for run in (one, two))
            if small < _EVEN * large:
                paragraph.append(_run(UNSURE))
                return


def _blank(element: etree._Element) -> None:
    """Take the text out; where it held digits, a mark stays in its first place."""
    for text in element.iter(_TEXT):
        text.text = lost(text.text or "") or (LOST if LOST in (text.text or "") else "")


def _empty(run: etree._Element) -> None:
    mark = lost("".join(t.text or "" for t in run.iter(_TEXT, f"{W}delText")))
    run[:] = [_text(mark)] if mark else []


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _run(text: str) -> etree._Element:
    run = etree.Element(_RUN)
    run.append(_text(text))
    return run


def _text(text: str) -> etree._Element:
    element = etree.Element(_TEXT)
    element.text = text
    return element
