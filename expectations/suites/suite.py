"""The Great Expectations side: an ephemeral context, SQLite in memory, one named suite, run again and again.

One long table of cells with a SQL expectation a rule costs a fifth of the same rules on data frames (`facts.md`).
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import astuple
from typing import Any, cast

from expectations.forms import FORMS, identities
from expectations.rules import RULES
from expectations.suites.cells import COLUMNS, CellRow
from expectations.suites.queries import QUERIES

SUITE = "annual_report"
Broken = dict[str, Any]
"""A row that breaks a rule, as the rule's query selects it."""

_numbers = itertools.count()
_local = threading.local()


class Suite:
    """The suite bound to a database of its own; not for more than one thread at a time."""

    def __init__(self) -> None:
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        import great_expectations as gx
        from great_expectations.data_context.types.base import ProgressBarsConfig

        uri = f"file:nianbao{os.getpid()}_{next(_numbers)}?mode=memory&cache=shared"
        self.database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._create_tables()
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        source = context.data_sources.add_sqlite("reports", connection_string=f"sqlite:///{uri}&uri=true")
        batch = source.add_table_asset("cells", table_name="cells").add_batch_definition_whole_table("all")
        suite = context.suites.add(gx.ExpectationSuite(name=SUITE, expectations=_expectations()))
        definition = gx.ValidationDefinition(name=SUITE, data=batch, suite=suite)
        self.validation = context.validation_definitions.add(definition)

    def broken(self, rows: Sequence[CellRow]) -> tuple[dict[str, list[Broken]], dict[str, str]]:
        """For each rule that failed the rows that break it; and for each that could not be evaluated, why."""
        self.database.execute("DELETE FROM cells")
        marks = ", ".join("?" * len(COLUMNS))
        self.database.executemany(f"INSERT INTO cells VALUES ({marks})", [astuple(row) for row in rows])
        self.database.commit()
        found: dict[str, list[Broken]] = {}
        errors: dict[str, str] = {}
        for result in self.validation.run(result_format="COMPLETE").results:
            rule = cast(Any, result.expectation_config).meta["rule"]
            raised = (result.exception_info or {}).get("exception_message")
            if raised or "details" not in (result.result or {}):
                errors[rule] = str(raised or "no result")
            elif not result.success:
                found[rule] = result.result["details"]["unexpected_rows"]
        return found, errors

    def _create_tables(self) -> None:
        self.database.execute(f"CREATE TABLE cells ({', '.join(COLUMNS)})")
        self.database.execute("CREATE TABLE operands (form, rule, place, side, address)")
        rows = (
            (form.code, identity.rule, identity.where, side, address)
            for form in FORMS.values()
            for identity in identities(form)
            for side, addresses in (("left", identity.left), ("right", identity.right))
            for address in addresses
        )
        self.database.executemany("INSERT INTO operands VALUES (?, ?, ?, ?, ?)", rows)
        self.database.commit()


def _expectations() -> list[Any]:
    from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
    from great_expectations.expectations.metadata_types import FailureSeverity

    return [
        UnexpectedRowsExpectation(
            unexpected_rows_query=query,
            severity=FailureSeverity(RULES[code].severity),
            description=f"{RULES[code].title}：{RULES[code].formula}",
            meta={"rule": code, "basis": RULES[code].basis},
        )
        for code, query in QUERIES.items()
    ]


def suite() -> Suite:
    """This thread's suite, made at its first use: that takes seconds, for the import of Great Expectations."""
    if getattr(_local, "owner", None) != os.getpid():
        _local.suite, _local.owner = Suite(), os.getpid()
    return _local.suite  # type: ignore[no-any-return]
