"""Faults are seen, said and survived: one test for each defect that was found. Servers are real, full disks too."""

import asyncio
import hashlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ReadTimeoutError
from typer.testing import CliRunner

import flows.services.service
import flows.services.supervisor
from flows.cli import app
from flows.cli.submit import _put
from flows.services.config import load_config
from flows.services.disk import disk
from flows.services.ports import free_port
from flows.services.service import Running, Service
from flows.services.status import services_status, supervision_warning, supervisor_pid
from flows.services.supervisor import Supervisor
from flows.trigger.arrivals import as_listed
from flows.trigger.notifications import object_versions
from tasks.errors import SettingError
from tasks.fetch import ObjectGoneError, fetch
from tasks.ledger import ObjectVersion
from tasks.settings import Place, settings, unknown_settings

NIANBAO = str(Path(sys.executable).parent / "nianbao")


def until(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def web(tmp_path):
    """A service like the others, that starts in no time."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", "/var/empty")
    running = Running(Service("web", command, os.environ, url, url), tmp_path / "web.log")
    yield running
    if running.pid:
        os.kill(running.pid, signal.SIGCONT)
    running.stop()


@pytest.fixture
def watch(web, tmp_path):
    """Watch the service as the supervisor of a home does; returns the supervisor."""
    supervisors = []

    def start(home=tmp_path):
        supervisor = Supervisor(home)
        supervisor.home.mkdir(exist_ok=True)
        supervisor.lock = flows.services.supervisor.lock_file(home).open("w")
        flows.services.supervisor.fcntl.flock(supervisor.lock, flows.services.supervisor.fcntl.LOCK_EX)
        supervisor.running = [web]
        web.start()
        until(web.is_healthy)
        supervisor.watcher = threading.Thread(target=supervisor._watch, daemon=True)
        supervisor.watcher.start()
        supervisors.append(supervisor)
        return supervisor

    yield start
    for supervisor in supervisors:
        supervisor.stopping.set()
        supervisor.watcher.join()
        supervisor.lock.close()


@pytest.fixture
def full_disk(tmp_path):
    """A home on a file system of 2 MB, with a function that fills it."""
    home = tmp_path / "full"
    home.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", home], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("needs root and mount")

    def fill():
        with (home / "fill").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    yield home, fill
    subprocess.run(["umount", "-l", home], check=True)


@pytest.fixture
def silent():
    """The address of a server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("NIANBAO_HOME", os.environ.get("NIANBAO_HOME", str(tmp_path / "home")))
    return lambda *words, **env: CliRunner().invoke(app, words, env={"COLUMNS": "200", **env})


def health(home):
    (status,) = services_status(home)
    return status.health


def test_supervision_survives_an_error_of_its_own(watch, web, monkeypatch, caplog):
    supervisor = watch()
    monkeypatch.setattr(flows.services.supervisor, "write_status", lambda *_: os.write(os.open("/dev/full", 1), b"x"))
    until(lambda: "No space left" in caplog.text)
    first = web.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: web.pid not in (None, first))
    assert supervisor.watcher.is_alive()


def test_a_service_that_dies_on_a_full_disk_is_started_again_and_status_says_so(watch, web, full_disk, caplog):
    home, fill = full_disk
    watch(home)
    until(lambda: services_status(home))
    fill()
    assert "磁盘已满" in disk(home).warning
    until(lambda: "磁盘已满" in caplog.text)
    first = web.pid
    os.kill(first, signal.SIGKILL)
    until(lambda: services_status(home)[0].pid not in (None, first) and health(home) == "healthy")
    assert supervision_warning(home) is None


def test_a_restart_is_told_with_its_reason(web, caplog):
    caplog.set_level(logging.INFO)
    web.start()
    until(web.is_healthy)
    os.kill(web.pid, signal.SIGKILL)
    until(lambda: web.pid is None)
    until(lambda: web.keep_alive() or web.is_healthy())
    assert "web 被信号 SIGKILL 终止，" in caplog.text
    assert f"web 已启动，pid {web.pid}" in caplog.text


