"""The ledger as a whole."""

from __future__ import annotations

import os
from functools import cache

from tasks.ledger.database import database_url
from tasks.ledger.inbox import Inbox
from tasks.ledger.leases import Leasing
from tasks.ledger.listing import Listing
from tasks.ledger.marts import Marts
from tasks.ledger.people import People
from tasks.ledger.reports import Reports
from tasks.ledger.settle import Settling
from tasks.ledger.uploads import Uploads
from tasks.ledger.users import Users
from tasks.ledger.watching import Watching


class Ledger(Inbox, Leasing, Settling, Listing, Marts, People, Reports, Uploads, Users, Watching):
    """Every method is one short transaction, done whole or not at all.

    After LedgerAwayError the same call can be made again, even if it had been done before the connection broke.
    """

    @classmethod
    def open(cls, url: str | None = None, *, migrate: bool = False) -> Ledger:
        """The ledger at `url`, by default where the settings say; nothing is connected before it is used."""
        ledger = cls(url)
        if migrate:
            ledger.migrate()
        return ledger


def open_ledger(url: str | None = None, *, migrate: bool = True) -> Ledger:
    """The one of this process, with its tables as this program has them."""
    return _opened(url or database_url(), migrate, os.getpid())


@cache
def _opened(url: str, migrate: bool, _pid: int) -> Ledger:
    return Ledger.open(url, migrate=migrate)
