"""The desk: who may do what, and what they handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tasks.ledger.tables import AnyText, Instant

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
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
