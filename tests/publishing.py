"""A judged report is published as a run would: its version in S3, then the ledger."""

from tasks.lake.rows import Judged
from tasks.lake.versions import put_version
from tasks.ledger import ObjectVersion, ReceiptWritten, Settlement
from tasks.values import Document

OWNER = "test"


def publish(s3, buckets, ledger, source, report, verdict, reviews=()):
    """Returns the id of the landed object."""
    judged = Judged(source, Document(source.key, "application/pdf", 6, source.body), report, verdict, tuple(reviews))
    ledger.add([ObjectVersion(source.bucket, source.key, source.etag, source.landed_at, source.size)])
    (row,) = (row for row in ledger.find(source.bucket, source.key) if row.object.etag == source.etag)
    if not row.is_open:
        ledger.reopen([row.id])
    ledger.claim([row.id], OWNER, 60)
    new = put_version(s3, buckets.lake if verdict.outcome == "validated" else buckets.quarantine, judged)
    of_report = {"agency": report.agency, "year": report.year, "form": report.form, "sha256": source.sha256}
    settlement = Settlement(row.id, verdict.outcome, report_id=judged.report_id, version=new, **of_report)
    (settled,) = ledger.settle([settlement], OWNER)
    ledger.receipts_written([ReceiptWritten(row.id, source.key, settled.standing.revision)], OWNER)
    return row.id
