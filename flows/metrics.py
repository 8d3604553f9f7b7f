"""Numbers for Prometheus at the receiver's /metrics."""

from __future__ import annotations

import asyncio
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from flows.health import Inbox, ledger_says, prefect_answers, s3_answers
from flows.services.disk import disk
from tasks.settings import home

_OUTCOMES = ("validated", "quarantined", "rejected", "failed")


class Metrics:
    """What the receiver counts itself, and what it asks others when it is scraped."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        known: dict[str, Any] = {"registry": self.registry}
        self.notifications = Counter("nianbao_notifications", "Notifications by answer", ["answer"], **known)
        self.seconds = Histogram("nianbao_notification_seconds", "Seconds until they are in the ledger", **known)
        self._outcomes = Gauge("nianbao_objects_by_outcome", "Landed objects by outcome", ["outcome"], **known)
        self._open = Gauge("nianbao_objects_open", "Landed objects that are not processed yet", **known)
        self._waiting = Gauge("nianbao_objects_waiting", "Those of them that no run has been made for", **known)
        self._scans = Gauge("nianbao_scans_open", "Those of them that are scans", **known)
        self._oldest = Gauge("nianbao_oldest_open_seconds", "Seconds since the oldest of them landed", **known)
        self._review = Gauge("nianbao_review_queue", "Quarantined reports that wait for a person", **known)
        self._ledger_up = Gauge("nianbao_ledger_up", "Whether the ledger answers", **known)
        self._prefect_up = Gauge("nianbao_prefect_up", "Whether Prefect answers", **known)
        self._s3_up = Gauge("nianbao_s3_up", "Whether the object store answers", **known)
        self._free = Gauge("nianbao_disk_free_bytes", "Free space where NIANBAO_HOME is", **known)
        self._total = Gauge("nianbao_disk_total_bytes", "Size of the file system of NIANBAO_HOME", **known)
        self._low = Gauge("nianbao_disk_low", "Whether the free space is less than NIANBAO_DISK_LOW_MB", **known)

    async def text(self) -> bytes:
        """The exposition, within two seconds: of what does not answer, that it is down, and what was known before."""
        inbox, prefect, s3 = await asyncio.gather(ledger_says(), prefect_answers(), s3_answers())
        self._ledger_up.set(inbox is not None)
        self._prefect_up.set(prefect)
        self._s3_up.set(s3)
        if inbox:
            self._tell(inbox)
        found = disk(home())
        if found:
            self._free.set(found.free)
            self._total.set(found.total)
            self._low.set(found.warning is not None)
        return generate_latest(self.registry)

    def _tell(self, inbox: Inbox) -> None:
        counts = inbox.counts
        for outcome in dict.fromkeys((*_OUTCOMES, *counts.by_outcome)):
            self._outcomes.labels(outcome).set(counts.by_outcome.get(outcome, 0))
        self._open.set(counts.open)
        self._waiting.set(counts.waiting)
        self._scans.set(counts.queued)
        self._oldest.set(inbox.oldest_seconds)
        self._review.set(counts.review_queue)
