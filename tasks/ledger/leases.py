"""Keeping leases while work goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tasks.ledger.ledger import Ledger
from tasks.ledger.values import LedgerAwayError

SECONDS = 60.0
"""How long a lease lasts: so long a dead worker's objects wait, unless it is known to be dead before."""

MOST_ATTEMPTS = 3
"""How often an object is claimed before its outcome is `failed`."""

logger = logging.getLogger("nianbao.ledger")


@contextmanager
def leases(ledger: Ledger, ids: Sequence[int], owner: str) -> Iterator[None]:
    """Renew what `owner` holds of `ids` while the block runs. What was lost is noticed when it is settled."""
    ended = threading.Event()

    def renew() -> None:
        held = list(ids)
        while held and not ended.wait(SECONDS / 4):
            try:
                held = ledger.renew(held, owner, SECONDS)
            except LedgerAwayError as error:
                logger.warning("leases could not be renewed, it is tried again: %s", error)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
