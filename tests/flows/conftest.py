"""A real Prefect server, started once a session by the same pieces that `nianbao up` uses."""

import asyncio
import os
import time

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.services.config import load_config
from flows.services.definitions import services
from flows.services.service import Running


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory):
    """The address of its API."""
    home = tmp_path_factory.mktemp("prefect")
    config = load_config(home)
    service = next(s for s in services(config, env={}) if s.name == "prefect")
    running = Running(service, home / "prefect.log")
    running.start()
    deadline = time.monotonic() + 120
    while not running.is_healthy():
        assert time.monotonic() < deadline, (home / "prefect.log").read_text()[-2000:]
        time.sleep(0.2)
    yield f"{config.prefect_url}/api"
    running.stop()


@pytest.fixture
def prefect(prefect_server, monkeypatch):
    """This process talks to that server; work pool and deployment are there."""
    from flows.deployments import deploy

    monkeypatch.setitem(os.environ, "PREFECT_API_URL", prefect_server)
    with temporary_settings({PREFECT_API_URL: prefect_server}):
        asyncio.run(deploy())
        yield prefect_server
