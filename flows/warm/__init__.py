"""Warm processes: a run costs what the run costs, not the start of Python, Prefect and Great Expectations.

`worker` is Prefect's process worker with another way of running; `slot` keeps one process; `child` is what runs there.
"""
