"""A file from a browser to S3 through this process, of which only a part is in memory at any time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from tasks.ledger.uploads import Upload
from tasks.storage import S3Client

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_PART = 5 * 1024 * 1024
"""S3 takes no smaller ones, but the last."""
_AT_ONCE = asyncio.Semaphore(6)
_SILENCE_SECONDS = 60.0


async def stream_to_s3(s3: S3Client, upload: Upload, chunks: AsyncIterator[bytes]) -> None:
    """Send it on; nothing stays in S3 of what did not come whole. Raises HTTPException for that."""
    async with _AT_ONCE:
        parts = _parts(chunks, upload.size)
        first = await anext(parts)
        if len(first) == upload.size:
            await run_in_threadpool(_put, s3, upload, first)
            return
        sending = await run_in_threadpool(_Multipart, s3, upload)
        try:
            await run_in_threadpool(sending.send, first)
            async for part in parts:
                await run_in_threadpool(sending.send, part)
            await run_in_threadpool(sending.complete)
        except BaseException:
            await asyncio.shield(run_in_threadpool(sending.abort))
            raise


def _put(s3: S3Client, upload: Upload, body: bytearray) -> None:
    s3.put_object(Bucket=upload.bucket, Key=upload.key, Body=cast(bytes, body))


class _Multipart:
    """An object that is sent in parts, and is there when all have come."""

    def __init__(self, s3: S3Client, upload: Upload) -> None:
        self._s3, self._bucket, self._key = s3, upload.bucket, upload.key
        self._id = s3.create_multipart_upload(Bucket=self._bucket, Key=self._key)["UploadId"]
        self._parts: list[CompletedPartTypeDef] = []

    def send(self, part: bytearray) -> None:
        number = len(self._parts) + 1
        sent = self._s3.upload_part(
            Bucket=self._bucket, Key=self._key, UploadId=self._id, PartNumber=number, Body=cast(bytes, part)
        )
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    def complete(self) -> None:
        self._s3.complete_multipart_upload(
            Bucket=self._bucket, Key=self._key, UploadId=self._id, MultipartUpload={"Parts": self._parts}
        )

    def abort(self) -> None:
        self._s3.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._id)


async def _parts(chunks: AsyncIterator[bytes], size: int) -> AsyncIterator[bytearray]:
    """The bytes in parts, all of them in the same memory: each is read when the one before has been sent."""
    part, filled, come = bytearray(min(size, _PART)), 0, 0
    async for chunk in _in_time(chunks):
        come += len(chunk)
        if come > size:
            raise HTTPException(413, "文件比开始时说的大，没有保存。")
        left = memoryview(chunk)
        while left:
            if filled == len(part):
                yield part
                filled = 0
            fits = left[: len(part) - filled]
            part[filled : filled + len(fits)] = fits
            filled, left = filled + len(fits), left[len(fits) :]
    if come < size:
        raise HTTPException(400, "文件没有传完，没有保存。")
    del part[filled:]
    yield part


async def _in_time(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whoever sends nothing for too long is not waited for."""
    while True:
        try:
            yield await asyncio.wait_for(anext(chunks), _SILENCE_SECONDS)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise HTTPException(408, "上传中断：一分钟没有收到数据。") from None
