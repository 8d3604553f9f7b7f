"""Set-up of the buckets, and of the notification that tells the receiver what lands."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from flows.services.s3 import EVENT_TARGET
from tasks.settings import Buckets


def make_buckets(s3: Any, buckets: Buckets) -> None:  # noqa: ANN401 (a boto3 client)
    """Create the buckets that are not there yet."""
    for name in buckets.names:
        try:
            s3.head_bucket(Bucket=name)
        except ClientError:
            s3.create_bucket(Bucket=name)


def notify_receiver(s3: Any, buckets: Buckets, target: str = EVENT_TARGET) -> None:  # noqa: ANN401
    """Have every created object of the landing place announced to `target` (an ARN that the S3 server knows)."""
    prefix = buckets.landing.key("")
    event: dict[str, Any] = {"Id": "nianbao", "QueueArn": target, "Events": ["s3:ObjectCreated:*"]}
    if prefix:
        event["Filter"] = {"Key": {"FilterRules": [{"Name": "prefix", "Value": prefix}]}}
    s3.put_bucket_notification_configuration(
        Bucket=buckets.landing.bucket, NotificationConfiguration={"QueueConfigurations": [event]}
    )
