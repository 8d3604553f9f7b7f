"""Rows of the ledger's tables as values, and statements over many ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, select

from tasks.ledger.tables import objects, versions
from tasks.ledger.values import ObjectRow, ObjectVersion, VersionRow

T = TypeVar("T")
Key = tuple[str, str]
"""Bucket and key."""

MOST = 500
"""Ids or rows in one statement: SQLite takes 32,766 parameters."""

_NOT_TOLD = ("bucket", "key", "etag", "landed_at", "size", "revision", "searched")
_OBJECT = [c for c in objects.c if c.name not in _NOT_TOLD]
_VERSION = [c for c in versions.c if c.name not in ("holds", "current_since")]


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


def under(keys: Iterable[Key]) -> Iterator[ColumnElement[bool]]:
    """Conditions of which each object under one of these keys meets one; the index of the keys serves them."""
    by_bucket: defaultdict[str, list[str]] = defaultdict(list)
    for bucket, key in keys:
        by_bucket[bucket].append(key)
    for bucket, names in by_bucket.items():
        for chunk in chunks(sorted(names)):
            yield and_(objects.c.bucket == bucket, objects.c.key.in_(chunk))
