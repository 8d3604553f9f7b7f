"""Who may do what at the desk. Passwords and links come here as hashes: nothing that opens a door is stored."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from tasks.errors import Mistaken
from tasks.ledger.database import Database, retried
from tasks.ledger.tables import links, users
from tasks.roles import Role


class UserError(Mistaken):
    """Such a user cannot be, or is not there."""

    code = "USER.IMPOSSIBLE"


def check_name(name: str) -> None:
    """Raises UserError for what nobody should be called: names are shown, and stand on the command line."""
    if not name.isprintable() or name != name.strip() or not 1 <= len(name) <= 64 or name.startswith("-"):
        raise UserError("用户名应为 1 到 64 个可见字符，不以空格或 - 开头")


@dataclass(frozen=True, slots=True)
class User:
    """A person of the desk; a session is good as long as it was begun in this `epoch`."""

    id: int
    name: str
    roles: frozenset[Role]
    password: str | None
    epoch: int
    failures: int
    failed_at: datetime | None
    made_at: datetime

    def may(self, role: Role) -> bool:
        """Whether the user has this role; whoever has any may read."""
        return role in self.roles or (role is Role.READ and bool(self.roles))


class Users(Database):
    """People, what they may do, and how they come in."""

    @retried
    def add_user(self, name: str, roles: Collection[Role], password: str | None = None) -> User:
        """A new user. Raises UserError if there is one of that name, or it is none."""
        check_name(name)
        with self.writing() as connection:
            if _find(connection, name):
                raise UserError(f"已有用户 {name}")
            epoch = secrets.randbelow(2**30)  # ids of who was removed may be given again, sessions may not
            now = self.now(connection)
            row = {"name": name, "roles": _text(roles), "password": password, "epoch": epoch, "made_at": now}
            try:
                connection.execute(insert(users).values(row))
            except IntegrityError as error:
                raise UserError(f"已有用户 {name}") from error
            return _known(connection, name)

    def user(self, name: str) -> User | None:
        """The user of this name."""
        with self.reading() as connection:
            return _find(connection, name)

    def user_by_id(self, user_id: int) -> User | None:
        """The user with this id."""
        with self.reading() as connection:
            row = connection.execute(select(users).where(users.c.id == user_id)).first()
            return _user(row) if row else None

    def every_user(self) -> list[User]:
        """All of them, the first one first."""
        with self.reading() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.id))]

    @retried
    def change_user(self, name: str, *, roles: Collection[Role] | None = None, password: str | None = None) -> User:
        """Give a user other roles, or another password: whoever is signed in as that user has to sign in again."""
        new: dict[str, Any] = {"epoch": users.c.epoch + 1, "failures": 0, "failed_at": None}
        if roles is not None:
            new["roles"] = _text(roles)
        if password is not None:
            new["password"] = password
        with self.writing() as connection:
            user = _known(connection, name)
            connection.execute(delete(links).where(links.c.user_id == user.id))
            connection.execute(update(users).where(users.c.id == user.id).values(new))
            return _known(connection, name)

    @retried
    def remove_user(self, name: str) -> None:
        """Take a user away; what that one did stays under the name."""
        with self.writing() as connection:
            connection.execute(delete(users).where(users.c.id == _known(connection, name).id))

    @retried
    def failed_to_sign_in(self, user_id: int) -> None:
        """One more wrong password."""
        with self.writing() as connection:
            new = {"failures": users.c.failures + 1, "failed_at": self.now(connection)}
            connection.execute(update(users).where(users.c.id == user_id).values(new))

    @retried
    def signed_in(self, user_id: int) -> None:
        """The right password: the wrong ones before it are forgotten."""
        with self.writing() as connection:
            known = update(users).where(users.c.id == user_id, users.c.failures > 0)
            connection.execute(known.values(failures=0, failed_at=None))

    @retried
    def add_link(self, name: str, token: str, lasting: timedelta) -> None:
        """A link by which this user comes in once; `token` is its hash. Links that have run out are forgotten."""
        with self.writing() as connection:
            now = self.now(connection)
            connection.execute(delete(links).where(links.c.until < now))
            row = {"user_id": _known(connection, name).id, "token": token, "until": now + lasting}
            connection.execute(insert(links).values(row))

    @retried
    def use_link(self, token: str) -> User | None:
        """Whose link this is, once and in time; else None."""
        with self.writing() as connection:
            taken = delete(links).where(links.c.token == token).returning(links.c.user_id, links.c.until)
            link = connection.execute(taken).first()
            if link is None or link.until < self.now(connection):
                return None
            row = connection.execute(select(users).where(users.c.id == link.user_id)).first()
            return _user(row) if row else None


def _find(connection: Connection, name: str) -> User | None:
    row = connection.execute(select(users).where(users.c.name == name)).first()
    return _user(row) if row else None


def _known(connection: Connection, name: str) -> User:
    found = _find(connection, name)
    if found is None:
        raise UserError(f"没有用户 {name}")
    return found


def _user(row: Row[Any]) -> User:
    roles = frozenset(Role(role) for role in row.roles.split())
    return User(**{**row._mapping, "roles": roles})


def _text(roles: Collection[Role]) -> str:
    return " ".join(role for role in Role if role in roles)
