"""All services of `nianbao up`, each killed once while objects land: every object gets its one outcome all the same.

A small form of `benchmarks/chaos.py`, which kills them many times over.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from expectations.forms import FORMS
from flows.services.config import load_config
from flows.services.environment import service_env
from tasks.lake.query import connect
from tasks.receipt.write import stored_receipts
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

NAMES = "水林农教民财文体交通司法审计统环住建商务"
SECONDS = 240


def _report(number, seed):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    return draw_pdf(SampleReport(f"青岚市{NAMES[number]}局", 2024, "2021", figures)), figures["table3.new.total"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The home of all services, which this process talks to."""
    environment = {**os.environ, "NIANBAO_HOME": str(tmp_path), "NIANBAO_SWEEP_SECONDS": "10"}
    for name in ("AWS_ENDPOINT_URL_S3", "PREFECT_API_URL", "NIANBAO_LANDING_BUCKET"):
        environment.pop(name, None)
    nianbao = [sys.executable, "-c", "from flows.cli import main; main()"]
    subprocess.run([*nianbao, "up", "--detach"], env=environment, check=True, timeout=180)
    try:
        for name, value in service_env(load_config(tmp_path), env={}).items():
            monkeypatch.setenv(name, value)
        yield tmp_path
    finally:
        subprocess.run([*nianbao, "down"], env=environment, check=True, timeout=120)


def _kill(home, name):
    found = json.loads((home / "services.json").read_text())
    services = found if isinstance(found, list) else found["services"]
    pid = next(service["pid"] for service in services if service["name"] == name)
    if pid:
        os.kill(pid, signal.SIGKILL)


def _put(key, body):
    """As any client that has to get it through."""
    deadline = time.monotonic() + 60
    while True:
        try:
            s3_client().put_object(Bucket="landing", Key=key, Body=body)
            return
        except (BotoCoreError, ClientError):
            assert time.monotonic() < deadline
            time.sleep(0.5)


def _receipts():
    try:
        found = stored_receipts(s3_client(), buckets_from_env())
        return {r["object"]["key"]: r for name, r in found if not name.startswith(".versions/")}
    except (BotoCoreError, ClientError):
        return {}


def test_every_object_gets_its_outcome_though_every_component_is_killed(home):
    landed, expected = {}, {}
    kills = iter(["worker", "receiver", "prefect", "s3"])
    for number in range(20):
        body, expected[f"青岚市{NAMES[number]}局"] = _report(number, number)
        landed[f"{number}.pdf"] = body
        _put(f"{number}.pdf", body)
        if number % 5 == 4:
            _kill(home, next(kills))
    for number in range(4):  # the same bytes again, a newer version, and what is no report
        _put(f"copy{number}.pdf", landed[f"{number}.pdf"])
        newer, expected[f"青岚市{NAMES[number + 4]}局"] = _report(number + 4, 100 + number)
        _put(f"{number + 4}.pdf", newer)
        _put(f"bad{number}.pdf", b"%PDF-1.4 no" + bytes([number]))
    keys = {*landed, *(f"{kind}{n}.pdf" for kind in ("copy", "bad") for n in range(4))}
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and not (keys <= set(_receipts()) and _in_lake() == expected):
        time.sleep(2)
    receipts = _receipts()
    assert set(receipts) == keys
    assert {receipts[f"bad{n}.pdf"]["outcome"] for n in range(4)} == {"rejected"}
    assert _in_lake() == expected


def _in_lake():
    """Each report's number of applications: once, and of the version that landed last."""
    try:
        rows = connect().sql("SELECT agency, total FROM applications WHERE row = 'new'").fetchall()
    except OSError:
        return {}
    assert len({agency for agency, _ in rows}) == len(rows)
    return dict(rows)
