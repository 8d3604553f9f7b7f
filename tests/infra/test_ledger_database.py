"""A PostgreSQL that knows Prefect alone gets a database for the ledger, once, whoever asks at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.engine import make_url

from flows.services.ledger_database import main
from tasks.ledger import Ledger, ObjectVersion
from tests.tasks.ledger.server import postgresql_server


@pytest.fixture(scope="module")
def server():
    with postgresql_server() as url:
        yield make_url(url)


def test_the_database_is_made_and_kept(server, monkeypatch):
    address = server.set(database="nianbao").render_as_string(hide_password=False)
    monkeypatch.setenv("NIANBAO_DATABASE_URL", address)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: main(), range(4)))
    ledger = Ledger.open(address)
    try:
        assert ledger.add([ObjectVersion("landing", "a.pdf", "e1")])
        main()
        assert ledger.find("landing", "a.pdf")
    finally:
        ledger.close()


def test_sqlite_needs_no_server(tmp_path, monkeypatch):
    monkeypatch.setenv("NIANBAO_DATABASE_URL", f"sqlite:///{tmp_path}/ledger.sqlite")
    main()
    assert Ledger.open().find("landing", "a.pdf") == []
