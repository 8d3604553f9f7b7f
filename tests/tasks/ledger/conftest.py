"""A ledger on each of the databases that it may lie in; both are real."""

import uuid

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tasks.ledger import Ledger
from tasks.ledger.database import _HEAD
from tasks.ledger.tables import metadata
from tests.tasks.ledger.server import postgresql_server

_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""What an earlier test has left open."""


@pytest.fixture(scope="session")
def postgresql():
    """The address of a server's database from which others are made."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_ledger(postgresql):
    """The address of a ledger on the server, which one test after the other has for itself."""
    address = _new_database(postgresql, "ledger")
    Ledger.open(address, migrate=True).close()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request):
    """Which database the test runs on."""
    return request.param


@pytest.fixture
def empty_url(request, database, tmp_path):
    """The address of a database without tables."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path}/home/ledger.sqlite"
    return _new_database(request.getfixturevalue("postgresql"), f"t{uuid.uuid4().hex}")


@pytest.fixture
def url(request, database, tmp_path):
    """The address of a ledger with nothing in it."""
    if database == "sqlite":
        address = f"sqlite:///{tmp_path}/home/ledger.sqlite"
        Ledger.open(address, migrate=True).close()
        return address
    address = request.getfixturevalue("postgresql_ledger")
    with psycopg.connect(address, autocommit=True) as connection:
        tables = ", ".join(metadata.tables)
        connection.execute(_END_OTHERS)
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")
        connection.execute(f"UPDATE alembic_version SET version_num = '{_HEAD}'")
    return address


@pytest.fixture
def ledger(url):
    """A ledger with nothing in it."""
    ledger = Ledger.open(url)
    yield ledger
    ledger.close()


def _new_database(server, name):
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)
