"""Whether the ledger has been lost: then S3 knows more than it, and it is to be made anew before anything is begun."""

from __future__ import annotations

from tasks.ledger import Ledger
from tasks.names import REBUILDING
from tasks.settings import Buckets
from tasks.storage import S3Client, head_object, listing


def is_lost(s3: S3Client, buckets: Buckets, ledger: Ledger) -> bool:
    """Whether it has no outcome though S3 has decisions or receipts, or a rebuild of it is under way, or died.

    Else all that landed would be taken for new, and what people decided would be forgotten.
    """
    place = buckets.receipts
    if head_object(s3, place.bucket, place.key(REBUILDING)):
        return True
    if ledger.has_outcomes():
        return False
    return any(found["Key"].endswith(".json") for found in listing(s3, place))
