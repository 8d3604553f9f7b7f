"""Ports, configuration and the supervisor's care for its processes."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from flows.services.config import load_config
from flows.services.definitions import services
from flows.services.environment import service_env
from flows.services.ports import free_port
from flows.services.service import Running, Service
from flows.services.status import ServiceStatus, services_status, supervisor_pid, write_status


@pytest.fixture
def running(tmp_path):
    port = free_port()
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    url = f"http://127.0.0.1:{port}/"
    found = Running(Service("web", command, os.environ, url, url), tmp_path / "web.log")
    yield found
    found.stop()


def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_killed_service_is_started_again(running):
    running.start()
    until(running.is_healthy)
    first = running.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: running.pid is None)
    until(lambda: running.keep_alive() or running.is_healthy())
    assert running.pid != first


def test_stop_leaves_no_process(running):
    running.start()
    until(running.is_healthy)
    pid = running.pid
    running.stop()
    assert not psutil.pid_exists(pid)


def test_a_service_dies_with_its_supervisor(tmp_path):
    code = (
        "import os, sys, time; from pathlib import Path; from flows.services.service import Running, Service\n"
        "sleep = (sys.executable, '-c', 'import time; time.sleep(60)')\n"
        "r = Running(Service('s', sleep, os.environ, '', ''), Path(sys.argv[1]))\n"
        "r.start(); print(r.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.kill()
    parent.wait()
    until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)


def test_config_is_kept_and_private(tmp_path):
    first = load_config(tmp_path)
    assert load_config(tmp_path) == first
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o600
    assert len({first.s3_port, first.prefect_port, first.receiver_port, first.worker_port}) == 4


def test_servers_that_the_user_names_are_not_started(tmp_path):
    config = load_config(tmp_path)
    assert {s.name for s in services(config, env={})} == {"s3", "prefect", "receiver", "worker"}
    named = {"AWS_ENDPOINT_URL_S3": "http://s3.example", "PREFECT_API_URL": "http://prefect.example/api"}
    assert [s.name for s in services(config, env=named)] == ["receiver", "worker"]
    assert service_env(config, named)["PREFECT_API_URL"] == "http://prefect.example/api"
    assert service_env(config, named)["AWS_ENDPOINT_URL_S3"] == "http://s3.example"


def test_status_without_a_supervisor_is_stopped(tmp_path):
    write_status(tmp_path, os.getpid(), [ServiceStatus("s3", 1, "http://x", "healthy")])
    assert supervisor_pid(tmp_path) is None
    assert services_status(tmp_path) == [ServiceStatus("s3", None, "http://x", "stopped")]
