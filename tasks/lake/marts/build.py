"""One part of a year's marts, made by DuckDB: what stands there without what changed, and what changed, sorted.

pyarrow writes the files, for they keep the schemas' types and descriptions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from tasks.lake.fetch import flat_sql, quoted
from tasks.lake.marts.parts import GENERATION, PARTS, part_of_sql
from tasks.lake.schemas import LAKE_TABLES, RELATIONS
from tasks.ledger import Relation

MEMORY = "512MB"
"""DuckDB's; beyond that it spills to the folder that it works in."""

ROW_GROUP = 120_000
_BATCH = 40_000


@dataclass(frozen=True, slots=True)
class Material:
    """What a part is made of: `old` are files of its reports as they were, of which the `changed` ones do not count.

    Of the old files only the reports of `part` of `parts` are taken.
    """

    part: int
    parts: int
    old: Mapping[str, Path]
    changed: Collection[str]
    versions: ds.Dataset | pa.Table
    relations: pa.Table


def build(material: Material, generation: str, folder: Path) -> dict[str, Path]:
    """The part's files, one a table, in `folder`."""
    settings = {"memory_limit": MEMORY, "temp_directory": str(folder / "spill"), "TimeZone": "UTC"}
    with duckdb.connect(config={"preserve_insertion_order": False}) as connection:
        for name, value in settings.items():
            connection.execute(f"SET {name} = '{value}'")
        _prepare(connection, material)
        return {table: _write(connection, material, table, generation, folder) for table in LAKE_TABLES}


def relation_rows(relations: Iterable[Relation]) -> pa.Table:
    """What the ledger knows as rows of the table `relations`."""
    rows = [_relation_row(relation) for relation in relations]
    return pa.Table.from_pylist(rows, schema=RELATIONS)


def _relation_row(relation: Relation) -> dict[str, Any]:
    sides = {
        side: Decimal(text) if (text := relation.content[side]) is not None else None
        for side in ("left_value", "right_value")
    }
    key = {"report_id": relation.report_id, "year": relation.year, "agency": relation.agency or ""}
    return {**key, **relation.content, **sides}


def _prepare(connection: duckdb.DuckDBPyConnection, material: Material) -> None:
    """The place of each report of the part: by agency, then by id."""
    connection.register("versions", material.versions)
    connection.register("relations", material.relations)
    connection.register("changed", pa.table({"report_id": pa.array(sorted(material.changed), pa.string())}))
    kept = "SELECT NULL::VARCHAR AS report_id, NULL::VARCHAR AS agency WHERE false"
    if material.old:
        kept = (
            f"SELECT report_id, agency FROM read_parquet('{material.old['reports']}') "
            f"ANTI JOIN changed USING (report_id) WHERE {part_of_sql(material.parts)} = {material.part}"
        )
    connection.execute(
        "CREATE TEMP TABLE places AS SELECT *, row_number() OVER (ORDER BY agency, report_id) AS place_of FROM "
        f"(SELECT *, true AS is_old FROM ({kept}) UNION ALL SELECT report_id, agency, false AS is_old FROM versions)"
    )


def _write(
    connection: duckdb.DuckDBPyConnection, material: Material, table: str, generation: str, folder: Path
) -> Path:
    plain = LAKE_TABLES[table]
    told = {GENERATION: generation.encode(), PARTS: str(material.parts).encode()}
    schema = plain.with_metadata({**(plain.metadata or {}), **told})
    coded = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    path = folder / f"{table}.parquet"
    reader = connection.sql(_sorted_sql(material, table)).to_arrow_reader(_BATCH)
    with pq.ParquetWriter(
        path, schema, compression="zstd", version="2.6", use_dictionary=[*coded, *_REPEATED]
    ) as writer:
        for batches in _groups(reader):
            writer.write_table(pa.Table.from_batches(batches).cast(schema), row_group_size=ROW_GROUP)
    return path


_RELATIONS = "SELECT *, row_number() OVER () AS ordinal FROM relations"
_REPEATED = ("report_id", "year", "agency", "address", "label", "article", "measure_label", "section", "heading")


def _groups(reader: pa.RecordBatchReader) -> Iterable[list[pa.RecordBatch]]:
    """As many batches as make a row group."""
    group: list[pa.RecordBatch] = []
    for batch in reader:
        group.append(batch)
        if sum(map(len, group)) >= ROW_GROUP:
            yield group
            group = []
    if group:
        yield group


def _sorted_sql(material: Material, table: str) -> str:
    names = LAKE_TABLES[table].names
    columns = ", ".join(f"one.{quoted(column)}" for column in names)
    new = flat_sql(table) if table != "relations" else _RELATIONS
    joined = "JOIN places USING (report_id) WHERE"
    sources = [f"SELECT {columns}, ordinal, place_of FROM ({new}) AS one {joined} NOT is_old"]
    if material.old:
        old = f"read_parquet('{material.old[table]}', file_row_number=true)"
        known = set(pq.read_schema(material.old[table]).names)  # columns that came after the file are null
        kept = ", ".join(f"one.{quoted(name)}" if name in known else f"NULL AS {quoted(name)}" for name in names)
        sources.append(f"SELECT {kept}, file_row_number AS ordinal, place_of FROM {old} AS one {joined} is_old")
    return f"SELECT {columns} FROM ({' UNION ALL '.join(sources)}) AS one ORDER BY place_of, ordinal"
