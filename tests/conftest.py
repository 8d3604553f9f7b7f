"""A real S3 server for every test that needs one: the embedded gateway, started once a session."""

import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from places import own_buckets, own_ledger

from flows.services.config import load_config
from flows.services.definitions import services
from flows.services.environment import service_env
from flows.services.s3 import format_volume
from flows.services.service import Running
from tasks.ledger import ObjectVersion, ReceiptWritten, Settlement
from tasks.storage import s3_client

os.environ.setdefault("PREFECT_SERVER_ALLOW_EPHEMERAL_MODE", "false")
"""A test that would start a server of its own fails."""

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory, serve):
    """The environment in which an S3 client finds the server."""
    config = load_config(tmp_path_factory.mktemp("s3"))
    format_volume(config)
    with serve(config, "s3"):
        yield {name: value for name, value in service_env(config, env={}).items() if name.startswith("AWS_")}


@pytest.fixture(scope="session")
def serve():
    """A context in which one of the services of `nianbao up` runs by itself."""

    @contextmanager
    def serving(config, name):
        service = next(s for s in services(config, env={}) if s.name == name)
        running = Running(service, config.home / f"{name}.log")
        running.start()
        try:
            deadline = time.monotonic() + 120
            while not running.is_healthy():
                assert time.monotonic() < deadline, running.log.read_text()[-2000:]
                time.sleep(0.2)
            yield
        finally:
            running.stop()

    return serving


@pytest.fixture
def s3(s3_server, monkeypatch):
    """A client of the server; the environment names the server for whoever makes another."""
    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    return s3_client()


@pytest.fixture
def ledger(tmp_path_factory, monkeypatch):
    """A ledger of this test alone; the environment names it too."""
    return own_ledger(tmp_path_factory.mktemp("ledger"), monkeypatch)


@pytest.fixture
def buckets(s3, ledger, monkeypatch):
    """The four places, empty and of this test alone; the environment names them too."""
    return own_buckets(s3, monkeypatch)


@pytest.fixture
def land(ledger):
    """An object that landed, as the ledger alone knows it, and what became of it, if anything did."""
    numbers = count()

    def landing(key, outcome=None, reason=None, agency=None, year=None, rules=(), message=""):
        number = next(numbers)
        version = ObjectVersion("landing", key, f"e{number}", NOON + timedelta(minutes=number), 1000)
        ledger.add([version])
        (object_id,) = ledger.ids_of([version]).values()
        if outcome:
            ledger.claim([object_id], "test", 60)
            judged = Settlement(
                object_id, outcome, reason, message, agency, year, "2021", sha256=f"s{number}", rules=rules
            )
            ledger.settle([judged], "test")
            ledger.receipts_written([ReceiptWritten(object_id, key, 1)], "test")
        return object_id

    return landing
