"""Runs the suites: an ephemeral Data Context over SQLite in memory, made once a process and used again and again.

One long table of cells with a SQL expectation a rule costs a fifth of the same rules on data frames. `Batch.validate`
costs two thirds of a ValidationDefinition's run, whose results the context would also keep for ever.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.suites.suite import SUITES, SuiteDefinition

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.datasource.fluent.interfaces import Batch

Broken = dict[str, Any]
"""What breaks a rule, as the rule's query selects it."""

Rows = Iterable[Sequence[object]]

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """By rule: what breaks it; and why it could not be evaluated at all."""

    broken: dict[str, list[Broken]]
    errors: dict[str, str]


class SuiteRunner:
    """The suites bound to a database of their own; one thread at a time."""

    def __init__(self) -> None:
        uri = f"file:nianbao_{os.getpid()}_{next(_numbers)}?mode=memory&cache=shared"
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        for suite in SUITES.values():
            self._create_tables(suite)
        self._suites, self._batches = _context(f"sqlite:///{uri}&uri=true&check_same_thread=false")

    def run(self, suite: str, tables: Mapping[str, Rows]) -> SuiteResult:
        """Validate `tables`, by their names in the suite's SQL; those that are not given are empty."""
        definition = SUITES[suite]
        for name in definition.columns.keys() - definition.fixed.keys():
            self._database.execute(f"DELETE FROM {definition.table(name)}")
            self._insert(definition, name, tables.get(name, ()))
        self._database.commit()
        return _sorted(self._batches[suite].validate(self._suites[suite], result_format="COMPLETE").results)

    def _create_tables(self, suite: SuiteDefinition) -> None:
        for name, columns in suite.columns.items():
            self._database.execute(f"CREATE TABLE {suite.table(name)} ({', '.join(columns)})")
            self._insert(suite, name, suite.fixed.get(name, ()))
            if name in suite.fixed:
                self._database.execute(f"CREATE INDEX by_address_{suite.name} ON {suite.table(name)} (address, rule)")
        self._database.commit()

    def _insert(self, suite: SuiteDefinition, name: str, rows: Rows) -> None:
        marks = ", ".join("?" * len(suite.columns[name]))
        self._database.executemany(f"INSERT INTO {suite.table(name)} VALUES ({marks})", rows)


def _context(connection_string: str) -> tuple[dict[str, ExpectationSuite], dict[str, Batch]]:
    """The Data Context's suites and batches, by suite. The first call in a process imports Great Expectations."""
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from tqdm import tqdm

    tqdm.monitor_interval = (
        0  # it draws nothing here: no thread that watches it, for processes are forked from this one
    )
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sqlite("report", connection_string=connection_string)
    suites: dict[str, ExpectationSuite] = {}
    batches: dict[str, Batch] = {}
    for name, suite in SUITES.items():
        asset = source.add_table_asset(name, table_name=suite.table("batch"))
        batches[name] = asset.add_batch_definition_whole_table("reports").get_batch()
        suites[name] = context.suites.add(suite.expectation_suite())
    return suites, batches


def _sorted(results: Sequence[ExpectationValidationResult]) -> SuiteResult:
    broken: dict[str, list[Broken]] = {}
    errors: dict[str, str] = {}
    for result in results:
        rule: str = result.expectation_config.meta["rule"]  # type: ignore[union-attr]
        details = (result.result or {}).get("details")
        if details is None:
            errors[rule] = _why(result.exception_info)
        elif not result.success:
            broken[rule] = details["unexpected_rows"]
    return SuiteResult(broken, errors)


def _why(exception_info: Any) -> str:  # noqa: ANN401 - Great Expectations nests it by metric or does not
    return str(exception_info or "no result")


_lock = threading.Lock()
_runner: SuiteRunner | None = None


def run_suite(suite: str, tables: Mapping[str, Rows]) -> SuiteResult:
    """Validate with this process's runner, which is made at the first call (that takes seconds)."""
    global _runner
    with _lock:
        _runner = _runner or SuiteRunner()
        return _runner.run(suite, tables)


def forget() -> None:
    """Have the next call make another runner: so does a forked child, for no lock and no connection survives a fork."""
    global _lock, _runner
    _lock, _runner = threading.Lock(), None


os.register_at_fork(after_in_child=forget)
