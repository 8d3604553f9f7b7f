"""The one way of a report, on a real S3 server and a real ledger."""

from pathlib import Path

import pytest

from tasks.landing import add_landed
from tasks.ledger import Ledger
from tasks.ledger.leases import SECONDS
from tasks.pipeline import process
from tasks.receipt.outcome import Origin
from tasks.receipt.write import read_receipt


@pytest.fixture
def ledger(tmp_path):
    return Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite", migrate=True)


@pytest.fixture
def way(s3, buckets, ledger):
    """Land files and take them all the way."""

    def run(**files):
        for key, body in files.items():
            s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
        add_landed(s3, buckets, ledger)
        claimed = ledger.claim(None, "me", SECONDS)
        return {one.claimed.object.key: one for one in process(ledger, buckets, claimed, "me", Origin())}

    return run


def test_a_report_goes_all_the_way(way, s3, buckets, ledger):
    ended = way(**{"a.pdf": Path("/work/shared/corpus/dev/docs").glob("*.pdf").__next__().read_bytes()})
    print(ended)
    receipt = read_receipt(s3, buckets, "a.pdf")
    print(receipt)
    assert ended["a.pdf"].outcome == "validated"
