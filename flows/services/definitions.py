"""The services, in the order in which they start."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from flows.services.config import Config, external_prefect, external_s3
from flows.services.environment import child_env
from flows.services.prefect_server import prefect_command, prefect_env
from flows.services.s3 import s3_command, s3_env
from flows.services.service import Service


def services(config: Config, env: Mapping[str, str] = os.environ) -> tuple[Service, ...]:
    """The services to run for `config`; none in the place of a server that the user's `env` names."""
    found = [_receiver(config), _worker(config)]
    if external_prefect(env) is None:
        found.insert(0, _prefect(config))
    if external_s3(env) is None:
        found.insert(0, _s3(config))
    return tuple(found)


def _s3(config: Config) -> Service:
    env = {**child_env(config), **s3_env(config)}
    return Service("s3", tuple(s3_command(config)), env, config.s3_url, f"{config.s3_url}/minio/health/live")


def _prefect(config: Config) -> Service:
    env = {**child_env(config), **prefect_env(config)}
    return Service(
        "prefect", tuple(prefect_command(config)), env, config.prefect_url, f"{config.prefect_url}/api/health"
    )


def _receiver(config: Config) -> Service:
    env = {**child_env(config), "PREFECT_CLIENT_MAX_RETRIES": "0", "PREFECT_API_REQUEST_TIMEOUT": "10"}
    if external_s3(os.environ) is None:  # a browser on this machine reaches it
        env.setdefault("NIANBAO_DESK_STORAGE_URL", config.s3_url)
    command = (sys.executable, "-m", "flows.trigger.receiver")
    return Service("receiver", command, env, config.receiver_url, f"{config.receiver_url}/live")


def _worker(config: Config) -> Service:
    """Its processes are ended with it, so there is nothing to drain: `down` does not wait, the sweep finds the runs."""
    url = f"http://127.0.0.1:{config.worker_port}"
    server = {"PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1", "PREFECT_WORKER_WEBSERVER_PORT": str(config.worker_port)}
    env = {**child_env(config), **server, "NIANBAO_DRAIN_SECONDS": "0"}
    return Service("worker", (sys.executable, "-m", "flows.worker"), env, url, f"{url}/health")