def test_the_log_of_the_supervisor_has_times(tmp_path, monkeypatch):
    log = flows.services.supervisor.logger
    for name, value in (("handlers", []), ("propagate", log.propagate), ("level", log.level)):
        monkeypatch.setattr(log, name, value)
    flows.services.supervisor.keep_log(tmp_path, on_terminal=False)
    log.warning("worker 被信号 SIGKILL 终止")
    told = (tmp_path / "logs" / "supervisor.log").read_text()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d worker 被信号 SIGKILL 终止\n", told)


def test_a_service_that_hangs_is_seen_and_goes_on_by_itself(watch, web, tmp_path):
    watch()
    until(lambda: services_status(tmp_path))
    pid = web.pid
    os.kill(pid, signal.SIGSTOP)
    (status,) = services_status(tmp_path)
    assert (status.health, status.pid, status.note) == ("unhealthy", pid, "进程被暂停（SIGSTOP）")
    os.kill(pid, signal.SIGCONT)
    until(lambda: health(tmp_path) == "healthy")
    assert web.pid == pid


def test_a_service_that_hangs_for_long_is_started_again(watch, web, monkeypatch, caplog):
    monkeypatch.setattr(flows.services.service, "HUNG_SECONDS", 1.0)
    watch()
    pid = web.pid
    os.kill(pid, signal.SIGSTOP)
    until(lambda: web.pid not in (None, pid) and web.is_healthy())
    assert f"没有响应（pid {pid}），强制结束" in caplog.text


def test_a_zombie_is_not_well_whatever_the_file_says(watch, web, tmp_path):
    supervisor = watch()
    until(lambda: services_status(tmp_path))
    supervisor.stopping.set()
    supervisor.watcher.join()
    web.process.send_signal(signal.SIGKILL)
    until(lambda: health(tmp_path) != "unhealthy")
    assert services_status(tmp_path)[0].note == "进程已死（僵尸）"
    assert health(tmp_path) == "stopped"


def test_a_supervisor_that_says_nothing_more_is_told_of(watch, tmp_path, monkeypatch):
    supervisor = watch()
    until(lambda: services_status(tmp_path))
    supervisor.stopping.set()
    supervisor.watcher.join()
    monkeypatch.setattr(flows.services.status, "STALE_SECONDS", 0.0)
    assert "没有更新状态" in supervision_warning(tmp_path)


def test_who_only_reads_writes_nothing(tmp_path, run):
    load_config(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    load_config(tmp_path)
    services_status(tmp_path)
    supervisor_pid(tmp_path)
    run("status", "--services", NIANBAO_HOME=str(tmp_path))
    run("env", NIANBAO_HOME=str(tmp_path))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_full_disk_is_said_in_one_line(tmp_path):
    load_config(tmp_path)
    with open("/dev/full", "w") as full:
        env = os.environ | {"NIANBAO_HOME": str(tmp_path)}
        done = subprocess.run([NIANBAO, "env"], env=env, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, "磁盘已满，无法写入输出。")
    assert "Traceback" not in done.stderr


def test_a_damaged_config_is_named(tmp_path, run):
    (tmp_path / "config.json").write_text('{"s3_port": 1')
    result = run("env", NIANBAO_HOME=str(tmp_path))
    assert (result.exit_code, "config.json 已损坏" in result.stderr) == (2, True)


def test_health_and_metrics_answer_whatever_hangs(silent, monkeypatch, tmp_path):
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.trigger.receiver import create_app

    for name, value in (("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", silent)
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path))

    async def ask():
        receiver = create_app("secret")
        transport = httpx.ASGITransport(receiver)
        async with (
            receiver.router.lifespan_context(receiver),
            httpx.AsyncClient(transport=transport, base_url="http://receiver") as client,
        ):
            return [await client.get(path) for path in ("/live", "/health", "/metrics")]

    with temporary_settings({PREFECT_API_URL: f"{silent}/api"}):
        live, health, metrics = asyncio.run(ask())
    assert live.json() == {"status": "ok"}
    assert (health.status_code, health.json()["status"]) == (200, "degraded")
    assert (health.json()["prefect"], health.json()["s3"]) == (False, False)
    lines = metrics.text.splitlines()
    assert "nianbao_prefect_up 0.0" in lines
    assert "nianbao_s3_up 0.0" in lines
    assert any(line.startswith("nianbao_disk_free_bytes ") for line in lines)


