"""What a person met who used the running system."""


from flows.trigger.arrivals import take_now
from tasks.ledger import ObjectVersion
from tests.tasks.ledger.story import Story


def test_what_is_uploaded_again_as_it_was_before_is_done_again_at_once(s3, buckets, ledger):
    """Its event names a version that is known; it waited for the sweep, which missed what was replaced before."""
    bucket, story = buckets.landing.bucket, Story(ledger)

    def put(body):
        return s3.put_object(Bucket=bucket, Key="a.pdf", Body=body)["ETag"].strip('"')

    def event(etag):
        take_now([ObjectVersion(bucket, "a.pdf", etag)])
        return [waiting.object.etag for waiting in ledger.waiting(9)]

    def settle(etag):
        [row] = [row for row in ledger.find(bucket, "a.pdf") if row.object.etag == etag]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="a.pdf")["Contents"][0]
        ledger.add([ObjectVersion(bucket, "a.pdf", etag, listed["LastModified"], listed["Size"])])
        story.settle(row.id, "validated")

    first = put(b"first")
    assert event(first) == [first]
    settle(first)
    second = put(b"second")
    assert event(second) == [second]
    settle(second)
    assert event(first) == [], "an event that comes late tells nothing new"
    put(b"first")
    assert event(first) == [first]
    settle(first)
    assert event(first) == [] == event(second)
