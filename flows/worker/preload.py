"""Imported once by the fork server that warm processes come from: whatever runs will need."""

import expectations.suites.expectation
import flows.backfill
import flows.compact
import flows.ingest
import flows.review
import flows.sweep
import flows.worker.child  # noqa: F401
