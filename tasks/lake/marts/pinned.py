"""An object in S3 as a file, read at the one version that it had when it was opened.

A reader that takes a Parquet file's footer from one version and its pages from the next would see neither.
"""

from __future__ import annotations

import io

from botocore.exceptions import ClientError

from tasks.errors import Failure
from tasks.storage import S3Client


class ReplacedError(Failure, OSError):
    """The object was replaced or removed while it was read: open it again."""

    code = "LAKE.REPLACED"
    meaning = "对象在读取时被取代或删除"


class PinnedFile(io.RawIOBase):
    """A seekable file of `size` bytes over ranged GETs that name the version's `etag`."""

    def __init__(self, s3: S3Client, bucket: str, key: str, etag: str, size: int) -> None:
        super().__init__()
        self._s3, self._bucket, self._key = s3, bucket, key
        self.etag, self.size = etag, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """The next `size` bytes, or all that are left. Raises ReplacedError if this version is no longer there."""
        end = self.size if size is None or size < 0 else min(self._at + size, self.size)
        if end <= self._at:
            return b""
        body = self._get(f"bytes={self._at}-{end - 1}")
        self._at = end
        return body

    def _get(self, span: str) -> bytes:
        try:
            found = self._s3.get_object(Bucket=self._bucket, Key=self._key, Range=span, IfMatch=self.etag)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 412):
                raise ReplacedError(f"s3://{self._bucket}/{self._key}") from error
            raise
        body: bytes = found["Body"].read()
        return body
