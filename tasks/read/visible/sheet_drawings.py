"""What lies over the cells of a sheet: pictures, shapes with text, charts, and which cells they may cover."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
_MOST = 1000
"""Of one sheet."""


class Drawing(NamedTuple):
    """Something that lies over rows and columns, from 1, and the text in it."""

    row0: int
    row1: int
    col0: int
    col1: int
    text: str

    def covers(self, row: int, column: int) -> bool:
        """Whether it lies over this cell."""
        return self.row0 <= row <= self.row1 and self.col0 <= column <= self.col1


def drawings_of(body: bytes) -> dict[str, tuple[Drawing, ...]]:
    """By sheet what lies over it; nothing of parts that are not there."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        found = {}
        for name, sheet in _linked(archive, "xl/workbook.xml", "sheet"):
            parts = [part for _, part in _linked(archive, sheet, "drawing")]
            found[name] = tuple(d for part in parts for d in _drawings(archive, part))[:_MOST]
    return found


def _linked(archive: zipfile.ZipFile, name: str, element: str) -> Iterator[tuple[str, str]]:
    """The parts that elements of a part point to, each with its name."""
    folder, _, own = name.rpartition("/")
    root, links = _xml(archive, name), _xml(archive, f"{folder}/_rels/{own}.rels")
    if root is None or links is None:
        return
    targets = {link.get("Id"): link.get("Target") or "" for link in links}
    for one in root.iter(f"{{*}}{element}"):
        link = next((value for key, value in one.attrib.items() if key.endswith("}id")), None)
        target = targets.get(link, "")
        if target:
            path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            yield one.get("name") or "", posixpath.normpath(path)


def _xml(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    try:
        return etree.fromstring(archive.read(name), _PARSER)
    except (KeyError, etree.XMLSyntaxError):
        return None


def _drawings(archive: zipfile.ZipFile, name: str) -> Iterator[Drawing]:
    root = _xml(archive, name)
    for anchor in root if root is not None else ():
        begin, end = anchor.find("{*}from"), anchor.find("{*}to")
        if begin is None:
            continue
        row0, col0 = (int(begin.findtext(f"{{*}}{what}") or 0) + 1 for what in ("row", "col"))
        row1, col1 = (_last(end, what) for what in ("row", "col")) if end is not None else (row0, col0)
        if next(anchor.iter("{*}pic", "{*}graphicFrame", "{*}sp"), None) is None or _is_line(anchor):
            continue
        text = "".join(anchor.itertext("{http://schemas.openxmlformats.org/drawingml/2006/main}t"))
        yield Drawing(row0, max(row1, row0), col0, max(col1, col0), text)


def _is_line(anchor: etree._Element) -> bool:
    """Whether it is a mere stroke, such as the one that parts the corner of a table."""
    shapes = [shape.get("prst") for shape in anchor.iter("{*}prstGeom")]
    return shapes == ["line"] and next(anchor.iter("{*}pic", "{*}graphicFrame"), None) is None


def _last(end: etree._Element, what: str) -> int:
    """The last row or column that is reached into."""
    return int(end.findtext(f"{{*}}{what}") or 0) + (1 if int(end.findtext(f"{{*}}{what}Off") or 0) > 0 else 0)
