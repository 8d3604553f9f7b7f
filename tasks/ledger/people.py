"""What people decided, and what reports say beside one another."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, true
from sqlalchemy.dialects import postgresql, sqlite

from tasks.ledger.database import Database, retried
from tasks.ledger.rows import chunks
from tasks.ledger.tables import decisions, relations
from tasks.ledger.values import DecisionRow, Relation


class People(Database):
    """The index of the decisions in S3, and the relations between reports."""

    @retried
    def add_decision(
        self, *, name: str, sha256: str, kind: str, by: str, at: datetime, note: str, content: str
    ) -> None:
        """Index a decision that is in S3 as `name`; once, however often it is told."""
        row = {"name": name, "sha256": sha256, "kind": kind, "by": by, "at": at, "note": note, "content": content}
        new = (postgresql.insert if self.is_postgresql else sqlite.insert)(decisions).values(row)
        with self.writing() as connection:
            connection.execute(new.on_conflict_do_nothing(index_elements=["name"]))

    def decisions(self, sha256s: Collection[str] | None = None) -> dict[str, list[DecisionRow]]:
        """By bytes the decisions on these, or on all, from the first to the last; bytes without any are left out."""
        found: defaultdict[str, list[DecisionRow]] = defaultdict(list)
        d = decisions.c
        wanted = [true()] if sha256s is None else [d.sha256.in_(chunk) for chunk in chunks(sha256s)]
        with self.reading() as connection:
            for these in wanted:
                for row in connection.execute(select(decisions).where(these).order_by(d.at, d.id)):
                    found[row.sha256].append(DecisionRow(**row._mapping))
        return dict(found)

    def decisions_on(self, sha256: str | None) -> list[DecisionRow]:
        """The decisions on these bytes, from the first to the last; none on such as are not known."""
        return self.decisions([sha256]).get(sha256, []) if sha256 else []

    @retried
    def replace_relations(self, report_id: str, rows: Sequence[Relation]) -> bool:
        """Let `rows` be all that the report says beside others; returns whether that is news."""
        r = relations.c
        texts = [json.dumps(row.content, ensure_ascii=False, sort_keys=True) for row in rows]
        new = [
            {"report_id": report_id, "year": row.year, "agency": row.agency, "content": content}
            for row, content in zip(rows, texts, strict=True)
        ]
        with self.writing(ordered=True) as connection:
            query = select(r.report_id, r.year, r.agency, r.content).where(r.report_id == report_id).order_by(r.id)
            if [dict(row._mapping) for row in connection.execute(query)] == new:
                return False
            connection.execute(delete(relations).where(r.report_id == report_id))
            if new:
                connection.execute(insert(relations), new)
            return True

    def relations(self, year: int, report_ids: Collection[str] | None = None) -> list[Relation]:
        """The relations of a year's reports, or of some of them."""
        r = relations.c
        query = select(relations).where(r.year == year).order_by(r.report_id, r.id)
        with self.reading() as connection:
            if report_ids is None:
                rows = list(connection.execute(query))
            else:
                found = (connection.execute(query.where(r.report_id.in_(chunk))) for chunk in chunks(report_ids))
                rows = [row for result in found for row in result]
        return [Relation(row.report_id, row.year, row.agency, json.loads(row.content)) for row in rows]
