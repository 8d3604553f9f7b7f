"""Faults of the source itself, which must be told, and told rightly."""

from __future__ import annotations

import random
from decimal import Decimal

from tests.plausible.document import Draft
from tests.plausible.edits.kinds import ALL, kind


@kind(*ALL)
def wrong_figure(draft: Draft, rng: random.Random) -> None:
    """A figure of table 3 or 4 that its sums do not bear."""
    cell = draft.pick(rng, "table3", "table4", busy=False)
    value = int(draft.figures[cell.address]) + rng.randrange(1, 10)
    cell.text, draft.figures[cell.address] = str(value), value


@kind(*ALL)
def negative_count(draft: Draft, rng: random.Random) -> None:
    counts = [c for c in draft.figures_in("table2") if not c.address.endswith((".change", ".amount", ".amount_wan"))]
    cell, value = rng.choice(counts), -rng.randrange(1, 20)
    cell.text, draft.figures[cell.address] = str(value), value
    draft.violations |= {"T2.NEGATIVE"}


@kind(*ALL)
def fractional_count(draft: Draft, rng: random.Random) -> None:
    cell = draft.pick(rng, "table2")
    value = Decimal(rng.randrange(1, 99)) + Decimal("0.5")
    cell.text, draft.figures[cell.address] = str(value), value
    draft.violations |= {"T2.NOT_A_COUNT"}


@kind(*ALL)
def form_of_other_year(draft: Draft, rng: random.Random) -> None:
    """The old form in 2021 or later, or the new one before."""
    old = str(draft.year)
    draft.year = rng.randrange(2022, 2025) if draft.form.code == "2019" else 2020
    for block in draft.blocks:
        for run in getattr(block, "runs", ()):
            run.text = run.text.replace(str(int(old) + 1), str(draft.year + 1)).replace(old, str(draft.year))
    draft.file_stem, draft.page_title = "nb", ""
    draft.violations |= {"FORMAT.YEAR_MISMATCH"}


@kind(*ALL)
def missing_table(draft: Draft, rng: random.Random) -> None:
    """A statutory table is not there at all, nor its section."""
    name = rng.choice(("table3", "table4"))
    at = draft.blocks.index(draft.table(name))
    del draft.blocks[at - 1 : at + 1]
    draft.figures = {a: v for a, v in draft.figures.items() if not a.startswith(name)}
    draft.violations |= {f"T{name[-1]}.MISSING_TABLE"}
    draft.also |= {"DOC.SECTIONS"}


@kind(*ALL)
def total_left_blank(draft: Draft, rng: random.Random) -> None:
    """A total left blank beside filled parts: a warning, no more."""
    cells = [c for t in draft.tables() if t.name != "table2" for c in t.figures()]
    cell = rng.choice(
        [c for c in cells if c.address.endswith(".total") and c.address.count(".") >= 2 and draft.figures[c.address]]
    )
    cell.text, draft.figures[cell.address] = "", 0
    draft.options.add("blank_total")
