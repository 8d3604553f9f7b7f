"""Merging sorted tables into one, a window of reports at a time: memory does not grow with the number of reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ranks = npt.NDArray[np.int32]


def in_order(agencies: Mapping[str, str]) -> dict[str, int]:
    """The place of each report id in a mart: by agency, then by id."""
    ids = sorted(agencies, key=lambda report_id: (agencies[report_id], report_id))
    return {report_id: place for place, report_id in enumerate(ids)}


class Source:
    """Tables of one kind whose rows come in the order of `ranks`; rows of other reports are left out."""

    def __init__(self, tables: Iterable[pa.Table], ranks: Mapping[str, int]) -> None:
        self._tables = iter(tables)
        self._ranks = ranks
        self._ready: list[tuple[Ranks, pa.Table]] = []

    def before(self, rank: int) -> Iterator[tuple[Ranks, pa.Table]]:
        """The rows that come next, up to the report at `rank`, with the rank of each."""
        while self._ready or self._next():
            ranks, table = self._ready.pop()
            cut = int(np.searchsorted(ranks, rank))
            if cut:
                yield ranks[:cut], table.slice(0, cut)
            if cut < len(ranks):
                self._ready.append((ranks[cut:], table.slice(cut)))
                return

    def _next(self) -> bool:
        for table in self._tables:
            ranks = ranks_of(table, self._ranks)
            if (ranks < 0).any():
                table, ranks = table.filter(pa.array(ranks >= 0)), ranks[ranks >= 0]
            if len(ranks):
                self._ready.append((ranks, table))
                return True
        return False


def ranks_of(table: pa.Table, ranks: Mapping[str, int]) -> Ranks:
    """The rank of each row, -1 for a report that has none; a report's rows stand together and are looked up once."""
    found: list[Ranks] = [np.empty(0, np.int32)]
    for chunk in table["report_id"].chunks:
        runs = pc.run_end_encode(chunk)
        lengths = np.diff(np.asarray(runs.run_ends), prepend=0)
        found.append(np.repeat(np.array([ranks.get(one, -1) for one in runs.values.to_pylist()], np.int32), lengths))
    return np.concatenate(found)


def merged(sources: Sequence[Source], reports: int, window: int) -> Iterator[pa.Table]:
    """The rows of all `sources` in one order, `window` of the `reports` at a time; a report's rows keep theirs."""
    for start in range(0, reports, window):
        parts = [part for source in sources for part in source.before(start + window)]
        if parts:
            yield _sorted(parts)


def _sorted(parts: Sequence[tuple[Ranks, pa.Table]]) -> pa.Table:
    together = pa.concat_tables([table for _, table in parts])
    ranks = np.concatenate([ranks for ranks, _ in parts])
    if (np.diff(ranks) >= 0).all():
        return together
    return together.unify_dictionaries().take(pa.array(np.argsort(ranks, kind="stable")))
