"""Objects that need more than others are handed out by a queue of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tasks.ledger.tables import AnyText

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the column, and the index that finds the few."""
    op.add_column("objects", sa.Column("queue", AnyText))
    where = sa.text("is_open AND queue IS NOT NULL")
    op.create_index("objects_queue", "objects", ["queue"], sqlite_where=where, postgresql_where=where)
