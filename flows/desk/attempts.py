"""How often somebody may try to sign in: by user in the ledger, by address in this process."""

from __future__ import annotations

import time
from collections import OrderedDict
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network

from tasks.ledger.users import User

_FREE = 5
"""Wrong passwords that cost nothing; each after them doubles the time until the next can be tried."""
_FIRST_SECONDS, _MOST_SECONDS = 10.0, 900.0

_ADDRESS_FREE, _ADDRESS_SECONDS, _ADDRESSES = 30, 600.0, 10_000


def must_wait(user: User) -> float:
    """Seconds until a password of this user can be tried again. A one-time link always can."""
    if user.failures < _FREE or user.failed_at is None:
        return 0.0
    pause = min(_FIRST_SECONDS * 2.0 ** min(user.failures - _FREE, 20), _MOST_SECONDS)
    return max(0.0, pause - (datetime.now(UTC) - user.failed_at).total_seconds())


class Addresses:
    """Those that sent wrong names, passwords or links lately, as many as memory is given for."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def is_barred(self, address: str) -> bool:
        """Whether there were too many from there."""
        count, until = self._failures.get(_network(address), (0, 0.0))
        return count >= _ADDRESS_FREE and time.monotonic() < until

    def failed(self, address: str) -> None:
        """One more."""
        network = _network(address)
        count, until = self._failures.pop(network, (0, 0.0))
        now = time.monotonic()
        self._failures[network] = (count + 1 if now < until else 1, now + _ADDRESS_SECONDS)
        while len(self._failures) > _ADDRESSES:
            self._failures.popitem(last=False)


def _network(address: str) -> str:
    """Whoever has an IPv6 address has the whole net around it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address
