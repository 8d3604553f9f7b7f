"""A real Prefect server, started once a session by the same pieces that `nianbao up` uses."""

import asyncio
import os
from contextlib import contextmanager

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
    """The address of its API; work pool and deployments are there."""
    from flows.deployments import deploy

    address = f"{prefect_config.prefect_url}/api"
    with _talking_to(address, prefect_config):
        asyncio.run(deploy())
    return address


@pytest.fixture
def prefect(prefect_server, prefect_config):
    """This process talks to that server."""
    with _talking_to(prefect_server, prefect_config):
        yield prefect_server


@contextmanager
def _talking_to(address, config):
    settings = {PREFECT_API_URL: address, PREFECT_API_AUTH_STRING: config.prefect_auth}
    with pytest.MonkeyPatch.context() as environment, temporary_settings(settings):
        environment.setitem(os.environ, "PREFECT_API_URL", address)
        environment.setitem(os.environ, "PREFECT_API_AUTH_STRING", config.prefect_auth)
        yield
