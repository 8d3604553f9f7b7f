"""A chapter for each table of the lake: what a row is, and its columns."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from tasks.analysis.dictionary.markdown import code, table
from tasks.analysis.dictionary.texts import COUNT_NULL, NEVER, NULL_MEANS, ROW_OF
from tasks.lake.schemas import APPLICANTS, LAKE_TABLES, RESULTS

_HEADS = ("列", "类型", "标签", "单位", "出处", "空值的含义")
_COUNTS = {"applications": APPLICANTS, "disputes": RESULTS}


def table_chapters() -> Iterator[str]:
    """Every table; the one that the others are about comes first."""
    yield "## 表\n"
    for name in sorted(LAKE_TABLES, key="reports".__ne__):
        schema = LAKE_TABLES[name]
        yield f"### `{name}` {_told(schema, 'label')}\n"
        yield f"一行是：{ROW_OF[name]}。\n"
        yield from table(_HEADS, (_column(name, field) for field in schema))


def _column(name: str, field: pa.Field) -> tuple[str, ...]:
    told = (_told(field, what) for what in ("label", "unit", "source"))
    return (code(field.name), code(type_name(field.type)), *told, _null_means(name, field.name))


def type_name(kind: pa.DataType) -> str:
    """The Arrow type, as short as it is told apart."""
    if pa.types.is_dictionary(kind):
        return f"dictionary<{kind.index_type}, {kind.value_type}>"
    return str(kind).replace("list<element: string>", "list<string>")


def _told(described: pa.Field | pa.Schema, what: str) -> str:
    told: bytes = (described.metadata or {}).get(f"nianbao.{what}".encode(), b"")
    return told.decode()


def _null_means(name: str, column: str) -> str:
    if column in _COUNTS.get(name, ()):
        return COUNT_NULL
    return NULL_MEANS.get(f"{name}.{column}", NULL_MEANS.get(column, NEVER))
