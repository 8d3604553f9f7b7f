"""Imported after all else: what first validations would make again in every process is made once."""

from expectations.suites.runner import forget, run_suite

run_suite("form_2021", {})
forget()
