"""A real Prefect server, started once a session by the same pieces that `nianbao up` uses."""

import asyncio
import os

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.services.config import load_config


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory, serve):
    """The address of its API."""
    config = load_config(tmp_path_factory.mktemp("prefect"))
    with serve(config, "prefect"):
        yield f"{config.prefect_url}/api"


@pytest.fixture
def prefect(prefect_server, monkeypatch):
    """This process talks to that server; work pool and deployment are there."""
    from flows.deployments import deploy

    monkeypatch.setitem(os.environ, "PREFECT_API_URL", prefect_server)
    with temporary_settings({PREFECT_API_URL: prefect_server}):
        asyncio.run(deploy())
        yield prefect_server
