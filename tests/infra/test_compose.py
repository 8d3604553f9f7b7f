"""docker-compose.yml says what the code really has: it cannot be run where the tests run."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from prefect.settings.legacy import _get_valid_setting_names
from prefect.settings.models.root import Settings

from flows.services.definitions import NAMES
from tasks.settings import buckets_from_env

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
CODE = "\n".join(p.read_text() for room in ("flows", "tasks") for p in (ROOT / room).rglob("*.py"))
OURS = [name for name, service in SERVICES.items() if "build" in service]


def test_services_are_those_of_one_machine_and_what_they_need():
    assert set(SERVICES) == {*NAMES, "postgres", "setup"}


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name):
    command = SERVICES[name]["command"]
    if command[0] == "python":
        assert command[1] == "-m"
        assert importlib.util.find_spec(command[2])
    else:
        assert command[:3] == ["prefect", "server", "start"]


@pytest.mark.parametrize("name", OURS)
def test_variables_are_read_by_code_or_prefect(name):
    known = _get_valid_setting_names(Settings)
    for variable in SERVICES[name]["environment"]:
        if variable.startswith("PREFECT_"):
            assert variable in known, variable
        elif variable.startswith("NIANBAO_") and not variable.endswith("_BUCKET"):
            assert f'"{variable}"' in CODE, variable


def test_bucket_variables():
    environment = SERVICES["worker"]["environment"]
    names = {n: f"other-{n.lower()}" for n in environment if n.endswith("_BUCKET")}
    assert buckets_from_env(names).names == tuple(names.values())


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


def test_every_service_but_the_job_has_a_health_check():
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"setup"}


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


def test_the_image_holds_every_package():
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "infra" / "Dockerfile").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(packages["packages"])
