"""How the tests tell a story to a ledger: what landed when, and how it was judged."""

import hashlib
from datetime import UTC, datetime, timedelta

from tasks.ledger import NewVersion, ObjectVersion, ReceiptWritten, Settlement

NOON = datetime(2025, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
OWNER = "host:1:1"
AGENCY, YEAR = "青岚市财政局", 2024
REPORT = "report-a"


def landed(key, minute=0, etag=None):
    """An object version that landed some minutes after noon."""
    return ObjectVersion("landing", key, etag or f"{key}-{minute}", NOON + timedelta(minutes=minute), 1000)


class Story:
    """Lands objects in a ledger and settles them, one or more at a time."""

    def __init__(self, ledger, owner=OWNER):
        self.ledger, self.owner = ledger, owner

    def land(self, key, minute=0, etag=None):
        """Land it; returns its id."""
        version = landed(key, minute, etag)
        self.ledger.add([version])
        return next(row.id for row in self.ledger.find("landing", key) if row.object.etag == version.etag)

    def settle(self, object_id, outcome, report=REPORT, *, close=True, **more):
        """Claim it (again), settle it, and write its receipt; returns its standing."""
        self.ledger.reopen([object_id])
        assert [c.id for c in self.ledger.claim([object_id], self.owner, 60)] == [object_id]
        [settled] = self.ledger.settle([self.settlement(object_id, outcome, report, **more)], self.owner)
        if close:
            self.close(settled)
        return settled.standing

    def close(self, *settled):
        """Their receipts are written."""
        written = [ReceiptWritten(one.object_id, f"r{one.object_id}", one.standing.revision) for one in settled]
        return self.ledger.receipts_written(written, self.owner)

    def settlement(self, object_id, outcome, report=REPORT, *, is_named=True, name=None, figures=None, **more):
        """What a pipeline would say of it."""
        place = {"validated": "lake", "quarantined": "quarantine"}.get(outcome)
        if place is None or more.get("duplicate_of"):
            return Settlement(object_id, outcome, **more)
        landed = self.ledger.get([object_id])[object_id].object
        sha256 = hashlib.sha256(f"{landed.key}{landed.etag}".encode()).hexdigest()
        facts = {"sha256": sha256, "report_id": report, "agency": AGENCY, "year": YEAR, "form": "2021", **more}
        version = NewVersion(place, name or f"{report}-{object_id}", "stored", figures, is_named)
        return Settlement(object_id, outcome, **facts, version=version)

    def current(self, place, report=REPORT):
        """The id of the object whose version is current."""
        row = self.ledger.current([report], place).get(report)
        return row.object_id if row else None

    def due(self):
        """Objects whose receipts are to be written again."""
        due = self.ledger.claim_receipts(datetime.now(UTC) + timedelta(days=1), "due", 60, 100)
        return self.ledger.release_receipts(due, "due")
