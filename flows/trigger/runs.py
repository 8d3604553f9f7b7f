"""The runs that objects of the ledger get: one run for one, or one run for many."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import partial
from uuid import UUID, uuid4

from prefect.client.orchestration import PrefectClient

from flows.deployments import INGEST, INGEST_MANY, DeploymentDefinition
from tasks.ledger import Waiting
from tasks.shown import shown


class Runs:
    """Creates runs over one connection to Prefect. Every method raises what its client raises while it is away."""

    def __init__(self, client: PrefectClient) -> None:
        self.client = client
        self._deployments: dict[str, UUID] = {}

    async def start(self, group: Sequence[Waiting]) -> str:
        """The id of a run for these objects; asked twice for the same attempt, the same run."""
        first = group[0].object
        if len(group) == 1:
            replay = group[0].is_replay
            parameters = {"bucket": first.bucket, "key": first.key, "etag": first.etag, "replay": replay}
            return await self.create(INGEST, shown(first.key), parameters, _attempt(group), group[0].queue)
        name = f"{len(group)} 份报告：{shown(first.key.rsplit('/', 1)[-1])} 等"
        return await self.create(INGEST_MANY, name, {"ids": [one.id for one in group]}, _attempt(group))

    async def create(
        self,
        definition: DeploymentDefinition,
        name: str | None,
        parameters: Mapping[str, object],
        idempotency_key: str,
        queue: str | None = None,
    ) -> str:
        """The id of the run with this key, unless that is over: then of a new one; in `queue`, or the definition's."""
        try:
            create = partial(
                self.client.create_flow_run_from_deployment, await self.deployment(definition), name=name,
                parameters=dict(parameters), work_queue_name=queue or definition.queue,
            )  # fmt: skip
            run = await create(idempotency_key=idempotency_key)
            if run.state and run.state.is_final():
                run = await create(idempotency_key=f"{idempotency_key}#{uuid4()}")
        except Exception:
            self._deployments.clear()  # they may be others by now
            raise
        return str(run.id)

    async def deployment(self, definition: DeploymentDefinition) -> UUID:
        """Its id, asked for once."""
        if definition.full_name not in self._deployments:
            found = await self.client.read_deployment_by_name(definition.full_name)
            self._deployments[definition.full_name] = found.id
        return self._deployments[definition.full_name]


def _attempt(group: Sequence[Waiting]) -> str:
    """The same for all who would hand out the same objects for the same attempt; no other ledger's is the same."""
    attempts = json.dumps([(one.id, *astuple(one.object)[:3], one.attempts, one.is_replay, one.queue) for one in group])
    return f"nianbao-{hashlib.sha256(attempts.encode()).hexdigest()[:32]}"
