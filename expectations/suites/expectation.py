"""The one custom expectation: no rows may break a statutory rule.

`UnexpectedRowsExpectation` fits but for two things: it shows at most 200 rows, where every broken figure of many
reports must be told, and it asks the database twice. Importing this module imports Great Expectations: seconds.
"""

from __future__ import annotations

from typing import Any, ClassVar

from great_expectations.compatibility import pydantic
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.query_metrics.query_table.unexpected_rows_query_table import (
    UnexpectedRowsQueryTable,
)

_METRIC = "statutory_rule.broken"


class StatutoryRuleBroken(UnexpectedRowsQueryTable):
    """All rows that the rule's query selects."""

    metric_name = _METRIC

    @classmethod
    def _get_sqlalchemy_records_from_substituted_batch_subquery(cls, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        return super()._get_sqlalchemy_records_from_substituted_batch_subquery(*args, **kwargs | {"fetch_all": True})


class ExpectStatutoryRuleToHold(UnexpectedRowsExpectation):
    """Expect `unexpected_rows_query`, which selects whatever breaks the rule, to select nothing."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (_METRIC,)
    _configuration: ExpectationConfiguration | None = pydantic.PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """As ever, but made once: Great Expectations asks for it forty times a validation."""
        if self._configuration is None:
            self._configuration = super().configuration
        return self._configuration

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,  # noqa: ANN401
    ) -> dict[str, Any]:
        rows = metrics[_METRIC]
        return {
            "success": not rows,
            "result": {"observed_value": len(rows), "details": {"unexpected_rows": rows}},
        }
