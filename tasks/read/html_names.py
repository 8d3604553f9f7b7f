"""What a web page's markup says of its lines: which is a heading, which only a link; and what it is called."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from lxml import html

from tasks.read.lines import Line

_HEADINGS = ("h1", "h2", "h3")
_ELSEWHERE = ("nav", "aside", "footer")


def page_names(root: html.HtmlElement) -> tuple[Line, ...]:
    """The page's own title, as its tab shows it; look before the head is dropped."""
    titles = [" ".join(title.text_content().split()) for title in root.iter("title")]
    return tuple(Line(title, tag="page") for title in titles[:1] if title)


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
