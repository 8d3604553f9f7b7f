"""The recipes of docs/downstream.md, each run as it stands there against a real S3 server."""

import re
from pathlib import Path

import pytest

from tasks.lake.marts.compact import compact

DOCS = Path(__file__).parents[2] / "docs" / "downstream.md"
RECIPES = dict(re.findall(r"```python (\w+)\n(.*?)```", DOCS.read_text(), re.DOTALL))


@pytest.fixture
def expected(s3, buckets, ledger, make, published):
    """The lake with two agencies and two years, compacted; the rows that a recipe should find."""
    rows = []
    for number, (agency, year) in enumerate((a, y) for a in ("望川市商务局", "淮安市人民政府") for y in (2023, 2024)):
        report = make.report(agency=agency, year=year, step=number)
        published(make.source(key=f"{number}.pdf", etag=f"e{number}"), report, make.validated)
        rows += [(agency, year, c.value) for c in report.cells if c.address == "table3.new.total"]
    for year in (2023, 2024):
        compact(s3, buckets, ledger, year)
    return sorted(rows)


def test_there_is_a_recipe_for_each_tool():
    assert set(RECIPES) == {"duckdb", "polars", "pandas"}


@pytest.mark.parametrize("tool", RECIPES)
def test_the_recipe_finds_what_was_published(tool, buckets, expected, monkeypatch):
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    names = {}
    exec(RECIPES[tool].replace("lake/marts", f"{buckets.lake.bucket}/marts"), names)
    assert names["result"] == expected
