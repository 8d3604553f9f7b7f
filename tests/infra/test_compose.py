"""docker-compose.yml says what the code really has: the engine that runs it is not where the tests run."""

import importlib.util
import re
import shlex
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from prefect.settings.legacy import _get_valid_setting_names
from prefect.settings.models.root import Settings
from sqlalchemy.engine import make_url

from flows.worker.draining import LAST_SECONDS
from tasks.ledger import database_url
from tasks.settings import VARIABLES, buckets_from_env

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
JOBS = {"ledger", "setup"}
OURS = [name for name, service in SERVICES.items() if "build" in service]


def test_services_are_those_of_one_machine_and_what_they_need():
    assert set(SERVICES) == {"s3", "prefect", "receiver", "worker", "postgres", *JOBS}


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name):
    python, option, module, *_ = SERVICES[name]["command"]
    assert (python, option) == ("python", "-m")
    assert importlib.util.find_spec(module)


@pytest.mark.parametrize("name", OURS)
def test_variables_are_read_by_code_or_prefect(name):
    known = _get_valid_setting_names(Settings)
    for variable in SERVICES[name]["environment"]:
        if variable.startswith("PREFECT_"):
            assert variable in known, variable
        elif variable.startswith("NIANBAO_"):
            assert variable in VARIABLES, variable


def test_bucket_variables(monkeypatch):
    environment = SERVICES["worker"]["environment"]
    names = {n: f"other-{n.lower()}" for n in environment if n.endswith("_BUCKET")}
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    assert buckets_from_env().names == tuple(names.values())


def test_the_notification_reaches_the_receiver():
    receiver, s3 = SERVICES["receiver"]["environment"], SERVICES["s3"]["environment"]
    endpoint = f"http://receiver:{receiver['NIANBAO_RECEIVER_PORT']}/s3/events"
    assert s3["MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY"] == endpoint
    assert s3["MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_PRIMARY"] == receiver["NIANBAO_WEBHOOK_TOKEN"]
    assert s3["MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_PRIMARY"]


def test_ports_are_published_on_loopback_only():
    published = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_every_service_but_the_jobs_has_a_health_check():
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == JOBS


def test_the_ledger_has_a_database_of_its_own_that_is_there_before_anybody_asks(monkeypatch):
    prefect = SERVICES["prefect"]["environment"]["PREFECT_SERVER_DATABASE_CONNECTION_URL"]
    for name in OURS:
        url = SERVICES[name]["environment"]["NIANBAO_DATABASE_URL"]
        monkeypatch.setenv("NIANBAO_DATABASE_URL", url)
        assert database_url() == url
        assert (make_url(url).host, make_url(url).database) == ("postgres", "nianbao")
        assert make_url(prefect).database == "prefect"
    for name in ("receiver", "worker"):
        assert SERVICES[name]["depends_on"]["ledger"] == {"condition": "service_completed_successfully"}


def test_events_are_taken_without_prefect():
    assert "prefect" not in SERVICES["receiver"]["depends_on"]


def test_what_is_waited_for_can_come_true():
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            checked = "healthcheck" in SERVICES[name]
            assert wait["condition"] == ("service_healthy" if checked else "service_completed_successfully")


def test_secrets_have_no_default():
    text = (ROOT / "docker-compose.yml").read_text()
    for secret in ("S3_SECRET_KEY", "POSTGRES_PASSWORD", "NIANBAO_WEBHOOK_TOKEN"):
        assert not re.search(rf"\$\{{{secret}:-", text)
        assert f"{secret}=\n" in (ROOT / "infra" / "env.example").read_text()


def test_prefect_asks_for_a_credential_that_its_clients_have():
    """It is given by nobody and known to nobody: without a value of its own it is made of a secret that is required."""
    clients = {SERVICES[name]["environment"]["PREFECT_API_AUTH_STRING"] for name in OURS}
    (credential,) = clients
    assert SERVICES["prefect"]["environment"]["PREFECT_SERVER_API_AUTH_STRING"] == credential
    assert re.fullmatch(r"\$\{NIANBAO_PREFECT_AUTH:-nianbao:\$\{NIANBAO_WEBHOOK_TOKEN:\?[^}]+\}\}", credential)
    assert "# NIANBAO_PREFECT_AUTH=" in (ROOT / "infra" / "env.example").read_text()


def test_only_the_ui_itself_may_call_prefect_from_a_browser():
    prefect = SERVICES["prefect"]["environment"]
    assert prefect["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == prefect["PREFECT_UI_URL"]
    assert SERVICES["prefect"]["ports"] == [prefect["PREFECT_UI_URL"].removeprefix("http://") + ":4200"]


@pytest.mark.parametrize("name", OURS)
def test_our_containers_may_write_where_they_must_and_nowhere_else(name):
    service = SERVICES[name]
    assert service["read_only"]
    assert service["init"]
    writable = {place.split(":")[0] for place in service["tmpfs"]}
    writable |= {volume.split(":")[1] for volume in service.get("volumes", [])}
    assert writable == {"/tmp", service["environment"]["NIANBAO_HOME"]}


def test_the_ui_is_unpacked_where_the_server_may_write():
    dockerfile = (ROOT / "infra" / "Dockerfile").read_text()
    prefect = SERVICES["prefect"]["environment"]
    assert prefect["PREFECT_SERVER_UI_STATIC_DIRECTORY"].startswith(f"{prefect['NIANBAO_HOME']}/")
    assert f"PREFECT_HOME={prefect['NIANBAO_HOME']}/" in dockerfile
    (uid,) = re.findall(r"--uid (\d+)", dockerfile)
    assert f"{prefect['NIANBAO_HOME']}:uid={uid},gid={uid},mode=0700" in SERVICES["prefect"]["tmpfs"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_container_may_do_more_than_it_needs(name):
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in SERVICES[name]["security_opt"]
    assert name == "postgres" or "cap_add" not in SERVICES[name]


def test_the_worker_is_given_longer_to_stop_than_it_may_drain():
    grace = float(SERVICES["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace >= VARIABLES["NIANBAO_DRAIN_SECONDS"].default + 6 * LAST_SECONDS


class _PrefectWithoutUi(BaseHTTPRequestHandler):
    found = ("/api/health",)

    def do_GET(self):
        self.send_response(200 if self.path in self.found else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


class _Prefect(_PrefectWithoutUi):
    found = ("/api/health", "/")


@pytest.mark.parametrize(("server", "code"), [(_Prefect, 0), (_PrefectWithoutUi, 1)])
def test_prefect_is_healthy_only_with_its_ui(server, code):
    with ThreadingHTTPServer(("127.0.0.1", 0), server) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        check = shlex.join(SERVICES["prefect"]["healthcheck"]["test"][2:])
        here = shlex.split(check.replace("127.0.0.1:4200", f"127.0.0.1:{http.server_port}"))
        assert subprocess.run([sys.executable, *here], check=False).returncode == code
        http.shutdown()


def test_the_image_holds_every_package():
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "infra" / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(packages["packages"])
