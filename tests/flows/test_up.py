"""The whole system as a user starts it: up, an upload, its receipt by the event, a killed receiver, down and up again.

Then each service is killed once while objects land: every object gets its one outcome all the same. That is a small
form of `benchmarks/chaos.py`, which kills them many times over.
"""

import json
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import boto3
import psutil
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from expectations.forms import FORMS
from flows.services.config import load_config
from flows.services.environment import service_env
from flows.services.status import services_status
from tasks.lake.query import connect
from tasks.receipt.write import stored_receipts
from tasks.samples import SampleReport, consistent_figures, draw_pdf
from tasks.settings import buckets_from_env
from tasks.storage import s3_client

NIANBAO = str(Path(sys.executable).parent / "nianbao")
OTHERS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "PREFECT_API_URL", "NIANBAO_LANDING_BUCKET")
SWEEPS = {"NIANBAO_SWEEP_SECONDS": "10"}
AGENCY = "青岚市水利局"
NAMES = "水林农教民财文体交通司法审计统环住建商务"
SECONDS = 240


@pytest.fixture(scope="module")
def nianbao(tmp_path_factory):
    """Run a command in a home that all tests here share; whatever happens, nothing is left running."""
    home = tmp_path_factory.mktemp("up") / "home"
    env = {k: v for k, v in os.environ.items() if k not in OTHERS} | {"NIANBAO_HOME": str(home)}

    def run(*arguments, **settings):
        done = subprocess.run([NIANBAO, *arguments], env=env | settings, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run.home = home
    yield run
    subprocess.run([NIANBAO, "down"], env=env, check=True, capture_output=True, timeout=120)


def environment_of(exports):
    return dict(shlex.split(line)[1].split("=", 1) for line in exports.splitlines())


def prefect_runs(exports):
    """How many runs `prefect flow-run ls` shows; None if it is refused."""
    command = [str(Path(sys.executable).parent / "prefect"), "flow-run", "ls", "--output", "json"]
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | exports
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=200)
    return len(json.loads(done.stdout)) if done.returncode == 0 else None


def client_of(exports):
    env = environment_of(exports)
    return boto3.client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL_S3"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        region_name=env["AWS_REGION"],
    )


def report(seed):
    figures = consistent_figures(FORMS["2021"], random.Random(seed))
    return draw_pdf(SampleReport(AGENCY, 2020 + seed, "2021", figures))


def receipt_of(nianbao, s3, key):
    """As `nianbao status` tells it, once it is there."""
    deadline = time.monotonic() + 120
    while f"{key}.json" not in [found["Key"] for found in s3.list_objects_v2(Bucket="receipts").get("Contents", [])]:
        assert time.monotonic() < deadline, f"no receipt for {key}"
        time.sleep(0.2)
    found = [json.loads(line) for line in nianbao("status", "--json").splitlines()]
    return next(one for one in found if one["object"]["key"] == key)


@pytest.mark.timeout(400)
def test_the_whole_way(nianbao):
    nianbao("up", "--detach")
    services = {s["name"]: s for s in json.loads(nianbao("status", "--services", "--json"))}
    assert set(services) == {"s3", "prefect", "receiver", "worker"}
    assert "已在运行" in nianbao("up")
    s3 = client_of(nianbao("env"))
    s3.put_object(Bucket="landing", Key="2024年/报告 一+二.pdf", Body=report(4))
    assert receipt_of(nianbao, s3, "2024年/报告 一+二.pdf")["outcome"] == "validated"

    os.kill(services["receiver"]["pid"], signal.SIGKILL)
    s3.put_object(Bucket="landing", Key="第二份.pdf", Body=report(3))
    assert receipt_of(nianbao, s3, "第二份.pdf")["outcome"] == "validated"
    assert json.loads(nianbao("query", "--json", "SELECT count(*) AS n FROM reports").splitlines()[0]) == {"n": 2}

    home = nianbao.home
    assert not [path for path in (home, *home.rglob("*")) if path.lstat().st_mode & 0o077], "others can read nothing"
    exports = environment_of(nianbao("env"))
    assert prefect_runs(exports) >= 2, "people's own Prefect command line shows the credential"
    assert exports["PREFECT_API_AUTH_STRING"] in nianbao("open", "--print")
    del exports["PREFECT_API_AUTH_STRING"]
    assert prefect_runs(exports) is None

    pids = [s["pid"] for s in json.loads(nianbao("status", "--services", "--json"))]
    nianbao("down")
    assert not any(psutil.pid_exists(pid) for pid in pids)
    nianbao("up", "--detach", **SWEEPS)
    assert "第二份.pdf" in nianbao("status", "第二份.pdf")


@pytest.fixture
def home(nianbao, monkeypatch):
    """The home of all services, which are running, and which this process talks to."""
    if not (nianbao.home / "services.json").exists():
        nianbao("up", "--detach", **SWEEPS)
    for name in OTHERS:
        monkeypatch.delenv(name, raising=False)
    for name, value in service_env(load_config(nianbao.home), env={}).items():
        monkeypatch.setenv(name, value)
    return nianbao.home


def _report(number, seed):
    figures = dict(consistent_figures(FORMS["2021"], random.Random(seed)))
    return draw_pdf(SampleReport(f"青岚市{NAMES[number]}局", 2024, "2021", figures)), figures["table3.new.total"]


def _kill(home, name):
    pid = next(service.pid for service in services_status(home) if service.name == name)
    if pid:
        os.kill(pid, signal.SIGKILL)


def _put(key, body):
    """As any client that has to get it through."""
    deadline = time.monotonic() + 60
    while True:
        try:
            s3_client().put_object(Bucket="landing", Key=f"killed/{key}", Body=body)
            return
        except (BotoCoreError, ClientError):
            assert time.monotonic() < deadline
            time.sleep(0.5)


def _receipts():
    try:
        found = stored_receipts(s3_client(), buckets_from_env())
        return {
            name.removeprefix("killed/").removesuffix(".json"): r for name, r in found if name.startswith("killed/")
        }
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
        sql = f"SELECT agency, total FROM applications WHERE row = 'new' AND agency <> '{AGENCY}'"
        rows = connect().sql(sql).fetchall()
    except OSError:
        return {}
    assert len({agency for agency, _ in rows}) == len(rows)
    return dict(rows)
