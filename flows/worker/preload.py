"""Imported once by the fork server that warm processes come from: whatever runs will need."""

import great_expectations  # noqa: F401

import flows.backfill
import flows.compact
import flows.ingest
import flows.review
import flows.sweep
import flows.worker.child  # noqa: F401
