"""The headline figures of the README, and that their scorer can tell right from wrong."""

import copy
import json

import pytest

from tests.corpus.score import CORPUS, answer, score, score_all


def test_every_document_of_the_corpus_is_read_as_it_is_printed(monkeypatch):
    """As a machine without LibreOffice reads it; `tests/office` reads the old Word document among them."""
    monkeypatch.setenv("NIANBAO_SOFFICE", "off")
    scores = score_all()
    faults = [f"{one.doc_id} {one.file}: {fault}" for one in scores for fault in one.faults]
    assert not faults, "\n".join(faults)
    assert sum(one.silent for one in scores) == 0
    assert (len(scores), sum(one.cells for one in scores)) == (24, 3389)


@pytest.fixture(scope="module")
def sample():
    """A truth and its answer."""
    truth = json.loads((CORPUS / "truth" / "dev-25.json").read_text(encoding="utf-8"))
    return truth, answer(CORPUS / truth["file"])


@pytest.mark.parametrize(
    ("change", "fault", "silent"),
    [
        ({"table3": ("new", "total", 999999)}, "table3.new.total: 999999, is", 1),
        ({"table3": ("new", "total", None)}, "table3.new.total: None, is", 1),
        ({"table4": None}, "table4.review.upheld: not read", 15),
        ({"agency": "澜山县"}, "agency: 澜山县, is 澜山县公安局", 1),
        ({"year": 2020}, "year: 2020, is 2021", 1),
        ({"form": "2019"}, "form: 2019, is 2021", 0),
        ({"outcome": "quarantined", "reason": "T3.ROW_SUM"}, "outcome: quarantined, should be validated", 0),
    ],
)
def test_the_scorer_sees_what_is_wrong(sample, change, fault, silent):
    truth, found = sample[0], copy.deepcopy(sample[1])
    assert score(truth, found).faults == ()
    for name, value in change.items():
        if isinstance(value, tuple):
            row, column, figure = value
            found[name][row][column] = figure
        else:
            found[name] = value
    told = score(truth, found)
    assert any(one.startswith(fault) for one in told.faults), told.faults
    assert told.silent == silent