def test_a_folder_marker_is_nothing(s3, buckets):
    bucket = buckets.landing.bucket
    record = {
        "eventName": "s3:ObjectCreated:Put",
        "s3": {"bucket": {"name": bucket}, "object": {"key": "2025%E5%B9%B4/"}},
    }
    assert object_versions(json.dumps({"Records": [record]}), Place(bucket)) == []
    with pytest.raises(ObjectGoneError, match="文件夹"):
        fetch(s3, bucket, "2025年/")


@pytest.mark.parametrize("key", ["m/a//b.pdf", "/m/a/b.pdf"])
def test_an_event_and_the_listing_name_an_object_once(s3, buckets, key):
    bucket = buckets.landing.bucket
    etag = s3.put_object(Bucket=bucket, Key=key, Body=b"x")["ETag"].strip('"')
    (listed,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    assert as_listed(ObjectVersion(bucket, key, etag)) == ObjectVersion(bucket, listed["Key"], etag)
    assert fetch(s3, bucket, key, etag).key == listed["Key"]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NIANBAO_WORKER_LIMIT", "abc", "整数"),
        ("NIANBAO_WORKER_LIMIT", "0", "整数"),
        ("NIANBAO_RECEIVER_PORT", "70000", "端口"),
        ("NIANBAO_SWEEP_SECONDS", "nan", "秒数"),
        ("NIANBAO_RUN_SECONDS", "-1", "秒数"),
        ("NIANBAO_WARM", "yes", "0 或 1"),
        ("NIANBAO_LANDING_BUCKET", "a b", "存储桶"),
        ("NIANBAO_AGENCIES", "/nowhere.toml", "文件"),
        ("AWS_ENDPOINT_URL_S3", "localhost:9000", "http://"),
        ("PREFECT_API_URL", "http://127.0.0.1:99999/api", "http://"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(run, name, value, expected):
    result = run("status", **{name: value})
    assert result.exit_code == 2
    assert f"{name}={value!r}" in result.stderr
    assert expected in result.stderr


def test_settings_that_are_right_pass_and_slips_are_guessed(monkeypatch):
    monkeypatch.setattr(
        os, "environ", {"NIANBAO_WORKER_LIMIT": "2", "NIANBAO_LANDING_BUCKET": "one/prefix", "PREFECT_API_URL": ""}
    )
    assert settings().worker_limit == 2
    monkeypatch.setattr(os, "environ", {"NIANBAO_WORKERS_LIMIT": "2"})
    assert "NIANBAO_WORKER_LIMIT" in unknown_settings()[0]
    monkeypatch.setattr(os, "environ", {"NIANBAO_LAKE_BUCKET": "landing/lake"})
    with pytest.raises(SettingError, match="不能互相包含"):
        settings()


def test_the_version_is_told(run):
    assert run("--version").output.startswith("nianbao 0.")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["submti"], "没有命令 submti"),
        (["submit"], "缺少参数 FILE..."),
        (["query", "--what", "x"], "没有选项 --what"),
        (["trace", "a", "--agency", "b", "--year", "c"], "--year 的值有误：应为整数。"),
        (["review", "shw"], "没有命令 shw"),
    ],
)
def test_wrong_usage_is_told_in_chinese(run, words, told):
    result = run(*words)
    assert result.exit_code == 2
    assert told in result.output
    assert not any(word in result.output for word in ("Usage", "Error", "Missing", "No such", "Invalid", "Options"))


