"""The heads of an export's columns: Chinese labels from the schema's metadata, or the columns' codes."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import pyarrow as pa

from tasks.lake.schemas import LAKE_TABLES

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_LABEL = b"nianbao.label"


def headers(schema: pa.Schema, language: Language) -> list[str]:
    """One head for each column, no two alike as long as the codes differ."""
    names = list(schema.names)
    if language == "en":
        return names
    labels = [_label(field) for field in schema]
    times = Counter(labels)
    return [label if times[label] == 1 else f"{label}（{name}）" for label, name in zip(labels, names, strict=True)]


def _label(field: pa.Field) -> str:
    label: bytes = (field.metadata or {}).get(_LABEL, field.name.encode())
    return label.decode()


def label_in_all_tables(column: str) -> dict[bytes, bytes]:
    """The label, as metadata, of a column of the lake that is called the same wherever it occurs; else nothing."""
    labels = {_label(schema.field(column)) for schema in LAKE_TABLES.values() if column in schema.names}
    return {_LABEL: labels.pop().encode()} if len(labels) == 1 else {}
