"""What the desk costs. `uv run python -m benchmarks.desk [OBJECTS]`.

A desk of its own with the embedded S3 server, on SQLite and on PostgreSQL, with OBJECTS (100,000 unless given) in the
ledger: how long pages of the inbox take at the server (milliseconds: median of REPEATS, and the slowest; CPU beside),
how much its memory grows while FOLLOWERS people follow their uploads, and by a file of 50 MB that comes through it.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
from sqlalchemy import insert, text

from benchmarks.ledger import CHUNK, START, fill
from flows.desk.passwords import new_token, token_hash
from flows.services.buckets import make_buckets
from flows.services.config import load_config
from flows.services.definitions import services
from flows.services.environment import service_env
from flows.services.ports import free_port
from flows.services.s3 import format_volume
from flows.services.service import Running
from tasks.ledger import Ledger
from tasks.ledger.tables import object_rules, objects, uploads
from tasks.roles import Role
from tasks.settings import buckets_from_env
from tasks.storage import s3_client
from tests.tasks.ledger.server import postgresql_server

REPEATS, FOLLOWERS, EACH = 15, 50, 40
SIZE = 50_000_000
PAGES = {
    "first": "",
    "validated": "?outcome=validated",
    "on their way": "?outcome=open",
    "reason": "?reason=T3.RULE_4",
    "rule": "?rule=T3.RULE_4",
    "year": "?year=2024",
    "agency": "?q=机关000123",
    "nothing found": "?q=没有这个",
    "agency, year, outcome": "?q=没有&year=2024&outcome=validated",
}
SERVER = """
import sys, uvicorn
from flows.desk.app import create_desk
uvicorn.run(create_desk(), port=int(sys.argv[1]), access_log=False, log_level="warning", proxy_headers=False)
"""


def main(number: int) -> None:
    """On each database."""
    with tempfile.TemporaryDirectory() as folder, postgresql_server("fsync=on") as server, s3(Path(folder)) as env:
        for url in (f"sqlite:///{folder}/ledger.sqlite", server):
            ledger = Ledger.open(url, migrate=True)
            fill(ledger, number)
            count_on(ledger)
            add_rules(ledger, number)
            print(f"{ledger.url.get_backend_name()}, {number:,} objects")
            with desk(env | {"NIANBAO_HOME": folder, "NIANBAO_DATABASE_URL": url}) as (address, process):
                measure_inbox(address, process, ledger)
                asyncio.run(measure_followers(address, process, ledger))
                measure_upload(address, process, ledger)
            ledger.close()


@contextmanager
def s3(home: Path) -> Iterator[dict[str, str]]:
    """The embedded server; the environment in which it is found."""
    config = load_config(home)
    format_volume(config)
    running = Running(next(one for one in services(config, env={}) if one.name == "s3"), home / "s3.log")
    running.start()
    try:
        while not running.is_healthy():
            time.sleep(0.2)
        env = {**os.environ, **service_env(config, env={})}
        os.environ.update(env)
        make_buckets(s3_client(), buckets_from_env())
        yield env
    finally:
        running.stop()


@contextmanager
def desk(env: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """A desk in a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=env)
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/sign-in")
                break
            except httpx.ConnectError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}", psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def count_on(ledger: Ledger) -> None:
    """PostgreSQL gives ids from a sequence, which does not know of those that were filled in."""
    if ledger.is_postgresql:
        with ledger.writing() as connection:
            connection.execute(text("SELECT setval('objects_id_seq', (SELECT max(id) FROM objects))"))


def add_rules(ledger: Ledger, number: int) -> None:
    """Of each that has a reason, that rule and another."""
    rows = [
        {"object_id": n + 1, "rule": rule, "landed": START + timedelta(seconds=n)}
        for n in range(number)
        if 80 <= n % 100 < 90
        for rule in (f"T3.RULE_{n % 12}", "T3.ROW_SUM")
    ]
    with ledger.writing() as connection:
        for first in range(0, len(rows), CHUNK):
            connection.execute(insert(object_rules), rows[first : first + CHUNK])
        connection.execute(text("ANALYZE"))


def signed_in(address: str, ledger: Ledger, name: str) -> tuple[dict[str, str], str]:
    """Cookies and token of a new user."""
    ledger.add_user(name, list(Role))
    token = new_token()
    ledger.add_link(name, token_hash(token), timedelta(hours=1))
    with httpx.Client(base_url=address) as client:
        client.post(f"/sign-in/{token}", data={"csrf": csrf(client)})
        return dict(client.cookies), csrf(client)


