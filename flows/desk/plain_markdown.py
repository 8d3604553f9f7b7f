"""The Markdown that we make ourselves (headings, paragraphs, tables, code) as blocks for a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

Spans = Sequence[tuple[bool, str]]
"""Text, and whether it is code."""

_LINK = re.compile(r"\[([^]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is h1, h2, h3, p or table."""

    kind: str
    spans: Spans = ()
    rows: Sequence[Sequence[Spans]] = ()


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text."""
    for kind, lines in groupby(text.splitlines(), key=_kind):
        found = list(lines)
        if kind == "table":
            rows = [[spans(part) for part in _parts(line)] for line in found if not set(line) <= set("|- ")]
            yield Block(kind, rows=rows)
        elif kind == "p":
            yield Block(kind, spans("".join(found)))
        elif kind:
            yield from (Block(kind, spans(line.lstrip("# "))) for line in found)


def spans(text: str) -> Spans:
    """Code, and what stands between; of links what they are called."""
    plain = _LINK.sub(r"\1", text.strip()).replace("**", "")
    return [(number % 2 == 1, part) for number, part in enumerate(plain.split("`")) if part]


def _kind(line: str) -> str:
    if line.startswith("|"):
        return "table"
    level = len(line) - len(line.lstrip("#"))
    return f"h{level}" if level else "p" if line.strip() else ""


def _parts(line: str) -> list[str]:
    return [part.replace("\\|", "|") for part in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
