"""The S3 client: plain S3 operations on any server that speaks S3."""

from __future__ import annotations

from typing import Any

import boto3
from botocore.config import Config

CONFIG = Config(
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 4},
)


def s3_client() -> Any:  # noqa: ANN401 (boto3 makes its client classes at run time)
    """A client for the server and the credentials that AWS's own environment variables and files name."""
    return boto3.client("s3", config=CONFIG)
