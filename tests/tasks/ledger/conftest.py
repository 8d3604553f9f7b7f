"""A ledger on each of the databases that it may lie in; both are real."""

import uuid

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tasks.ledger import Ledger
from tests.tasks.ledger.server import postgresql_server


@pytest.fixture(scope="session")
def postgresql():
    """The address of a server's database from which others are made."""
    with postgresql_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgresql_template(postgresql):
    """The server has a database `template_ledger` with the tables of the ledger."""
    address = _new_database(postgresql, "template_ledger")
    ledger = Ledger.open(address, migrate=True)
    ledger.close()
    return postgresql


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
    server = request.getfixturevalue("postgresql_template")
    return _new_database(server, f"t{uuid.uuid4().hex}", "TEMPLATE template_ledger")


@pytest.fixture
def ledger(url):
    """A ledger with nothing in it."""
    ledger = Ledger.open(url)
    yield ledger
    ledger.close()


def _new_database(server, name, how=""):
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} {how}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)
