"""Passwords and one-time links: what is kept of them opens nothing."""

from __future__ import annotations

import hashlib
import secrets
import threading
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tasks.errors import Mistaken

SHORTEST, LONGEST = 8, 200
LINK_LASTS = timedelta(hours=24)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's least: 19 MiB and two rounds, some 20 ms."""
_ONE_AT_A_TIME = threading.Lock()
"""However many try to sign in at once, it costs the memory of one."""


class PasswordError(Mistaken):
    """Such a password is not taken."""

    code = "USER.PASSWORD"


def password_hash(password: str) -> str:
    """What is kept of a password. Raises PasswordError for one that is too short, or absurdly long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordError(f"密码应有 {SHORTEST} 到 {LONGEST} 个字符")
    with _ONE_AT_A_TIME:
        return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether it is this one; without one it takes as long to say no."""
    if len(password) > LONGEST:
        return False
    with _ONE_AT_A_TIME:
        try:
            return _HASHER.verify(kept or _nobodys(), password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def new_token() -> str:
    """What stands in a one-time link."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of it: it is as long as a key, so one round does."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
