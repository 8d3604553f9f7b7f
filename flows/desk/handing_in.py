"""Names in landing for files of the desk, and permission for a browser to send there itself.

No name is given twice: a file of the same name as another gets a folder of its own, so that nobody overwrites what
somebody else handed in, be it unread or the source of a report.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request

from expectations.rules import RULES
from flows.trigger.arrivals import take_now
from tasks.ledger import Ledger, ObjectVersion
from tasks.ledger.uploads import Upload
from tasks.names import landing_name
from tasks.settings import Place, settings
from tasks.storage import S3Client, head_object

PERMITTED_SECONDS = 3600
MOST_AT_ONCE = 100
"""Files in one request for names."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def problem_with(name: str, size: int) -> str:
    """Why a file is not taken, as far as its name and size tell; empty if it is."""
    from tasks.read.recognise import EXTENSIONS, MAX_BYTES

    if PurePosixPath(name).suffix.lower() not in EXTENSIONS:
        return f"不支持这种文件类型。{RULES['DOC.UNSUPPORTED_TYPE'].advice}"
    if size > MAX_BYTES:
        return f"文件超过 {MAX_BYTES / 1e6:.0f} MB。{RULES['DOC.TOO_LARGE'].advice}"
    return "" if size > 0 else f"文件是空的。{RULES['DOC.EMPTY'].advice}"


def give_names(
    s3: S3Client, place: Place, ledger: Ledger, by: str, files: Sequence[tuple[str, int]]
) -> list[Upload | None]:
    """A name in landing for each file (its path there, and its size); None where the path cannot be one."""
    names = [landing_name(path) for path, _ in files]
    found: list[Upload | None] = [None] * len(files)
    left, turns = [number for number, name in enumerate(names) if name], range(1, 2)
    while left:
        variants = {number: [place.key(_variant(names[number], turn)) for turn in turns] for number in left}
        taken = ledger.taken(place.bucket, [key for keys in variants.values() for key in keys])
        chosen: dict[str, int] = {}
        for number, keys in variants.items():
            free = (key for key in keys if key not in taken and key not in chosen)
            chosen |= dict.fromkeys(islice(free, 1), number)
        sizes = [
            (key, files[number][1]) for key, number in chosen.items() if head_object(s3, place.bucket, key) is None
        ]
        for key, upload in ledger.give_names(by, place.bucket, sizes).items():
            found[chosen[key]] = upload
        left, turns = [number for number in left if found[number] is None], range(turns.start + 1, turns.stop + 50)
    return found


def permission(request: Request, s3: S3Client, upload: Upload) -> dict[str, Any] | None:
    """What lets the browser send this file, and no other, straight to S3; None if it cannot reach that."""
    address = settings().desk_storage_url
    if address is None:
        return None
    host = urlsplit(address).hostname
    if host in _LOOPBACK and request.url.hostname not in _LOOPBACK:
        return None
    size: list[Any] = ["content-length-range", upload.size, upload.size]
    fields = {"success_action_status": "201"}
    signed = s3.generate_presigned_post(
        upload.bucket, upload.key, Fields=fields, Conditions=[fields, size], ExpiresIn=PERMITTED_SECONDS
    )
    return {"url": f"{address.rstrip('/')}{urlsplit(signed['url']).path}", "fields": signed["fields"]}


def note_arrival(s3: S3Client, ledger: Ledger, upload: Upload) -> bool:
    """Have the ledger know what came under the name, if anything did, before any event tells of it."""
    head = head_object(s3, upload.bucket, upload.key)
    if head is None:
        return False
    etag, size = head["ETag"].strip('"'), head["ContentLength"]
    take_now([ObjectVersion(upload.bucket, upload.key, etag, head["LastModified"], size)])
    ledger.has_come(upload.id, etag, size)
    return True


def _variant(name: str, turn: int) -> str:
    """The name itself, then in folders beside; the file's own name stays, for agency and year are read from it too."""
    folder, _, file = name.rpartition("/")
    return name if turn == 1 else "/".join(filter(None, [folder, f"第{turn}份", file]))
