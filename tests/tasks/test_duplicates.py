"""The same bytes again: a duplicate names the first, but for what another name may make of them."""

import hashlib
import random
import threading

import pytest

from expectations.forms import FORMS
from tasks import pipeline
from tasks.lake.query import connect
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt
from tasks.samples import SampleReport, consistent_figures, draw_pdf

GOOD = draw_pdf(SampleReport("青岚市水利局", 2024, "2021", consistent_figures(FORMS["2021"], random.Random(1))))


def wrong():
    figures = dict(consistent_figures(FORMS["2021"], random.Random(2)))
    figures["table3.granted.total"] += 1
    return draw_pdf(SampleReport("青岚市林业局", 2024, "2021", figures))


def page(title):
    """A report as a web page under `title`."""
    form, figures = FORMS["2021"], consistent_figures(FORMS["2021"], random.Random(3))
    text = {address: str(value) for address, value in figures.items()}
    return PAGE(form, text, title).encode()


def PAGE(form, text, title):  # noqa: N802
    from tests.plausible.document import Document as _D  # pragma: no cover

    raise NotImplementedError(_D, form, text, title)


FIRSTS = {
    "validated": (GOOD, "不需要再上传"),
    "quarantined": (wrong(), "请改正内容后上传"),
    "rejected": (b"", "请更换文件"),
}


@pytest.mark.parametrize("outcome", FIRSTS)
def test_a_duplicate_names_and_links_the_first_and_says_what_to_do(s3, buckets, way, outcome):
    body, said = FIRSTS[outcome]
    assert way({"a/first+1%.pdf": body})["a/first+1%.pdf"].outcome == outcome
    way({"b/c/second.pdf": body})
    receipt = read_receipt(s3, buckets, "b/c/second.pdf")
    assert (receipt["outcome"], receipt["reason"], receipt["duplicate_of"]) == (
        outcome, "DOC.DUPLICATE", "a/first+1%.pdf",
    )  # fmt: skip
    assert said in receipt["message"]
    assert (receipt["first_receipt"], receipt["written"]) == ("a/first+1%.pdf.html", [])
    html = s3.get_object(Bucket=buckets.receipts.bucket, Key="b/c/second.pdf.html")["Body"].read().decode()
    assert 'href="../../a/first%2B1%25.pdf.html"' in html
    assert said in html
