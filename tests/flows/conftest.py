"""A real Prefect server, started once a session by the same pieces that `nianbao up` uses."""

import asyncio
import os

import pytest
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.services.config import load_config


@pytest.fixture(scope="session")
def prefect_config(tmp_path_factory, serve):
    """The configuration under which it runs."""
    config = load_config(tmp_path_factory.mktemp("prefect"))
    with serve(config, "prefect"):
        yield config


@pytest.fixture(scope="session")
def prefect_server(prefect_config):
    """The address of its API."""
    return f"{prefect_config.prefect_url}/api"


@pytest.fixture
def prefect(prefect_server, prefect_config, monkeypatch):
    """This process talks to that server; work pool and deployment are there."""
    from flows.deployments import deploy

    monkeypatch.setitem(os.environ, "PREFECT_API_URL", prefect_server)
    monkeypatch.setitem(os.environ, "PREFECT_API_AUTH_STRING", prefect_config.prefect_auth)
    with temporary_settings({PREFECT_API_URL: prefect_server, PREFECT_API_AUTH_STRING: prefect_config.prefect_auth}):
        asyncio.run(deploy())
        yield prefect_server
