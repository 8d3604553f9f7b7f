"""The S3 client: plain S3 operations on any server that speaks S3."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import boto3
from botocore.config import Config

from tasks.settings import Place

CONFIG = Config(
    s3={"addressing_style": "path"},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 4},
)


def s3_client() -> Any:  # noqa: ANN401 (boto3 makes its client classes at run time)
    """A client for the server and the credentials that AWS's own environment variables and files name.

    Making one costs as much as reading half a page, so this process keeps it as long as these variables stay.
    """
    named = tuple((name, value) for name, value in sorted(os.environ.items()) if name.startswith("AWS_"))
    return _client(os.getpid(), named)


def read_object(s3: Any, place: Place, name: str) -> bytes | None:  # noqa: ANN401
    """The bytes of `name` in `place`; None if it is not there."""
    try:
        found = s3.get_object(Bucket=place.bucket, Key=place.key(name))
    except s3.exceptions.NoSuchKey:
        return None
    body: bytes = found["Body"].read()
    return body


@lru_cache(maxsize=4)
def _client(_process: int, _named: tuple[tuple[str, str], ...]) -> Any:  # noqa: ANN401
    # a session of its own: the default one keeps the credentials that it saw first
    return boto3.Session().client("s3", config=CONFIG)
