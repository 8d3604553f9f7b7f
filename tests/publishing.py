"""A judged report is published as a run would, by the last steps of the pipeline; files are taken all its way."""

from tasks.judge.decisions import in_force, review_in
from tasks.judge.files import Judgement
from tasks.lake.rows import Judged
from tasks.lake.versions import put_version
from tasks.landing import add_landed
from tasks.ledger import ObjectVersion
from tasks.ledger.leases import SECONDS
from tasks.pipeline import finish, process
from tasks.prepare import prepared_from
from tasks.receipt.outcome import Origin, judged_receipt
from tasks.values import Document

OWNER = "test"


def publish(s3, buckets, ledger, source, report, verdict, reviews=None, media_type="application/pdf"):
    """Publish it under the decisions that the ledger knows, or `reviews`; returns the id of the landed object."""
    landed = ObjectVersion(source.bucket, source.key, source.etag, source.landed_at, source.size)
    ledger.add([landed])
    (object_id,) = ledger.ids_of([landed]).values()
    ledger.reopen([object_id])
    (claimed,) = ledger.claim([object_id], OWNER, SECONDS)
    rows = ledger.decisions_on(source.sha256)
    known = in_force([review_in(row.content) for row in rows]) if reviews is None else tuple(reviews)
    document = Document(source.key, media_type, 6, source.body)
    judged = Judged(source, document, report, verdict, known)
    place = buckets.lake if verdict.outcome == "validated" else buckets.quarantine
    version = put_version(s3, place, judged)
    judgement = Judgement(document, report, verdict, None, known)
    receipt = judged_receipt(source, judgement, judged.report_id, place.uri(version.name), {}, Origin())
    prepared = prepared_from(claimed, receipt, report, version=version, decisions=len(rows))
    finish(s3, ledger, buckets, [prepared], OWNER, Origin())
    return claimed.id


def take_all_the_way(s3, buckets, ledger, files=None, owner=OWNER, **more):
    """Land files, and process whatever is open; returns what became of each, by its key."""
    for key, body in {**(files or {}), **more}.items():
        s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=body)
    add_landed(s3, buckets, ledger)
    done = {}
    while claimed := ledger.claim(None, owner, SECONDS):
        done |= {one.claimed.object.key: one for one in process(ledger, buckets, claimed, owner, Origin())}
    return done


def reopen(buckets, ledger, key):
    """Have what landed as `key` done again."""
    ledger.reopen([row.id for row in ledger.find(buckets.landing.bucket, key)])
