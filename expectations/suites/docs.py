"""Great Expectations' Data Docs: a static site with every suite and what the last validation of a batch gave.

For those who know Great Expectations: the receipt page is what uploaders get. The site's pages load styles and icons
from other hosts; without the internet they are plain.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from pathlib import Path

from expectations.suites.runner import Rows
from expectations.suites.suite import SUITES, SuiteDefinition

_SITE = "nianbao"


def build_data_docs(target: Path, batches: Mapping[str, Mapping[str, Rows]]) -> Path:
    """Validate `batches` (for each suite the rows of its tables) and write the site to `target`; returns its index."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "reports.sqlite"
        for suite, tables in batches.items():
            _fill(database, SUITES[suite], tables)
        _build(Path(folder), database, target.resolve(), list(batches))
    return target / "index.html"


def _fill(database: Path, suite: SuiteDefinition, tables: Mapping[str, Rows]) -> None:
    connection = sqlite3.connect(database)
    for name, columns in suite.columns.items():
        connection.execute(f"CREATE TABLE {suite.table(name)} ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        rows = suite.fixed.get(name) or tables.get(name, ())
        connection.executemany(f"INSERT INTO {suite.table(name)} VALUES ({marks})", rows)
    connection.commit()
    connection.close()


def _build(folder: Path, database: Path, target: Path, names: list[str]) -> None:
    import great_expectations as gx
    from great_expectations.checkpoint.actions import UpdateDataDocsAction, ValidationAction
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="file", project_root_dir=folder)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(target)}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    for site in list(context.get_site_names()):
        context.delete_data_docs_site(site)
    context.add_data_docs_site(
        _SITE, {"class_name": "SiteBuilder", "store_backend": backend, "site_index_builder": index}
    )
    source = context.data_sources.add_sqlite("reports", connection_string=f"sqlite:///{database}")
    definitions = []
    for name in names:
        asset = source.add_table_asset(name, table_name=SUITES[name].table("batch"))
        batch = asset.add_batch_definition_whole_table("all")
        suite = context.suites.add(SUITES[name].expectation_suite())
        definitions.append(
            context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
        )
    actions: list[ValidationAction] = [UpdateDataDocsAction(name="docs", site_names=[_SITE])]
    context.checkpoints.add(gx.Checkpoint(name="all", validation_definitions=definitions, actions=actions)).run()
    context.build_data_docs(site_names=[_SITE])
