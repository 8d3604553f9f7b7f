"""Set-up of the buckets, and of the notification that tells the receiver what lands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from flows.services.s3 import EVENT_TARGETS
from tasks.settings import Buckets
from tasks.storage import S3Client


def make_buckets(s3: S3Client, buckets: Buckets) -> None:
    """Create the buckets that are not there yet."""
    for name in buckets.names:
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            s3.create_bucket(Bucket=name)


def notify_receiver(s3: S3Client, buckets: Buckets, targets: Sequence[str] = EVENT_TARGETS[:1]) -> None:
    """Have every created object of the landing place announced to `targets` (ARNs that the S3 server knows)."""
    prefix = buckets.landing.key("")
    told: dict[str, Any] = {"Events": ["s3:ObjectCreated:*"]}
    if prefix:
        told["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}
    events: list[Any] = [
        {"Id": f"nianbao-{number}", "QueueArn": target, **told} for number, target in enumerate(targets)
    ]
    s3.put_bucket_notification_configuration(
        Bucket=buckets.landing.bucket, NotificationConfiguration={"QueueConfigurations": events}
    )
