"""How often and how soon a task that reaches S3 is tried again; reading and validating again would only fail again."""

RETRIES = 3
RETRY_DELAYS = [1.0, 5.0, 15.0]
"""Seconds."""
