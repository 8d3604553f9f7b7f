"""One agency in the lake: its years beside each other, and what was found in its reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tasks.lake.query import connect
from tasks.settings import Buckets

_BOUNDED = {"memory_limit": "512MB"}

_FIGURES = """
SELECT 'table3.' || row || '.total' AS address, year, total::DECIMAL(18, 4) FROM applications WHERE agency = $name
UNION ALL SELECT 'table2.' || item || '.' || measure, year, value FROM disclosures WHERE agency = $name
UNION ALL SELECT 'table4.' || proceeding || '.total', year, total FROM disputes WHERE agency = $name
UNION ALL SELECT 'table4.' || proceeding || '.corrected', year, corrected FROM disputes WHERE agency = $name
"""
_FINDINGS = """
SELECT year, severity, rule, message FROM findings WHERE agency = $name AND outcome = 'fail'
UNION ALL SELECT year, severity, rule, message FROM relations WHERE agency = $name
ORDER BY year DESC, severity, rule LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class Agency:
    """Its figures by address and year, totals only; and findings as year, severity, rule and message."""

    figures: Mapping[str, Mapping[int, Decimal | None]]
    findings: Sequence[tuple[int, str, str, str]]


def agency(name: str, buckets: Buckets | None = None) -> Agency:
    """What the lake has of the agency of just this name."""
    with connect(buckets, settings=_BOUNDED) as lake:
        figures: dict[str, dict[int, Decimal | None]] = {}
        for address, year, value in lake.execute(_FIGURES, {"name": name}).fetchall():
            figures.setdefault(address, {})[year] = value
        return Agency(figures, lake.execute(_FINDINGS, {"name": name}).fetchall())
