"""Each rule on a document as a whole: a file that breaks it; and a sound report of the same type that breaks none."""

import io
import random
import time

import pytest
from reportlab.pdfgen.canvas import Canvas

from expectations.forms import FORMS
from expectations.rules import RULES
from tasks.errors import Rejected
from tasks.judge.validate import validate
from tasks.read import guard
from tasks.read.recognise import MAX_BYTES, MAX_PAGES, recognise
from tasks.read.report import read
from tasks.samples import SampleReport, consistent_figures, draw_budget, draw_pdf
from tests.guarded import limit

AGENCY = "青岚市统计局"
NAME = "青岚市统计局2023年政府信息公开工作年度报告"
FIGURES = consistent_figures(FORMS["2021"], random.Random(7))
GOOD = draw_pdf(SampleReport(AGENCY, 2023, "2021", FIGURES))
HEADINGS = [f"{section.number}、{section.heading}\n本年度情况如下。" for section in FORMS["2021"].sections]


class _Nameless(SampleReport):
    """A report whose title says neither whose it is nor of which year."""

    title = "政府信息公开工作年度报告"


NAMELESS = draw_pdf(_Nameless("特此报告。", 2023, "2021", FIGURES))


def _text(title=NAME, headings=HEADINGS):
    return "\n".join([title, *headings]).encode()


def _blank_pdf(pages=1, encrypt=None, picture=False):
    body = io.BytesIO()
    canvas = Canvas(body, encrypt=encrypt)
    for _ in range(pages):
        if picture:
            canvas.drawInlineImage(_picture(), 0, 0, 595, 842)
        canvas.showPage()
    canvas.save()
    return body.getvalue()


def _picture():
    from PIL import Image

    return Image.effect_noise((60, 85), 80)


REJECTED = {
    "DOC.EMPTY": ("a.pdf", b""),
    "DOC.UNSUPPORTED_TYPE": ("a.doc", b"\x89PNG" + bytes(100)),
    "DOC.TYPE_MISMATCH": ("a.pdf", b"<!DOCTYPE html><html><body>x</body></html>"),
    "DOC.CORRUPT": ("a.pdf", GOOD[: len(GOOD) // 3]),
    "DOC.ENCRYPTED": ("a.pdf", _blank_pdf(encrypt="secret")),
    "DOC.TOO_MANY_PAGES": ("a.pdf", _blank_pdf(MAX_PAGES + 1)),
    "DOC.TOO_LARGE": ("a.pdf", b"%PDF-" + bytes(MAX_BYTES)),
    "DOC.NO_TEXT_LAYER": ("a.pdf", _blank_pdf(picture=True)),
    "DOC.NOT_ANNUAL_REPORT": ("a.pdf", draw_budget(AGENCY, 2023)),
    "FORMAT.UNSUPPORTED_YEAR": ("a.txt", _text(NAME.replace("2023", "2017"))),
}
REMARKED = {
    "DOC.YEAR_MISMATCH": ("2021年年报.pdf", GOOD, "warning"),
    "DOC.SECTIONS": (f"{NAME}.txt", _text(headings=HEADINGS[:-1]), "warning"),
    "DOC.AGENCY_DOUBT": ("a.txt", _text(headings=[*HEADINGS, "青岚市水利局", "2024年1月20日"]), "critical"),
    "DOC.YEAR_DOUBT": ("a.txt", _text(f"{NAME}\n统计期限自2022年1月1日至2022年12月31日。"), "critical"),
    "DOC.NO_AGENCY": ("a.pdf", NAMELESS, "critical"),
    "DOC.NO_YEAR": ("a.pdf", NAMELESS, "critical"),
}
ELSEWHERE = {
    "DOC.TOO_SLOW": "below",
    "DOC.DUPLICATE": "test_receipt.py, against a real S3 server",
    "DOC.RETRACTED": "test_retract.py, against a real S3 server",
}


def _findings(name, body):
    return validate(read(recognise(name, body))).findings


@pytest.mark.parametrize("rule", REJECTED)
def test_a_file_that_is_no_readable_report_is_rejected_with_its_reason(rule):
    with pytest.raises(Rejected) as rejected:
        read(recognise(*REJECTED[rule]))
    assert rejected.value.code == rule


@pytest.mark.parametrize("rule", REMARKED)
def test_a_report_with_a_flaw_has_a_finding_that_says_so(rule):
    name, body, severity = REMARKED[rule]
    assert [f.severity for f in _findings(name, body) if f.rule == rule] == [severity]


def test_a_sound_report_breaks_none_of_them():
    assert _findings(f"{NAME}.pdf", GOOD) == ()
    document_rules = {f.rule for f in _findings(f"{NAME}.txt", _text())} & {*REJECTED, *REMARKED}
    assert document_rules == set()


def test_the_files_name_may_serve_with_a_warning():
    found = {f.rule: f.severity for f in _findings(f"{NAME}.pdf", NAMELESS)}
    assert found == {"DOC.NO_AGENCY": "warning", "DOC.NO_YEAR": "warning"}


def test_a_reading_that_takes_too_long_is_stopped(monkeypatch):
    limit(monkeypatch, wall_seconds=1)
    with pytest.raises(Rejected) as rejected:
        guard.guarded(time.sleep, 30)
    assert rejected.value.code == "DOC.TOO_SLOW"


def test_every_rule_on_documents_has_its_case():
    wanted = {code for code in RULES if code.startswith("DOC.")} | {"FORMAT.UNSUPPORTED_YEAR"}
    assert {*REJECTED, *REMARKED, *ELSEWHERE} == wanted
