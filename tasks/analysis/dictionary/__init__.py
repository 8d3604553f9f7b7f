"""The data dictionary for people, made from the lake's schemas and the statutory forms: `docs/data-dictionary.md`."""

from __future__ import annotations

from tasks.analysis.dictionary.codes import code_chapters
from tasks.analysis.dictionary.tables import table_chapters
from tasks.analysis.dictionary.texts import HEAD
from tasks.values import LAKE_VERSION


def dictionary_markdown() -> str:
    """Layout, tables with their columns, and codes, as Markdown in Chinese."""
    head = HEAD.replace("{version}", LAKE_VERSION)
    return "\n".join([head, *table_chapters(), *code_chapters()]).rstrip("\n") + "\n"
