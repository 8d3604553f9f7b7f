"""Trigger: what lands gets a run: notifications, SQS, the receiver."""
