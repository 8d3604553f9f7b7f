"""A ledger and the four places for one test, or for some that share them; the environment names them too."""

import uuid

from tasks.ledger import open_ledger
from tasks.settings import buckets_from_env

PLACES = ("landing", "lake", "quarantine", "receipts")


def own_ledger(folder, monkeypatch):
    """A ledger with nothing in it."""
    url = f"sqlite:///{folder}/ledger.sqlite"
    monkeypatch.setenv("NIANBAO_DATABASE_URL", url)
    return open_ledger(url)


def own_buckets(s3, monkeypatch):
    """Four empty buckets."""
    suffix = uuid.uuid4().hex[:12]
    for place in PLACES:
        monkeypatch.setenv(f"NIANBAO_{place.upper()}_BUCKET", f"{place}-{suffix}")
    buckets = buckets_from_env()
    for name in buckets.names:
        s3.create_bucket(Bucket=name)
    return buckets
