"""What an object store says of new objects, in each of the shapes in which it says it.

S3 event JSON (MinIO and its forks, AWS to SQS or Lambda), EventBridge events, and either of them wrapped by SNS.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from flows.landed import Landed
from tasks.settings import Place
from tasks.storage import is_folder_marker


def landed_objects(body: bytes | str, landing: Place) -> list[Landed]:
    """The objects that a notification says were created in the landing place.

    Raises ValueError, KeyError, TypeError or AttributeError if it is no such notification.
    """
    event = json.loads(body)
    if event.get("Type") in ("Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"):
        return landed_objects(event["Message"], landing) if event["Type"] == "Notification" else []
    if event.get("Event") == "s3:TestEvent":
        return []
    found = _eventbridge(event) if "detail-type" in event else _records(event)
    return [one for one in found if _is_upload(one, landing)]


def _is_upload(one: Landed, landing: Place) -> bool:
    return one.bucket == landing.bucket and one.key.startswith(landing.key("")) and not is_folder_marker(one.key)


def _records(event: dict[str, Any]) -> Iterator[Landed]:
    """S3's own records; keys arrive URL-encoded."""
    for record in event["Records"]:
        s3 = record["s3"]
        if str(record["eventName"]).removeprefix("s3:").startswith("ObjectCreated"):
            etag = str(s3["object"].get("eTag", "")).strip('"')
            yield Landed(s3["bucket"]["name"], unquote_plus(s3["object"]["key"]), etag)


def _eventbridge(event: dict[str, Any]) -> Iterator[Landed]:
    """EventBridge's one event; keys arrive as they are."""
    if event["detail-type"] == "Object Created":
        detail = event["detail"]
        yield Landed(detail["bucket"]["name"], detail["object"]["key"], str(detail["object"].get("etag", "")))
