"""A landed object version, and the one run that it gets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from prefect.client.orchestration import PrefectClient, get_client

from flows.deployments import INGEST
from tasks.names import has_alias, key_as_stored
from tasks.shown import shown
from tasks.storage import s3_client


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """An object version as an event or a listing names it."""

    bucket: str
    key: str
    etag: str

    @property
    def idempotency_key(self) -> str:
        """The same for every event about this version: Prefect makes one run for it."""
        return f"{self.bucket}/{self.key}/{self.etag}"


def as_listed(landed: ObjectVersion) -> ObjectVersion:
    """Under the name that a listing gives it: it gets one run, whatever names it is called by."""
    if not has_alias(landed.key):
        return landed
    return replace(landed, key=key_as_stored(s3_client(), landed.bucket, landed.key))


class Runs:
    """Creates the runs of landed versions over one connection to Prefect."""

    def __init__(self, client: PrefectClient) -> None:
        self._client = client
        self._deployment: UUID | None = None

    async def start(self, landed: ObjectVersion, *, replay: str = "", again: str = "") -> str:
        """The id of the run for this version, created if there is none; each `replay` or `again` word makes one more.

        A `replay` reads what has been read before; `again` is for a run that came to nothing.

        Raises whatever the Prefect client raises while the server is away.
        """
        try:
            return await self._start(await asyncio.to_thread(as_listed, landed), replay, again)
        except Exception:
            self._deployment = None  # it may be another by now
            raise

    async def _start(self, landed: ObjectVersion, replay: str, again: str) -> str:
        if self._deployment is None:
            self._deployment = (await self._client.read_deployment_by_name(INGEST.full_name)).id
        run = await self._client.create_flow_run_from_deployment(
            self._deployment,
            name=shown(landed.key),
            parameters={"bucket": landed.bucket, "key": landed.key, "etag": landed.etag, "replay": bool(replay)},
            idempotency_key=landed.idempotency_key + replay + again,
        )
        return str(run.id)


async def start_run(landed: ObjectVersion, *, replay: str = "", again: str = "") -> str:
    """`Runs.start` over a connection of its own."""
    async with get_client() as client:
        return await Runs(client).start(landed, replay=replay, again=again)
