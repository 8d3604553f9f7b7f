"""What a Word document says of its paragraphs: which is styled as a title, in which size; and its running heads."""

from __future__ import annotations

from collections.abc import Iterator

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RELATIONSHIP
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement

from tasks.read.lines import Line

_PARAGRAPH = qn("w:p")
_STYLE, _SIZE, _VALUE, _LINK, _TEXT = qn("w:pStyle"), qn("w:sz"), qn("w:val"), qn("w:hyperlink"), qn("w:t")
_TAGS = {"title": "title", "heading1": "h1", "heading2": "h2", "heading3": "h3", "1": "h1", "2": "h2", "3": "h3"}
"""Style ids; Word and WPS number those of headings in Chinese documents."""


def styled(text: str, paragraph: BaseOxmlElement) -> Line:
    """A line of a paragraph with its style, as far as it says what the line is, and its largest print."""
    sizes = [int(value) for size in paragraph.iter(_SIZE) if (value := size.get(_VALUE, "")).isdigit()]
    return Line(text, max(sizes, default=0) / 2, tag=_tag(paragraph))


def _tag(paragraph: BaseOxmlElement) -> str:
    linked = sum(len(t.text or "") for link in paragraph.iter(_LINK) for t in link.iter(_TEXT))
    if linked and linked == sum(len(t.text or "") for t in paragraph.iter(_TEXT)):
        return "a"
    style = next(paragraph.iter(_STYLE), None)
    return _TAGS.get((style.get(_VALUE) or "").lower(), "") if style is not None else ""


def running_heads(document: Document) -> tuple[Line, ...]:
    """The running heads and feet, each once."""
    texts = dict.fromkeys(text for text in _running(document) if len(text) > 3)
    return tuple(Line(text, tag="head") for text in texts)


def _running(document: Document) -> Iterator[str]:
    for relation in document.part.rels.values():
        if relation.reltype in (RELATIONSHIP.HEADER, RELATIONSHIP.FOOTER) and not relation.is_external:
            root = getattr(relation.target_part, "element", None)
            for paragraph in root.iter(_PARAGRAPH) if root is not None else ():
                yield "".join(text.text or "" for text in paragraph.iter(_TEXT)).strip()
