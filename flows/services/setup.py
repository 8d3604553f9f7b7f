"""`python -m flows.services.setup`: buckets, notification, work pool and deployment on servers that run elsewhere."""

from __future__ import annotations

import asyncio

from flows.deployments import deploy
from flows.services.buckets import make_buckets, notify_receiver
from tasks.settings import buckets_from_env
from tasks.storage import s3_client


def main() -> None:
    """Make all that is not there yet; may run again."""
    s3, buckets = s3_client(), buckets_from_env()
    make_buckets(s3, buckets)
    notify_receiver(s3, buckets)
    asyncio.run(deploy())


if __name__ == "__main__":
    main()
