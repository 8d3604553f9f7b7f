"""The Great Expectations suites made from the forms and the rules, and what they say of reports."""

from expectations.suites.evaluate import Evaluation, evaluate, evaluate_pair

__all__ = ["Evaluation", "evaluate", "evaluate_pair"]
