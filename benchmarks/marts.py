"""How compaction and queries grow with the lake. `uv run python -m benchmarks.marts [N...] [PLOT.svg]`.

For each N (1,000 to 160,000), a made-up national year is compacted from memory: for each part its report versions, as
they are after they were fetched, are made into the nine marts' files on the local disk, two parts at a time, as
`tasks.lake.marts.compact` does. The making of the figures is not counted. Then one report changes and its part is made
again, and queries over all files are timed. Each N runs in a process of its own, whose peak memory is printed. The
growth is drawn into the SVG.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from expectations.evidence import Cell
from expectations.forms import FORMS
from tasks.lake.marts.build import Material, build, relation_rows
from tasks.lake.marts.parts import part_of, parts_for
from tasks.lake.rows import Judged, tables
from tasks.lake.schemas import LAKE_TABLES
from tasks.lake.versions import Tables, nested
from tasks.names import mart_name
from tasks.samples.figures import consistent_figures
from tasks.values import Document, Report, ReportSection, Verdict
from tasks.values import Source as LandedSource

SIZES = (1_000, 4_000, 16_000, 40_000, 160_000)
TEMPLATES = 400
"""Reports with figures of their own; the others repeat them under other names, which costs the same."""

AT_ONCE = 2

PHRASES = (
    "本机关",
    "依法公开",
    "政府信息",
    "公开申请",
    "办理结果",
    "《条例》规定，",
    "主动公开",
    "年度报告",
    "自1月1日起。",
)

QUERIES = {
    "one agency": "SELECT * FROM applications WHERE agency = (SELECT min(agency) FROM reports)",
    "sum by row": "SELECT row, sum(total) FROM applications GROUP BY row ORDER BY 2 DESC",
    "most new": "SELECT agency, total FROM applications WHERE row = 'new' ORDER BY total DESC LIMIT 20",
    "evidence of one cell": "SELECT page, raw FROM cells JOIN reports USING (report_id, year) "
    "WHERE address = 'table3.new.total' AND reports.agency = (SELECT max(agency) FROM reports)",
}


def template(number: int) -> Tables:
    """One report's tables, as large as real ones: its cells with evidence, six sections of some 400 characters."""
    rng = random.Random(number)
    form = FORMS["2021"]
    figures = consistent_figures(form, rng)
    left, top = 60 + rng.random(), 90 + rng.random()
    cells = tuple(
        Cell(
            f.address,
            figures.get(f.address),
            str(figures.get(f.address) or 0),
            2 + place // 90,
            _box(place, left, top),
            "lines",
        )
        for place, f in enumerate(form.figures())
    )
    sections = tuple(ReportSection(s.number, s.heading, "".join(rng.choices(PHRASES, k=60))) for s in form.sections)
    report = Report(
        "政府信息公开工作年度报告", "机关", 2024, None, {"table2": "2021", "table3": "2021", "table4": "2021"},
        cells, sections, (), (), "lines", "tokens",
    )  # fmt: skip
    source = LandedSource(
        "landing", f"{number}.pdf", f"{number:032x}", 100_000, datetime.now(UTC), f"{number:064x}", b""
    )
    return tables(Judged(source, Document("x.pdf", "application/pdf", 6, b""), report, Verdict("validated", ())))


def _box(place: int, left: float, top: float) -> tuple[float, float, float, float]:
    x, y = left + place % 7 * 61.3, top + place // 7 % 30 * 20.7
    return x, y, x + 6.2, y + 10.4


def named(templates: pa.Table, ids: Sequence[str], agencies: Mapping[str, str]) -> pa.Table:
    """As many reports of other agencies, with the figures of the templates."""
    found = templates.take(pa.array([int(i, 16) % len(templates) for i in ids]))
    for column, values in (("report_id", ids), ("agency", [agencies[i] for i in ids])):
        place = found.schema.get_field_index(column)
        found = found.set_column(place, found.schema.field(place), pa.array(values, pa.string()))
    return found


