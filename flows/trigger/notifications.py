"""What an object store says of new objects, in each of the shapes in which it says it.

S3 event JSON (MinIO and its forks, AWS to SQS or Lambda), EventBridge events, and either of them wrapped by SNS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from tasks.ledger import ObjectVersion
from tasks.settings import Place
from tasks.storage import is_folder_marker, plain_etag

_LONGEST_KEY, _LONGEST_ETAG = 1024, 128


class MalformedError(ValueError):
    """What came is no notification, or names what no object can be called: it will never be understood."""


def object_versions(body: bytes | str, landing: Place) -> list[ObjectVersion]:
    """The objects that a notification says were created in the landing place.

    Raises MalformedError if it is no such notification.
    """
    try:
        return _landed_objects(body, landing)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise MalformedError(type(error).__name__) from error


def _landed_objects(body: bytes | str, landing: Place) -> list[ObjectVersion]:
    event = json.loads(body)
    if event.get("Type") in ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return _landed_objects(event["Message"], landing) if event["Type"] == "Notification" else []
    if event.get("Event") == "s3:TestEvent":
        return []
    found = _eventbridge(event) if "detail-type" in event else _records(event)
    return [one for one in found if _is_upload(one, landing)]


def _is_upload(one: ObjectVersion, landing: Place) -> bool:
    return one.bucket == landing.bucket and one.key.startswith(landing.key("")) and not is_folder_marker(one.key)


def _records(event: dict[str, Any]) -> Iterator[ObjectVersion]:
    """S3's own records; keys arrive URL-encoded."""
    for record in event["Records"]:
        s3 = record["s3"]
        if str(record["eventName"]).removeprefix("s3:").startswith("ObjectCreated"):
            key = unquote_plus(s3["object"]["key"], errors="strict")
            yield _landed(s3["bucket"]["name"], key, s3["object"].get("eTag", ""))


def _eventbridge(event: dict[str, Any]) -> Iterator[ObjectVersion]:
    """EventBridge's one event; keys arrive as they are."""
    if event["detail-type"] == "Object Created":
        detail = event["detail"]
        yield _landed(detail["bucket"]["name"], detail["object"]["key"], detail["object"].get("etag", ""))


def _landed(bucket: str, key: str, etag: str) -> ObjectVersion:
    """Raises ValueError, TypeError or AttributeError for what cannot be sent to anybody: no object has such a name."""
    for text, longest in ((bucket, _LONGEST_ETAG), (key, _LONGEST_KEY), (etag, _LONGEST_ETAG)):
        if len(text.encode()) > longest or "\0" in text:
            raise ValueError("no object's name")
    if not key:
        raise ValueError("no name")
    return ObjectVersion(bucket, key, plain_etag(etag))