def test_help_is_in_chinese(run):
    told = run("submit", "--help").output
    assert all(word in told for word in ("用法：", "选项", "参数", "显示帮助后退出"))
    assert not any(word in told for word in ("Usage", "Options", "Arguments", "Show this message"))


def test_submit_takes_the_files_of_a_folder(run, s3, buckets, tmp_path):
    folder = tmp_path / "上报"
    (folder / "2024" / ".cache").mkdir(parents=True)
    for name in ("a.pdf", "2024/b.pdf", "2024/.hidden", "2024/.cache/c.pdf"):
        (folder / name).write_bytes(name.encode())
    result = run("submit", str(folder), "--prefix", "市//局/")
    assert result.exit_code == 0, result.output
    there = {o["Key"] for o in s3.list_objects_v2(Bucket=buckets.landing.bucket)["Contents"] if o["ETag"]}
    assert there == {"市/局/a.pdf", "市/局/2024/b.pdf"}


def test_submit_says_what_it_waits_for(run, buckets, tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"x")
    result = run("submit", str(tmp_path / "a.pdf"), "--wait", "--timeout", "1")
    assert result.exit_code == 6
    assert "1 秒内没有结果：a.pdf" in result.stderr
    assert "处理仍会继续" in result.stderr


def test_submit_to_a_storage_that_does_not_answer_says_so(run, silent, tmp_path, monkeypatch):
    import tasks.storage

    for name, value in (("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "us-east-1")):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tasks.storage, "_IMPATIENT", tasks.storage._QUICK)
    (tmp_path / "a.pdf").write_bytes(b"x")
    result = run("submit", str(tmp_path / "a.pdf"), AWS_ENDPOINT_URL_S3=silent)
    assert result.exit_code == 1
    assert "没能确认 s3://landing/a.pdf 是否已上传：对象存储没有响应" in result.output


def test_an_upload_that_was_stored_though_nothing_was_answered_is_told_as_done(s3, buckets):
    class Mute:
        """A storage that does what it is told and says nothing; one that is `full` does nothing either."""

        def __init__(self, is_full):
            self.is_full = is_full

        def put_object(self, **what):
            if not self.is_full:
                s3.put_object(**what)
            raise ReadTimeoutError(endpoint_url="http://s3")

    bucket = buckets.landing.bucket
    etag, said = _put(Mute(is_full=False), bucket, "a.pdf", b"x")
    assert (etag, "对象完整" in said) == (hashlib.md5(b"x").hexdigest(), True)
    etag, said = _put(Mute(is_full=True), bucket, "b.pdf", b"x")
    assert (etag, said.startswith(f"没有上传 s3://{bucket}/b.pdf：对象存储没有响应")) == (None, True)


@pytest.mark.parametrize("words", [("query", "SELECT count(*) FROM reports"), ("report",), ("export", "reports")])
def test_an_empty_lake_says_so(run, buckets, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert result.exit_code == 0, result.output
    assert "数据湖是空的" in result.stderr


def test_no_receipts_are_told_of(run, buckets):
    assert run("status").output == "还没有上传的文件。\n"


def test_a_wide_row_is_a_page_of_its_own(run, buckets):
    sql = "SELECT " + ", ".join(f"'值{n}的一段较长文字' AS 第{n}列" for n in range(8))
    narrow, wide = run("query", sql, COLUMNS="80").stdout, run("query", sql, COLUMNS="300").stdout
    assert "── 第 1 行 ──" in narrow
    assert "第7列  值7的一段较长文字" in narrow.splitlines()
    assert "── 第 1 行 ──" not in wide


def test_read_tells_the_strongest_outcome_and_json_does_not(run, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"")
    assert run("read", str(tmp_path / "a.txt")).exit_code == 4
    assert run("read", "--json", str(tmp_path / "a.txt")).exit_code == 0
