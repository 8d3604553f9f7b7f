"""The database: where it is, how it is made, and what is said when it cannot be used."""

import os
import stat
import threading

import alembic.op
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tasks.ledger import Ledger, LedgerAwayError, LedgerError, database, database_url, open_ledger
from tasks.ledger.tables import escaped, metadata, unescaped
from tests.tasks.ledger.story import landed


def test_it_lies_at_home_unless_the_settings_say_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("NIANBAO_DATABASE_URL", raising=False)
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))
    assert database_url() == f"sqlite:///{tmp_path}/ledger.sqlite"
    monkeypatch.setenv("NIANBAO_DATABASE_URL", "postgresql://h/d")
    assert database_url() == "postgresql://h/d"
    assert Ledger.open("postgresql://u:p@h/d").url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize("address", ["mysql://h/d", "nonsense", "sqlite://", "postgresql://h"])
def test_an_address_that_cannot_be_meant_is_refused_in_words(address):
    with pytest.raises(LedgerError, match="NIANBAO_DATABASE_URL"):
        Ledger.open(address)


def test_a_ledger_on_this_machine_is_its_owners_alone(tmp_path):
    path = tmp_path / "home" / "ledger.sqlite"
    ledger = Ledger.open(f"sqlite:///{path}", migrate=True)
    ledger.add([landed("a")])
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
    with ledger.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL: what was answered is kept
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_process_has_one_ledger_for_an_address(tmp_path):
    url = f"sqlite:///{tmp_path}/ledger.sqlite"
    assert open_ledger(url) is open_ledger(url)
    assert open_ledger(url).counts().total == 0


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_the_migrations_make_the_tables_that_the_program_has(url):
    with Ledger.open(url).reading() as connection:
        options = {"include_object": lambda _object, _name, kind, *_: kind != "index", "compare_type": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_a_migration_that_breaks_off_leaves_nothing_behind(empty_url, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(alembic.op, "create_index", broken)
        with pytest.raises(RuntimeError, match="power cut"):
            Ledger.open(empty_url, migrate=True)
    with pytest.raises(LedgerError, match="nianbao"):
        Ledger.open(empty_url).counts()
    assert Ledger.open(empty_url, migrate=True).counts().total == 0


def test_a_ledger_of_a_later_program_is_not_touched(ledger, url):
    with ledger.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match="更新版本"):
        Ledger.open(url, migrate=True)


def test_a_database_without_tables_is_not_away(empty_url):
    with pytest.raises(LedgerError, match="nianbao") as found:
        Ledger.open(empty_url).waiting(1)
    assert not isinstance(found.value, LedgerAwayError)


def test_a_server_that_is_not_there_is_away(tmp_path):
    with pytest.raises(LedgerAwayError):
        Ledger.open(f"postgresql://postgres@/x?host={tmp_path}").add([landed("a")])


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_server_that_comes_back_is_used_again(ledger):
    ledger.add([landed("a")])
    others = Ledger(ledger.url.render_as_string(hide_password=False))

    def end_all_others():
        with others.writing() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                     " WHERE datname = current_database() AND pid <> pg_backend_pid()")
            )  # fmt: skip

    end_all_others()
    assert ledger.counts().total == 1

    def lose_the_connection():
        with ledger.writing() as connection:
            end_all_others()
            connection.execute(text("SELECT 1"))

    with pytest.raises(LedgerAwayError):
        lose_the_connection()
    assert ledger.add([landed("b")]) == [2]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_is_busy_for_too_long_is_away(url, monkeypatch):
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    one, other = Ledger.open(url), Ledger.open(url)
    with one.writing(), pytest.raises(LedgerAwayError):
        other.add([landed("a")])
    assert other.add([landed("a")]) == [1]


def test_threads_share_a_ledger(ledger):
    found = [[landed(f"{n}-{m}") for m in range(10)] for n in range(6)]
    threads = [threading.Thread(target=ledger.add, args=[part]) for part in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.counts().waiting == 60


@pytest.mark.parametrize("value", ["", "\\", "\\\\", "\\0000", "\x00", "a\ud800b", "\\\x00\udfff\\d800"])
def test_any_text_can_be_stored(value):
    assert unescaped(escaped(value)) == value
    escaped(value).encode()
    assert "\x00" not in escaped(value)


def test_the_home_is_not_made_before_it_is_used(tmp_path):
    Ledger.open(f"sqlite:///{tmp_path}/home/ledger.sqlite")
    assert os.listdir(tmp_path) == []


def test_what_is_repeated_after_a_deadlock_is_all_of_it(ledger, monkeypatch):
    """An iterator is used up by the first try."""
    now, tries = ledger.now, []

    def collide(connection):
        tries.append(connection)
        if len(tries) == 1:
            raise database._CollisionError("deadlock")
        return now(connection)

    monkeypatch.setattr(ledger, "now", collide)
    assert len(ledger.add(iter([landed("a"), landed("b")]))) == 2
    assert len(tries) == 2


def test_the_revision_that_is_asked_for_is_that_of_the_last_migration():
    folder = ScriptDirectory(str(database._MIGRATIONS))
    assert folder.get_current_head() == database._HEAD
