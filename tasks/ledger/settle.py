"""Settle: the transaction that gives objects their outcome and says what is current."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from tasks.ledger.database import Database
from tasks.ledger.values import ReceiptWritten, Settled, Settlement, Standing


class Settling(Database):
    """Outcomes and standings."""

    def settle(self, settlements: Sequence[Settlement], owner: str) -> list[Settled]:
        """Give each object that `owner` still holds its outcome; those lost are not in the answer.

        Raises LeaseLostError if all are lost. They stay open, and leased, until `receipts_written`.
        """
        raise NotImplementedError

    def standing(self, ids: Collection[int]) -> dict[int, Standing]:
        """Where these objects' reports stand now."""
        raise NotImplementedError

    def receipts_written(self, written: Iterable[ReceiptWritten], owner: str | None = None) -> list[int]:
        """The receipts are in S3: with `owner`, what that one settled is done, and closed; returns which are closed.

        Whose standing has changed since stays due.
        """
        raise NotImplementedError

    def receipts_due(self, older_than: datetime, limit: int) -> list[int]:
        """Objects that nobody works at whose receipt does not tell what is true since before `older_than`."""
        raise NotImplementedError
