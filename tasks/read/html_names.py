"""What a web page's markup says of its lines: which is a heading, which only a link; and what it is called."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from lxml import html

from tasks.read.lines import Line

_HEADINGS = ("h1", "h2", "h3")
_PUBLISHER = re.compile(r"(?:发布|公开|发文|制发|编制|责任|制作)(?:机构|单位|机关|部门|主体)[:：]?")
_LONGEST = 40
_ELSEWHERE = ("nav", "aside", "footer")


def page_names(root: html.HtmlElement) -> tuple[Line, ...]:
    """The page's own title, as its tab shows it; look before the head is dropped."""
    titles = [" ".join(title.text_content().split()) for title in root.iter("title")]
    return tuple(Line(title, tag="page") for title in titles[:1] if title)


def particulars(root: html.HtmlElement) -> tuple[Line, ...]:
    """Who publishes the page, as the table says that many sites put above a document: 发布机构 and its value."""
    cells = [Line(cell.text_content()).plain for cell in root.iter("td", "th") if cell.find(".//td") is None]
    pairs = ((label.rstrip(":"), value) for label, value in pairwise(cells) if _PUBLISHER.fullmatch(label))
    found = dict.fromkeys(f"{label}:{value}" for label, value in pairs if len(value) <= _LONGEST)
    return tuple(Line(text, tag="meta") for text in found)


def tagged(texts: Iterable[str], root: html.HtmlElement) -> tuple[Line, ...]:
    """`texts`, the page's lines, each with the tag that holds exactly it; `a` only if it stands nowhere else."""
    tags: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for element in root.iter(*_HEADINGS, "a"):
        tags[Line(element.text_content()).plain][element.tag] += 1
    for element in root.iter(*_ELSEWHERE):
        for text in "\n".join(element.itertext()).split("\n"):
            tags[Line(text).plain]["a"] += 1
    lines = [Line(text) for text in texts]
    times = Counter(line.plain for line in lines)
    return tuple(Line(line.text, tag=_tag(tags[line.plain], times[line.plain])) for line in lines)


def _tag(tags: Counter[str], times: int) -> str:
    heading = next((tag for tag in _HEADINGS if tags[tag]), "")
    return heading or ("a" if tags["a"] >= times else "")
