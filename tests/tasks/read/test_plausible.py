"""Plausible documents: read exactly, or not validated, and no agency is blamed for what it did not do.

A small form of `python -m tests.plausible`, which makes as many as one likes.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.plausible.edits import KINDS
from tests.plausible.judge import PLAIN, judge_all, make
from tests.plausible.render import MEDIA

pairs = st.sampled_from([(kind.name, medium) for kind in KINDS.values() for medium in kind.media])


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(pair=pairs, number=st.integers(0, 10**6))
def test_exact_or_in_doubt(pair, number):
    result = judge_all([make(*pair, number)])[0]
    assert result.outcome in ("exact", "doubt"), (*pair, number, result.why)


@pytest.mark.parametrize("medium", MEDIA)
def test_a_plain_report_is_read(medium):
    results = judge_all([make(PLAIN, medium, number) for number in range(3)])
    assert [r.outcome for r in results].count("exact") >= 2, [r.why for r in results]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_made(kind):
    plain, changed = make(PLAIN, "html", 0), make(kind, KINDS[kind].media[-1], 0)
    assert changed.body
    assert changed.body != plain.body


def test_a_wrong_reading_is_noticed():
    examples = [make(PLAIN, "html", number) for number in range(4)]
    figure, agency, year, unbroken = (e.draft for e in examples)
    figure.figures["table2.licensing.decisions"] += 1
    agency.agency += "办公室"
    year.year -= 1
    unbroken.undecidable = True
    assert [r.outcome for r in judge_all(examples)] == ["SILENT"] * 4


def test_an_unfair_word_is_noticed():
    example = make("negative_count", "html", 0)
    assert judge_all([example])[0].outcome == "exact"
    example.draft.violations.clear()
    assert judge_all([example])[0].outcome == "accused"
