"""The desk: who may do what, what they handed in, and what they search the inbox by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tasks.ledger.tables import AnyText, Instant

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "object_rules",
        sa.Column("object_id", _ID, sa.ForeignKey("objects.id"), primary_key=True),
        sa.Column("rule", AnyText, primary_key=True),
        sa.Column("landed", Instant, nullable=False),
    )
    op.create_index("object_rules_newest", "object_rules", ["rule", "landed", "object_id"])
    op.add_column("objects", sa.Column("searched", AnyText))
    end = "right(key, 300)" if op.get_bind().dialect.name == "postgresql" else "substr(key, -300)"
    op.execute(f"UPDATE objects SET searched = lower(substr(coalesce(agency, ''), 1, 100) || ' ' || {end})")
    landed = sa.text("coalesce(landed_at, seen_at)")
    found_by = ["outcome", "is_open", "year", "reason", "searched"]
    op.create_index("objects_listing", "objects", [landed, "id", *found_by])
    op.drop_index("objects_newest", "objects")
    op.create_table(
        "users",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", AnyText, nullable=False, unique=True),
        sa.Column("roles", AnyText, nullable=False),
        sa.Column("password", AnyText),
        sa.Column("epoch", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("failed_at", Instant),
        sa.Column("made_at", Instant, nullable=False),
    )
    op.create_table(
        "links",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("user_id", _ID, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("token", AnyText, nullable=False, unique=True),
        sa.Column("until", Instant, nullable=False),
    )
    op.create_index("links_user", "links", ["user_id"])
    op.create_table(
        "uploads",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("by", AnyText, nullable=False),
        sa.Column("bucket", AnyText, nullable=False),
        sa.Column("key", AnyText, nullable=False),
        sa.Column("etag", AnyText),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.UniqueConstraint("bucket", "key"),
    )
    op.create_index("uploads_newest", "uploads", ["by", "at", "id"])
