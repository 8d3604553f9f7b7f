"""The Great Expectations suite made from the forms and the rules, and what it says of a report's cells."""

from expectations.suites.evaluate import evaluate

__all__ = ["evaluate"]
