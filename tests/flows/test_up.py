"""The whole system as a user starts it: up, an upload, its receipt by the event, a killed receiver, down, up, down."""

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

from expectations.forms import FORMS
from tasks.samples import SampleReport, consistent_figures, draw_pdf

NIANBAO = str(Path(sys.executable).parent / "nianbao")
OTHERS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "PREFECT_API_URL")


@pytest.fixture
def nianbao(tmp_path):
    """Run a command in a home of its own; whatever happens, nothing is left running."""
    env = {k: v for k, v in os.environ.items() if k not in OTHERS} | {"NIANBAO_HOME": str(tmp_path / "home")}

    def run(*arguments):
        done = subprocess.run([NIANBAO, *arguments], env=env, capture_output=True, text=True, timeout=200)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run.home = env["NIANBAO_HOME"]
    yield run
    subprocess.run([NIANBAO, "down"], env=env, capture_output=True, timeout=100)


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
    return draw_pdf(SampleReport("青岚市水利局", 2020 + seed, "2021", figures))


def receipt_of(nianbao, key):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        for line in nianbao("status", "--json").splitlines():
            found = json.loads(line)
            if found["object"]["key"] == key and found["outcome"]:
                return found
        time.sleep(1)
    raise AssertionError(f"no receipt for {key}")


@pytest.mark.timeout(400)
def test_the_whole_way(nianbao):
    nianbao("up", "--detach")
    services = {s["name"]: s for s in json.loads(nianbao("status", "--services", "--json"))}
    assert set(services) == {"s3", "prefect", "receiver", "worker"}
    assert "已在运行" in nianbao("up")
    s3 = client_of(nianbao("env"))
    s3.put_object(Bucket="landing", Key="2024年/报告 一+二.pdf", Body=report(4))
    assert receipt_of(nianbao, "2024年/报告 一+二.pdf")["outcome"] == "validated"

    os.kill(services["receiver"]["pid"], signal.SIGKILL)
    s3.put_object(Bucket="landing", Key="第二份.pdf", Body=report(3))
    assert receipt_of(nianbao, "第二份.pdf")["outcome"] == "validated"
    assert json.loads(nianbao("query", "--json", "SELECT count(*) AS n FROM reports").splitlines()[0]) == {"n": 2}

    home = Path(nianbao.home)
    assert not [path for path in (home, *home.rglob("*")) if path.lstat().st_mode & 0o077], "others can read nothing"
    exports = environment_of(nianbao("env"))
    assert prefect_runs(exports) >= 2, "people's own Prefect command line shows the credential"
    assert exports["PREFECT_API_AUTH_STRING"] in nianbao("open", "--print")
    del exports["PREFECT_API_AUTH_STRING"]
    assert prefect_runs(exports) is None

    pids = [s["pid"] for s in json.loads(nianbao("status", "--services", "--json"))]
    nianbao("down")
    assert not any(psutil.pid_exists(pid) for pid in pids)
    nianbao("up", "--detach")
    assert "第二份.pdf" in nianbao("status", "第二份.pdf")
