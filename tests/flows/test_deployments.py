"""The deployments: their forms ask for what the flows take, and they are on the server."""

import asyncio
import inspect
from importlib import import_module

import pytest
from prefect.client.orchestration import get_client

from flows.deployments import DEPLOYMENTS


@pytest.mark.parametrize("definition", DEPLOYMENTS, ids=lambda d: d.full_name)
def test_the_form_asks_for_what_the_flow_takes(definition):
    module, _, name = definition.entrypoint.rpartition(".")
    flow = getattr(import_module(module), name)
    taken = inspect.signature(flow.fn).parameters
    assert flow.name == definition.flow
    assert list(definition.parameters) == list(taken)
    assert set(definition.required) == {n for n, p in taken.items() if p.default is inspect.Parameter.empty}


@pytest.mark.parametrize("definition", DEPLOYMENTS, ids=lambda d: d.full_name)
def test_it_is_on_the_server(prefect, definition):
    async def read():
        async with get_client() as client:
            return await client.read_deployment_by_name(definition.full_name)

    found = asyncio.run(read())
    assert found.entrypoint == definition.entrypoint
    assert list(found.parameter_openapi_schema["properties"]) == list(definition.parameters)
