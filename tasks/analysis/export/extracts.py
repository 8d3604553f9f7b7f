"""What is exported: tables of the lake in a stable order, or the result of a query, read a batch at a time."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from tasks.analysis.export.headers import label_in_all_tables
from tasks.analysis.export.order import order_by
from tasks.errors import Failure, Mistaken
from tasks.lake.agencies import names_of, normal_name
from tasks.lake.query import connect, literal
from tasks.lake.schemas import LAKE_TABLES
from tasks.settings import Buckets

BATCH = 10_000
"""Rows that are in memory at a time: the sections of so many reports are some 100 MB."""

RESULT = "query"
"""What the result of a query is called."""

_MEMORY = "1GB"


class SelectionError(Mistaken):
    """What is selected cannot be: the message says why, in Chinese."""

    code = "EXPORT.SELECTION"


class ReadFailedError(Failure):
    """The lake could not be read, or not to the end."""

    code = "LAKE.UNREADABLE"


class ReplacedMeanwhileError(ReadFailedError):
    """A mart was replaced while it was read: the next try reads the new one."""

    code = "LAKE.REPLACED_MEANWHILE"


@dataclass(frozen=True, slots=True)
class Selection:
    """Tables of the lake with the years and agencies wanted (none: all), or instead of all that the result of `sql`."""

    tables: Sequence[str] = ()
    years: Sequence[int] = ()
    agencies: Sequence[str] = ()
    sql: str | None = None


@dataclass(frozen=True)
class Extract:
    """A table to write: `schema` says what its columns are, `relation` has the rows, perhaps in plainer types."""

    name: str
    schema: pa.Schema
    relation: duckdb.DuckDBPyRelation

    @property
    def label(self) -> str:
        """The table's name in Chinese."""
        return str(self.schema.metadata[b"nianbao.label"].decode())

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, in batches that fit into memory. Raises ReadFailedError, or SelectionError if it is the SQL's."""
        reader = self._read(self.relation.to_arrow_reader, BATCH)
        while (batch := self._read(next, reader, None)) is not None:
            yield batch

    def _read(self, step: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401
        try:
            return step(*arguments)
        except (OSError, pa.ArrowException, duckdb.Error) as error:
            if "ReplacedError" in str(error):
                raise ReplacedMeanwhileError(str(error)) from error
            if self.name == RESULT:
                raise SelectionError(f"查询出错：{error}") from error
            raise ReadFailedError(str(error)) from error


@contextmanager
def open_lake(buckets: Buckets | None, *, quarantine: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake's tables; sorting spills to a folder of its own beyond a fixed memory. Raises ReadFailedError."""
    with tempfile.TemporaryDirectory(prefix="nianbao-export-") as folder:
        settings = {"memory_limit": _MEMORY, "temp_directory": folder, "TimeZone": "UTC"}
        try:
            lake = connect(buckets, quarantine=quarantine, settings=settings)
        except OSError as error:
            raise ReadFailedError(str(error)) from error
        with lake:
            yield lake


def table_extracts(lake: duckdb.DuckDBPyConnection, selection: Selection) -> Iterator[Extract]:
    """What is selected, table by table. Raises SelectionError, and duckdb.Error for wrong SQL."""
    if selection.sql is not None:
        yield _result(lake, selection.sql)
        return
    condition = _condition(lake, selection)
    for table in selection.tables:
        relation = lake.sql(f"SELECT * FROM {table} WHERE {condition} ORDER BY {order_by(table)}")
        yield Extract(table, LAKE_TABLES[table], relation)


def _result(lake: duckdb.DuckDBPyConnection, sql: str) -> Extract:
    statements = lake.extract_statements(sql)
    if not statements or duckdb.ExpectedResultType.QUERY_RESULT not in statements[-1].expected_result_type:
        raise SelectionError("这条 SQL 没有结果，请用 SELECT")
    relation = lake.sql(sql)
    described = relation.limit(0).to_arrow_table().schema
    fields = [field.with_metadata(label_in_all_tables(field.name)) for field in described]
    return Extract(RESULT, pa.schema(fields, metadata={"nianbao.label": "查询结果"}), relation)


def _condition(lake: duckdb.DuckDBPyConnection, selection: Selection) -> str:
    """In literals: a relation with parameters would be held in memory as a whole."""
    conditions = ["true"]
    if selection.years:
        conditions.append(f"year IN ({', '.join(map(str, selection.years))})")
    if selection.agencies:
        names = _stored_names(lake, selection.agencies)
        conditions.append(f"agency IN ({', '.join(map(literal, names))})")
    return " AND ".join(conditions)


def _stored_names(lake: duckdb.DuckDBPyConnection, agencies: Sequence[str]) -> Iterator[str]:
    """The agencies' names as the lake has them, whichever of their names was given."""
    stored = [agency for (agency,) in lake.execute("SELECT DISTINCT agency FROM reports ORDER BY ALL").fetchall()]
    for agency in agencies:
        names = _names_of(agency)
        matching = [name for name in stored if normal_name(name) in names]
        if not matching:
            raise SelectionError(f"没有这个机关的报告：{agency}")
        yield from matching


def _names_of(agency: str) -> tuple[str, ...]:
    try:
        return names_of(agency)
    except ValueError as error:
        raise SelectionError(str(error)) from error
