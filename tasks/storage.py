"""The S3 client: plain S3 operations on any server that speaks S3."""

from __future__ import annotations

import os
from errno import EDQUOT, ENOSPC
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.handlers import add_expect_header

from tasks.errors import Outage
from tasks.settings import Place, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from mypy_boto3_s3 import S3Client as S3Client
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef, ObjectTypeDef
else:
    S3Client = Any
"""boto3 makes its client classes at run time; their types are known to type checkers alone."""

CONFIG = Config(
    s3={"addressing_style": "path"},
    signature_version="s3v4",  # also of what others are allowed to send or fetch: some regions know no other
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 4},
    user_agent="nianbao",  # boto3's own is put together anew for each request: a fifteenth of its time
)


_IMPATIENT = CONFIG.merge(Config(read_timeout=7, retries={"mode": "standard", "total_max_attempts": 3}))
"""For a person who waits at the terminal: after some twenty seconds it is said that nothing answers."""

_QUICK = CONFIG.merge(Config(connect_timeout=1.5, read_timeout=1.5, retries={"total_max_attempts": 1}))

_LOST_FOLDER_TRIES = 10
_LOADER = botocore.session.Session().get_component("data_loader")


def s3_client() -> S3Client:
    """A client for the server and the credentials that AWS's own environment variables and files name.

    Making one costs as much as reading half a page, so this process keeps it as long as these variables stay.
    """
    return _client(os.getpid(), _named(), _IMPATIENT if settings().patience else CONFIG)


def quick_client() -> S3Client:
    """A client that asks once, and does not wait: only whether the server answers is of interest."""
    return _client(os.getpid(), _named(), _QUICK)


def is_folder_marker(key: str) -> bool:
    """Whether the key is what file browsers write for a "new folder": there is nothing in it to be read."""
    return key.endswith("/")


def _named() -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in sorted(os.environ.items()) if name.startswith("AWS_"))


def plain_etag(etag: str) -> str:
    """Without the quotes that S3 puts around it."""
    return etag.strip('"')


def read_object(s3: S3Client, place: Place, name: str) -> bytes | None:
    """The bytes of `name` in `place`; None if it is not there."""
    try:
        found = s3.get_object(Bucket=place.bucket, Key=place.key(name))
    except s3.exceptions.NoSuchKey:
        return None
    body: bytes = found["Body"].read()
    return body


def listing(s3: S3Client, place: Place, prefix: str = "") -> Iterator[ObjectTypeDef]:
    """What a listing tells of each object of `place` whose name begins with `prefix`."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key(prefix)):
        yield from page.get("Contents", [])


def head_object(s3: S3Client, bucket: str, key: str) -> HeadObjectOutputTypeDef | None:
    """What S3 tells of an object without its bytes; None if it is not there."""
    try:
        return s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise


def listed_at(s3: S3Client, bucket: str, key: str, etag: str) -> datetime | None:
    """When the version landed that is there now, as the listing tells it: a header has whole seconds only."""
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    same = (o["LastModified"] for o in listed if o["Key"] == key and plain_etag(o["ETag"]) == etag)
    return next(same, None)


def is_outage(error: BaseException) -> bool:
    """Whether storage, the ledger, or the disk here, is to blame: it says nothing of the object, and goes by."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"].get("HTTPStatusCode", 500) >= 500
    return isinstance(error, Outage | BotoCoreError) or (isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT))


@lru_cache(maxsize=4)
def _client(_process: int, _named: tuple[tuple[str, str], ...], config: Config) -> S3Client:
    client = _session().client("s3", config=config)
    client.meta.events.register("needs-retry.s3.PutObject", cast("Callable[..., None]", _retry_lost_folder))
    client.meta.events.unregister("before-call.s3", add_expect_header)  # a round trip that small objects do not pay for
    return client


def load_models() -> None:
    """Read what boto3 has to read before it can make a client; processes forked from this one need not."""
    _session().client("s3", region_name="us-east-1", aws_access_key_id="-", aws_secret_access_key="-")


def _session() -> boto3.Session:
    """A session of its own, for the default one keeps the credentials that it saw first; what it read is shared."""
    session = botocore.session.Session()
    session.register_component("data_loader", _LOADER)
    return boto3.Session(botocore_session=session)


def _retry_lost_folder(response: tuple[Any, dict[str, Any]] | None, attempts: int, **_: object) -> float | None:
    """Seconds until a PUT is tried again that met its folder going with the last object in it.

    On servers that keep folders, such as the embedded one, that is answered NoSuchKey, which no PUT can mean.
    """
    code = response[1].get("Error", {}).get("Code") if response else None
    return 0.02 * attempts if code == "NoSuchKey" and attempts <= _LOST_FOLDER_TRIES else None