def make_part(folder: Path, material: Material) -> None:
    """One part's files, where a reader of all finds them."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        for table, path in build(material, "g", Path(name)).items():
            target = folder / mart_name(table, 2024, material.part)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)


def measure(number: int) -> dict[str, float]:
    """Seconds and bytes for a year of so many reports."""
    templates = pa.concat_tables([nested(template(one)) for one in range(TEMPLATES)]).combine_chunks()
    agencies = {f"{one * 2654435761 % 2**64:016x}": f"{one * 7919 % number:06d}号机关" for one in range(number)}
    parts = parts_for(number)
    ids: dict[int, list[str]] = {}
    for one in agencies:
        ids.setdefault(part_of(one, parts), []).append(one)
    none = relation_rows([])
    made = [0.0]

    def one_part(part: int, folder: Path) -> None:
        start = time.perf_counter()
        versions = named(templates, ids[part], agencies)
        made[0] += time.perf_counter() - start
        make_part(folder, Material(part, parts, {}, (), versions, none))

    with tempfile.TemporaryDirectory(prefix="nianbao-marts-bench-") as name:
        folder = Path(name, "lake")
        folder.mkdir()
        start = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(lambda part: one_part(part, folder), ids))
        compaction = time.perf_counter() - start - made[0] / AT_ONCE
        changed = next(iter(agencies))
        part = part_of(changed, parts)
        old = {table: folder / mart_name(table, 2024, part) for table in LAKE_TABLES}
        start = time.perf_counter()
        make_part(folder, Material(part, parts, old, {changed}, named(templates, [changed], agencies), none))
        update = time.perf_counter() - start
        files = sorted(folder.rglob("cells/*/*.parquet"))
        figures = len(FORMS["2021"].figures())
        assert sum(pq.ParquetFile(path).metadata.num_rows for path in files) == figures * number
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        queries = {query: _query(folder, sql) for query, sql in QUERIES.items()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "reports": number,
        "compaction": compaction,
        "update": update,
        "MB": size / 1e6,
        "peak MiB": peak,
        **queries,
    }


def _query(folder: Path, sql: str) -> float:
    with duckdb.connect() as connection:
        for table in LAKE_TABLES:
            connection.execute(f"CREATE VIEW {table} AS SELECT * FROM '{folder}/marts/{table}/*/*.parquet'")
        start = time.perf_counter()
        connection.execute(sql).fetchall()
        return time.perf_counter() - start


def plot(found: list[dict[str, float]], path: Path) -> None:
    """Draw how seconds, queries and memory grow with the number of reports, on logarithmic axes."""
    from matplotlib import pyplot as plt

    numbers = [one["reports"] for one in found]
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.6), layout="constrained")
    left.plot(numbers, [one["compaction"] for one in found], "o-", label="all reports are new")
    left.plot(numbers, [one["update"] for one in found], "s-", label="one changed")
    left.plot(numbers, [number / 5000 for number in numbers], ":", color="gray", label="5,000 reports a second")
    for query in QUERIES:
        middle.plot(numbers, [one[query] for one in found], "o-", label=query)
    right.plot(numbers, [one["peak MiB"] for one in found], "o-", label="peak memory (with the benchmark's own)")
    titles = ("seconds of a compaction", "seconds of a query over a year", "MiB")
    for axes, title in zip((left, middle, right), titles, strict=True):
        axes.set(title=title, xlabel="reports of the year", xscale="log", ylim=(0, None) if axes is right else None)
        if axes is not right:
            axes.set_yscale("log")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=7)
    figure.savefig(path, metadata={"Date": None})


def main(words: list[str]) -> None:
    """Each size in a process of its own."""
    if words[:1] == ["--one"]:
        print(json.dumps(measure(int(words[1]))))
        return
    target = Path(words.pop()) if words[-1:] and words[-1].endswith(".svg") else None
    found = []
    for number in [int(word) for word in words] or SIZES:
        command = [sys.executable, __file__, "--one", str(number)]
        found.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
        rate = found[-1]["reports"] / found[-1]["compaction"]
        print({key: round(value, 2) for key, value in found[-1].items()}, f"{rate:.0f} reports a second", flush=True)
    if target:
        plot(found, target)


if __name__ == "__main__":
    main(sys.argv[1:])
