"""Imported once by the worker and the fork server that warm processes come from: whatever runs will need."""

import expectations.suites.expectation  # noqa: F401
import flows.backfill
import flows.compact
import flows.ingest
import flows.review
import flows.sweep
import flows.worker.child
import flows.worker.warm  # noqa: F401
