"""Plain text and Markdown, as converters, copying from a browser, and typists leave it."""

from __future__ import annotations

from collections.abc import Iterable

from tests.plausible.document import Draft, Line, Run, Table
from tests.plausible.render.web import html_table

_BREAKS = {"md": "<br>", "spaced": " ", "tabs": " ", "lines": "\n", "bars": "\n", "pipes": " "}
_MARKED = {
    "super": "<sup>{}</sup>",
    "struck": "~~{}~~",
    "bold": "**{}**",
    "comment": "<!-- {} -->",
    "note": "[^{}]",
}


def _text(draft: Draft, runs: Iterable[Run]) -> str:
    parts = []
    for run in runs:
        if run.look == "break":
            parts.append(_BREAKS[draft.medium])
        else:
            parts.append(_MARKED.get(run.look, "{}").format(run.text) if draft.medium == "md" else run.text)
    return "".join(parts)


def _rows(draft: Draft, table: Table) -> list[list[str]]:
    """The cells of every row; what spans stands once, or everywhere where a converter repeats it."""
    repeats = "repeat_spans" in draft.options
    return [[_text(draft, c.runs) if starts or repeats else "" for c, starts in row] for row in table.grid()]


def _joined(draft: Draft, separator: str, end: str = "") -> bytes:
    out: list[str] = []
    for block in draft.blocks:
        if isinstance(block, Line):
            out += [_text(draft, block.runs), *[""] * ("spaced" in draft.options)]
        else:
            out += [separator.join(row) + end for row in _rows(draft, block)] + [""]
    return (draft.before + "\n".join(out) + draft.after).encode("utf-8")


def tabs(draft: Draft) -> bytes:
    """A row a line, cells parted by tabs: what pasting a table leaves."""
    return _joined(draft, "\t")


def pipes(draft: Draft) -> bytes:
    """A row a line, cells parted by bars, without Markdown's line under the head."""
    return _joined(draft, " | ")


def spaced(draft: Draft) -> bytes:
    """Columns in line, as pdftotext and typists set them: a Chinese character takes the room of two others."""
    out: list[str] = []
    for block in draft.blocks:
        if isinstance(block, Line):
            out.append(_text(draft, block.runs))
            continue
        rows = _rows(draft, block)
        widths = [max(map(_wide, column)) + 3 for column in zip(*rows, strict=True)]
        for row in rows:
            padded = (cell + " " * (width - _wide(cell)) for cell, width in zip(row, widths, strict=True))
            out.append("".join(padded).rstrip())
        out.append("")
    return (draft.before + "\n".join(out) + draft.after).encode("utf-8")


def _wide(text: str) -> int:
    return sum(1 if ord(char) < 128 else 2 for char in text)


def lines(draft: Draft) -> bytes:
    """A cell a line, blanks left out unless they are figures: what copying a web page leaves."""
    out: list[str] = []
    for block in draft.blocks:
        if isinstance(block, Line):
            out.append(_text(draft, block.runs))
            continue
        for row in block.rows:
            out += [_text(draft, cell.runs) for cell in row if cell.role == "figure" or cell.text]
    return (draft.before + "\n".join(out) + draft.after).encode("utf-8")


def bars(draft: Draft) -> bytes:
    """A cell a line and a bar after it, a blank as a bar alone, a span as several bars."""
    out: list[str] = []
    for block in draft.blocks:
        if isinstance(block, Line):
            out.append(_text(draft, block.runs))
            continue
        for row in block.rows:
            for cell in row:
                text = _text(draft, cell.runs)
                if "bars_in_line" in draft.options:
                    out.append(text + "|" * cell.cols)
                else:
                    out += [text] * bool(text) + ["|"] * cell.cols
    return (draft.before + "\n".join(out) + draft.after).encode("utf-8")


def markdown(draft: Draft) -> bytes:
    """Headings with hashes, tables with bars and a line under their first row."""
    marks = {"title": "# ", "heading": "## "}
    out: list[str] = []
    for block in draft.blocks:
        if isinstance(block, Line):
            out += [marks.get(block.kind, "") + _text(draft, block.runs), ""]
            continue
        if "html_tables" in draft.options:
            out += [html_table(block, draft.options), ""]
            continue
        first, *others = ["| " + " | ".join(row) + " |" for row in _rows(draft, block)]
        out += [first, "|" + "---|" * len(block.grid()[0]), *others, ""]
    return (draft.before + "\n".join(out) + draft.after).encode("utf-8")
