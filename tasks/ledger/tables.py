"""The ledger's tables, as they are after all migrations; their indexes stand in the migrations alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile(r"[\\\x00\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|[0-9a-f]{4})")


def escaped(text: str) -> str:
    """`text` without what no database takes (NUL, half a surrogate pair); injective, and keeps prefixes."""
    return _UNSTORABLE.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\{ord(found[0]):04x}", text)


def unescaped(text: str) -> str:
    """The inverse of `escaped`."""
    return _ESCAPED.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1], 16)), text)


class AnyText(TypeDecorator[str]):
    """Any text at all, ordered as Python orders it."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text(collation="C") if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else escaped(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else unescaped(value)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC, to the microsecond."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer(), "sqlite")
metadata = MetaData()

objects = Table(
    "objects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("bucket", AnyText, nullable=False),
    Column("key", AnyText, nullable=False),
    Column("etag", AnyText, nullable=False),
    Column("size", BigInteger),
    Column("landed_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Column("is_open", Boolean, nullable=False, server_default=true()),
    Column("is_replay", Boolean, nullable=False, server_default=false()),
    Column("lease_owner", AnyText),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("run_id", AnyText),
    Column("dispatched_at", Instant),
    Column("outcome", AnyText),
    Column("reason", AnyText),
    Column("message", AnyText),
    Column("agency", AnyText),
    Column("year", SmallInteger),
    Column("form", AnyText),
    Column("report_id", AnyText),
    Column("sha256", AnyText),
    Column("duplicate_of", Id, ForeignKey("objects.id")),
    Column("is_name_bound", Boolean, nullable=False, server_default=false()),
    Column("review", AnyText),
    Column("processed_at", Instant),
    Column("receipt_due", Instant),
    Column("receipt_name", AnyText),
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("queue", AnyText),
    Column("searched", AnyText),
    UniqueConstraint("bucket", "key", "etag"),
)
_UPPER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def searched(agency: str | None, key: str) -> str:
    """What parts of an agency's or a file's name are searched in; a row of an index in PostgreSQL holds no more."""
    return f"{(agency or '')[:100]} {key[-300:]}".translate(_UPPER)


landed = func.coalesce(objects.c.landed_at, objects.c.seen_at)
"""When an object landed, as well as it is known."""

versions = Table(
    "versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("place", AnyText, nullable=False),
    Column("name", AnyText, nullable=False),
    Column("report_id", AnyText, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("agency", AnyText),
    Column("form", AnyText),
    Column("object_id", Id, ForeignKey("objects.id"), nullable=False),
    Column("bucket", AnyText, nullable=False),
    Column("key", AnyText, nullable=False),
    Column("etag", AnyText, nullable=False),
    Column("sha256", AnyText),
    Column("landed_at", Instant, nullable=False),
    Column("stored_etag", AnyText),
    Column("figures", AnyText),
    Column("is_named", Boolean, nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("is_stored", Boolean, nullable=False),
    Column("current_since", Instant),
    Column("ceased_at", Instant),
    UniqueConstraint("place", "name"),
)
"""`holds`: its object was last judged so; `is_stored`: its object in S3 has not been removed."""

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", AnyText, nullable=False, unique=True),
    Column("sha256", AnyText, nullable=False),
    Column("kind", AnyText, nullable=False),
    Column("by", AnyText, nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", AnyText, nullable=False),
    Column("content", AnyText, nullable=False),
)

relations = Table(
    "relations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("report_id", AnyText, nullable=False),
    Column("year", SmallInteger, nullable=False),
    Column("agency", AnyText),
    Column("content", AnyText, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("year", SmallInteger, nullable=False),
    Column("report_id", AnyText, nullable=False),
    Column("at", Instant, nullable=False),
)

object_rules = Table(
    "object_rules",
    metadata,
    Column("object_id", Id, ForeignKey("objects.id"), primary_key=True),
    Column("rule", AnyText, primary_key=True),
    Column("landed", Instant, nullable=False),
)
"""The rules that did not pass, of what was last judged; `landed` as it was then."""

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", AnyText, nullable=False, unique=True),
    Column("roles", AnyText, nullable=False),
    Column("password", AnyText),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_at", Instant),
    Column("made_at", Instant, nullable=False),
)
"""`password`: its hash; `epoch` grows with every change that ends the sessions there are."""

links = Table(
    "links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("token", AnyText, nullable=False, unique=True),
    Column("until", Instant, nullable=False),
)
"""`token`: its hash; who has used one has taken it away."""

uploads = Table(
    "uploads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("by", AnyText, nullable=False),
    Column("bucket", AnyText, nullable=False),
    Column("key", AnyText, nullable=False),
    Column("etag", AnyText),
    Column("size", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("bucket", "key"),
)
"""Names that the desk has given away; `etag`: of what came under it."""

OURS_ALONE = (links, uploads, users)
"""What S3 does not know, in the order in which it can be deleted: `clear` leaves it."""
