"""Set-up of the buckets, and of the notification that tells the receiver what lands.

`python -m flows.services.buckets [ARN ...]`: in a process of its own, for what boto3 takes is never given back.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from flows.cli.failure import explain
from flows.services.s3 import EVENT_TARGETS
from tasks.settings import Buckets, buckets_from_env
from tasks.storage import S3Client, s3_client


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


def main(targets: Sequence[str]) -> None:
    """Make what is not there yet, and have what lands announced to `targets`, if there are any."""
    try:
        s3, buckets = s3_client(), buckets_from_env()
        make_buckets(s3, buckets)
        if targets:
            notify_receiver(s3, buckets, targets)
    except Exception as error:
        told = explain(error)
        if told is None:
            raise
        raise SystemExit(told[0]) from error


if __name__ == "__main__":
    main(sys.argv[1:])
