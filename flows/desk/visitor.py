"""Who asks: by the signed cookie, or by what a trusted proxy says."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from flows.desk.key import desk_key
from tasks.ledger import open_ledger
from tasks.ledger.users import User
from tasks.roles import Role
from tasks.settings import settings

LASTS = 12 * 3600
"""Seconds that a session lasts without being used."""
_RENEWED = 3600


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody's browser: `nonce` is this session's own, `user` who is signed in."""

    nonce: str
    user: User | None
    address: str
    is_fresh: bool
    """Whether its cookie is as it should be, and not old."""
    named_by_proxy: str | None = None

    @property
    def name(self) -> str:
        """Under which decisions are recorded."""
        return self.user.name if self.user else ""

    def may(self, role: Role) -> bool:
        """Whether the one who is signed in has this role."""
        return self.user is not None and self.user.may(role)

    @property
    def csrf(self) -> str:
        """What a form of this session has to bring."""
        return hmac.new(desk_key().encode(), f"csrf:{self.nonce}".encode(), hashlib.sha256).hexdigest()

    def sent(self, token: str | None) -> bool:
        """Whether a request that changes something comes from a page of this session."""
        return token is not None and hmac.compare_digest(token.encode(), self.csrf.encode())


def visitor_of(connection: HTTPConnection) -> Visitor:
    """Who asks."""
    peer = connection.client.host if connection.client else ""
    address = _address(connection, peer)
    nonce, user_id, epoch, is_fresh = _opened(connection.cookies.get(cookie_name(), ""))
    name = _named_by_proxy(connection, peer)
    if name is not None:
        return Visitor(nonce, open_ledger().user(name), address, is_fresh, name)
    user = open_ledger().user_by_id(user_id) if user_id is not None else None
    is_good = user is not None and user.epoch == epoch
    return Visitor(nonce, user if is_good else None, address, is_fresh)


def cookie_name() -> str:
    """Of each desk its own: browsers give cookies to every port of a host."""
    return f"nianbao_{hashlib.sha256(desk_key().encode()).hexdigest()[:8]}"


def keep(response: Response, connection: HTTPConnection, user: User | None, nonce: str | None = None) -> None:
    """Have the browser keep who it is; a new nonce ends what others may know of the session."""
    kept = [nonce or secrets.token_urlsafe(16), user.id if user else None, user.epoch if user else 0]
    response.set_cookie(
        cookie_name(), _sealing().dumps(kept), max_age=LASTS, httponly=True, samesite="lax", secure=is_https(connection)
    )


def is_https(connection: HTTPConnection) -> bool:
    """Whether the browser came by https, be it only as far as a proxy."""
    return (settings().desk_url or str(connection.url)).startswith("https:")


def _opened(sealed: str) -> tuple[str, int | None, int, bool]:
    """Nonce, user, epoch, and whether the cookie need not be renewed."""
    try:
        (nonce, user_id, epoch), at = _sealing().loads(sealed, max_age=LASTS, return_timestamp=True)
    except (BadSignature, ValueError):
        return secrets.token_urlsafe(16), None, 0, False
    age = (datetime.now(UTC) - at).total_seconds()
    return nonce, user_id, epoch, age < _RENEWED


def _sealing() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk_key(), salt="nianbao.desk")


def _address(connection: HTTPConnection, peer: str) -> str:
    """Where the request comes from, as far as those say that are trusted: the last part was added by the proxy."""
    told = connection.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told if told and is_proxy(peer) else peer


def _named_by_proxy(connection: HTTPConnection, address: str) -> str | None:
    """What the proxy says of who asks; None if that is not how people come, or it is not the proxy that asks."""
    header = settings().desk_identity_header
    if header is None or not is_proxy(address):
        return None
    values = connection.headers.getlist(header)
    if len(values) != 1:
        return None
    sent = values[0].strip().encode("latin-1")
    return sent.decode(errors="replace") or None


def is_proxy(address: str) -> bool:
    """Whether the one that asks is a proxy that is trusted."""
    try:
        peer = ip_address(address)
    except ValueError:
        return False
    return any(
        peer in ip_network(one.strip(), strict=False) for one in (settings().desk_proxies or "").split(",") if one
    )