def csrf(client: httpx.Client) -> str:
    """Of this session."""
    return re.findall(r'name="csrf" content="(\w+)"', client.get("/password", follow_redirects=True).text)[0]


def measure_inbox(address: str, process: psutil.Process, ledger: Ledger) -> None:
    """Each page as a browser asks for it, one at a time."""
    cookies, _ = signed_in(address, ledger, "reader")
    with httpx.Client(base_url=address, cookies=cookies, timeout=60) as client:
        for name, query in PAGES.items():
            client.get(f"/inbox{query}").raise_for_status()
            times, before = [], cpu(process)
            for _ in range(REPEATS):
                start = time.perf_counter()
                client.get(f"/inbox{query}").raise_for_status()
                times.append((time.perf_counter() - start) * 1000)
            spent = (cpu(process) - before) / REPEATS * 1000
            print(f"  inbox, {name:22} {statistics.median(times):6.0f} ms, slowest {max(times):6.0f}, CPU {spent:5.0f}")


async def measure_followers(address: str, process: psutil.Process, ledger: Ledger) -> None:
    """Each has EACH files that are judged while they are followed."""
    cookies = [signed_in(address, ledger, f"follower{n}")[0] for n in range(FOLLOWERS)]
    with ledger.writing() as connection:
        now = ledger.now(connection)
        rows = [
            {
                "by": f"follower{n}",
                "bucket": "landing",
                "key": f"{n}/{k}.pdf",
                "etag": f"f{n}-{k}",
                "size": 1,
                "at": now,
            }
            for n in range(FOLLOWERS)
            for k in range(EACH)
        ]
        connection.execute(insert(uploads), rows)
        landed = [{"bucket": r["bucket"], "key": r["key"], "etag": r["etag"], "seen_at": now, "size": 1} for r in rows]
        connection.execute(insert(objects), landed)
    before, told = process.memory_info().rss, [0] * FOLLOWERS
    limits = httpx.Limits(max_connections=None)

    async def follow(n: int, client: httpx.AsyncClient) -> None:
        async with client.stream("GET", f"{address}/upload/events", cookies=cookies[n]) as answer:
            async for line in answer.aiter_lines():
                told[n] += '"final": true' in line

    async with httpx.AsyncClient(timeout=None, limits=limits) as client:
        following = [asyncio.create_task(follow(n, client)) for n in range(FOLLOWERS)]
        await asyncio.sleep(5)
        with ledger.writing() as connection:
            done = "UPDATE objects SET is_open = :no, outcome = 'validated', agency = '机关' WHERE etag LIKE 'f%-%'"
            connection.execute(text(done), {"no": False})
        start = time.perf_counter()
        while sum(told) < FOLLOWERS * EACH:
            await asyncio.sleep(0.05)
        late = time.perf_counter() - start
        begun = cpu(process)
        await asyncio.sleep(5)
        busy = (cpu(process) - begun) / 5 * 100
        grown = process.memory_info().rss - before
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)
    files = FOLLOWERS * EACH
    print(f"  {FOLLOWERS} followers: {grown / 2**20:.0f} MiB more; all {files} verdicts told {late:.1f} s after")
    print(f"  {FOLLOWERS} followers of nothing new: {busy:.0f} % of a core")


def measure_upload(address: str, process: psutil.Process, ledger: Ledger) -> None:
    """Through the desk, for S3 cannot be reached."""
    cookies, token = signed_in(address, ledger, "uploader")
    headers = {"X-CSRF-Token": token}
    with httpx.Client(base_url=address, cookies=cookies, headers=headers, timeout=120) as client:

        def send(name: str, size: int) -> None:
            asked = {"files": [{"path": name, "size": size}]}
            given = client.post("/upload/begin", json=asked).raise_for_status().json()["files"][0]
            client.put(f"/upload/{given['id']}", content=os.urandom(size)).raise_for_status()

        send("small.pdf", 1_000)
        Path(f"/proc/{process.pid}/clear_refs").write_text("5")  # the peak is counted from here
        before, start = process.memory_info().rss, time.perf_counter()
        send("large.pdf", SIZE)
        status = Path(f"/proc/{process.pid}/status").read_text()
        peak = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
        seconds = time.perf_counter() - start
    print(f"  a file of 50 MB: {(peak - before) / 2**20:.1f} MiB more at the peak, {seconds:.1f} s")


def cpu(process: psutil.Process) -> float:
    """Seconds that it has worked."""
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
