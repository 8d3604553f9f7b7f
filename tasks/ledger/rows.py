"""Rows of the ledger's tables as values, and statements over many ids."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, select, tuple_

from tasks.ledger.tables import objects, versions
from tasks.ledger.values import ObjectRow, ObjectVersion, VersionRow

T = TypeVar("T")

MOST = 500
"""Ids or rows in one statement: SQLite takes 32,766 parameters."""

_OBJECT = [c for c in objects.c if c.name not in ("bucket", "key", "etag", "landed_at", "size", "revision")]
_VERSION = [c for c in versions.c if c.name != "holds"]


def chunks(items: Collection[T], size: int = MOST) -> Iterator[list[T]]:
    """`items` in order, each once, some at a time."""
    unique = list(dict.fromkeys(items))
    for start in range(0, len(unique), size):
        yield unique[start : start + size]


def select_objects() -> Select[Any]:
    """Whole rows, for `object_row`."""
    return select(objects)


def object_version(row: Row[Any]) -> ObjectVersion:
    """The landed version that a row of `objects` (or a part of one) is about."""
    return ObjectVersion(row.bucket, row.key, row.etag, row.landed_at, row.size)


def object_row(row: Row[Any]) -> ObjectRow:
    """A whole row of `objects`."""
    return ObjectRow(object=object_version(row), **{c.name: row._mapping[c.name] for c in _OBJECT})


def version_row(row: Row[Any]) -> VersionRow:
    """A whole row of `versions`."""
    return VersionRow(**{c.name: row._mapping[c.name] for c in _VERSION})


def starts_with(column: ColumnElement[Any], prefix: str) -> ColumnElement[bool]:
    """Whether a text begins with `prefix`, as an index can tell."""
    return (column >= prefix) & (column < f"{prefix}\U0010ffff")


def same_versions(wanted: Sequence[ObjectVersion]) -> ColumnElement[bool]:
    """The rows of these landed versions."""
    c = objects.c
    return tuple_(c.bucket, c.key, c.etag).in_([(o.bucket, o.key, o.etag) for o in wanted])
