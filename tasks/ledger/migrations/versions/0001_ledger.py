"""The tables of the first ledger."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from tasks.ledger.tables import AnyText, Instant

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "objects",
        sa.Column("id", _ID, primary_key=True),
        *_texts("bucket", "key", "etag", is_needed=True),
        sa.Column("size", sa.BigInteger),
        sa.Column("landed_at", Instant),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("is_open", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("is_replay", sa.Boolean, nullable=False, server_default=sa.false()),
        *_texts("lease_owner"),
        sa.Column("lease_until", Instant),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        *_texts("run_id"),
        sa.Column("dispatched_at", Instant),
        *_texts("outcome", "reason", "message", "agency"),
        sa.Column("year", sa.SmallInteger),
        *_texts("form", "report_id", "sha256"),
        sa.Column("duplicate_of", _ID, sa.ForeignKey("objects.id")),
        sa.Column("is_name_bound", sa.Boolean, nullable=False, server_default=sa.false()),
        *_texts("review"),
        sa.Column("processed_at", Instant),
        sa.Column("receipt_due", Instant),
        *_texts("receipt_name"),
        sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("bucket", "key", "etag"),
    )
    landed = sa.text("coalesce(landed_at, seen_at)")
    op.create_index("objects_open", "objects", ["is_replay", landed, "id"], **_where("is_open"))
    op.create_index("objects_newest", "objects", [landed, "id"])
    op.create_index("objects_outcome", "objects", ["outcome", "reason"])
    op.create_index("objects_outcome_newest", "objects", ["outcome", landed, "id"])
    op.create_index("objects_sha256", "objects", ["sha256"])
    op.create_index("objects_report", "objects", ["report_id"])
    op.create_index("objects_run", "objects", ["run_id"])
    op.create_index("objects_receipt_due", "objects", ["receipt_due"], **_where("receipt_due IS NOT NULL"))

    op.create_table(
        "versions",
        sa.Column("id", _ID, primary_key=True),
        *_texts("place", "name", "report_id", is_needed=True),
        sa.Column("year", sa.SmallInteger, nullable=False),
        *_texts("agency", "form"),
        sa.Column("object_id", _ID, sa.ForeignKey("objects.id"), nullable=False),
        *_texts("bucket", "key", "etag", is_needed=True),
        *_texts("sha256"),
        sa.Column("landed_at", Instant, nullable=False),
        *_texts("stored_etag", "figures"),
        sa.Column("is_named", sa.Boolean, nullable=False),
        sa.Column("holds", sa.Boolean, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("is_stored", sa.Boolean, nullable=False),
        sa.Column("current_since", Instant),
        sa.Column("ceased_at", Instant),
        sa.UniqueConstraint("place", "name"),
    )
    current = _where("is_current")
    op.create_index("versions_current", "versions", ["place", "report_id"], unique=True, **current)
    op.create_index("versions_queue", "versions", ["place", "landed_at", "object_id"], **current)
    op.create_index("versions_agency", "versions", ["agency", "year"], **current)
    op.create_index("versions_figures", "versions", ["figures", "year"], **current)
    op.create_index("versions_report", "versions", ["report_id"])
    op.create_index("versions_object", "versions", ["object_id"])
    op.create_index("versions_obsolete", "versions", ["ceased_at"], **_where("is_stored", "is_current"))

    op.create_table(
        "decisions",
        sa.Column("id", _ID, primary_key=True),
        *_texts("name", "sha256", "kind", "by", is_needed=True),
        sa.Column("at", Instant, nullable=False),
        *_texts("note", "content", is_needed=True),
        sa.UniqueConstraint("name"),
    )
    op.create_index("decisions_sha256", "decisions", ["sha256", "at", "id"])
    op.create_table(
        "relations",
        sa.Column("id", _ID, primary_key=True),
        *_texts("report_id", is_needed=True),
        sa.Column("year", sa.SmallInteger, nullable=False),
        *_texts("agency"),
        *_texts("content", is_needed=True),
    )
    op.create_index("relations_report", "relations", ["report_id"])
    op.create_index("relations_year", "relations", ["year", "report_id"])
    op.create_table(
        "changes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("year", sa.SmallInteger, nullable=False),
        *_texts("report_id", is_needed=True),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_index("changes_year", "changes", ["year", "id"])


def _texts(*names: str, is_needed: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, AnyText, nullable=not is_needed) for name in names]


def _where(is_so: str, is_not: str = "") -> dict[str, Any]:
    """An index of few rows, in the words in which either database is asked for them."""
    sqlite = is_so if " " in is_so else f"{is_so} = 1"
    postgresql = is_so
    if is_not:
        sqlite, postgresql = f"{sqlite} AND {is_not} = 0", f"{postgresql} AND NOT {is_not}"
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql)}
