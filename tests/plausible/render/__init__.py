"""Printing a draft in any medium: the file's name and bytes."""

from __future__ import annotations

from tests.plausible.document import Draft
from tests.plausible.render.pdf import pdf
from tests.plausible.render.text import bars, lines, markdown, pipes, spaced, tabs
from tests.plausible.render.web import html
from tests.plausible.render.word import docx

_RENDERERS = {
    "pdf": (".pdf", pdf),
    "docx": (".docx", docx),
    "html": (".html", html),
    "md": (".md", markdown),
    "tabs": (".txt", tabs),
    "lines": (".txt", lines),
    "bars": (".txt", bars),
    "pipes": (".txt", pipes),
    "spaced": (".txt", spaced),
}
MEDIA = tuple(_RENDERERS)


def printed(draft: Draft) -> tuple[str, bytes]:
    """The draft as a file."""
    extension, render = _RENDERERS[draft.medium]
    body = render(draft)
    for change in draft.finish:
        body = change(body)
    return f"{draft.file_stem}{extension}", body
