"""`nianbao read`: what people and programs are told of a file on disk."""

import json
import random

import pytest
from typer.testing import CliRunner

from expectations.forms import FORMS
from flows.cli import app
from tasks.samples import SampleReport, consistent_figures, draw_pdf

FIGURES = consistent_figures(FORMS["2021"], random.Random(5))
WRONG = "table3.granted.research"
KEYS = [
    "file",
    "sha256",
    "media_type",
    "pages",
    "outcome",
    "reason",
    "message",
    "agency",
    "year",
    "form",
    "title",
    "published_on",
    "findings",
    "table2",
    "table3",
    "table4",
    "readings",
    "seconds",
]


@pytest.fixture
def files(tmp_path):
    """A sound report, one with a wrong sum, and no report: under a name that looks like markup of the terminal."""
    folder = tmp_path / "[b"
    folder.mkdir()
    wrong = FIGURES | {WRONG: FIGURES[WRONG] + 2}
    bodies = {
        "good].pdf": draw_pdf(SampleReport("青岚市统计局", 2023, "2021", FIGURES)),
        "wrong].pdf": draw_pdf(SampleReport("青岚市统计局", 2023, "2021", wrong)),
        "empty].pdf": b"",
    }
    for name, body in bodies.items():
        (folder / name).write_bytes(body)
    return [str(folder / name) for name in bodies]


def _run(*arguments, code=0):
    done = CliRunner().invoke(app, ["read", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_people_read_the_outcome_and_what_is_wrong_where(files):
    told = _run(*files, code=4)
    heads = [f"{outcome}　{file}" for outcome, file in zip(("通过", "隔离，待人工核对", "拒收"), files, strict=True)]
    assert [line for line in told.splitlines() if line in heads] == heads
    assert "青岚市统计局　2023　2021 年式" in told
    assert "严重　T3.ROW_SUM 表三“（一）予以公开”行" in told
    assert "说明　DOC.EMPTY" in told


def test_people_see_each_figure_with_its_place(files):
    told = _run("--evidence", files[0])
    assert all(name in told for name in ("表二", "表三", "表四", "结果维持"))


def test_programs_get_a_line_a_file_with_the_fields_of_the_contract(files):
    good, wrong, empty = map(json.loads, _run("--json", *files).splitlines())
    assert list(good) == list(wrong) == list(empty) == KEYS
    assert (good["outcome"], good["findings"], good["reason"]) == ("validated", [], None)
    assert good["table3"]["granted"]["research"] == FIGURES[WRONG]
    assert (empty["outcome"], empty["reason"], empty["table3"]) == ("rejected", "DOC.EMPTY", None)


def test_a_finding_carries_its_operands_and_the_suspect(files):
    (record,) = map(json.loads, _run("--json", files[1]).splitlines())
    row = record["findings"][0]
    assert (row["rule"], row["where"], row["left"] - row["right"]) == ("T3.ROW_SUM", "table3.granted", 2)
    assert row["suspect"] == {"address": WRONG, "balancing_value": FIGURES[WRONG]}
    cell = next(cell for cell in row["cells"] if cell["address"] == WRONG)
    assert (cell["value"], cell["raw"]) == (FIGURES[WRONG] + 2, str(FIGURES[WRONG] + 2))
    assert cell["page"] >= 1
    assert len(cell["bbox"]) == 4


def test_evidence_has_every_cell(files):
    (record,) = map(json.loads, _run("--json", "--evidence", files[0]).splitlines())
    assert [cell["address"] for cell in record["cells"]] == [f.address for f in FORMS["2021"].figures()]
