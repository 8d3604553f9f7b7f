"""The embedded Prefect server: SQLite under home, nothing sent to anybody, no orders without the credential."""

from __future__ import annotations

import sys

from flows.services.config import Config
from flows.services.front_door import HOSTS, LOOPBACK
from tasks.settings import settings


def prefect_command(config: Config) -> list[str]:
    """The command that serves Prefect's API and UI."""
    return [
        sys.executable, "-m", "flows.services.prefect_main", "server", "start",
        "--host", "127.0.0.1", "--port", str(config.prefect_port),
    ]  # fmt: skip


def prefect_env(config: Config) -> dict[str, str]:
    """Settings of the server; late-run scans are off because SQLite is locked while they run.

    Its UI is served under its own address, so no other origin needs to be allowed; the credential is sent as a header,
    never as a cookie, so no other page can make a browser send it.

    Events of task runs are recorded many at a time, once a second: one by one they cost half of the server's CPU.
    """
    return {
        "PREFECT_API_URL": f"{config.prefect_url}/api",
        "PREFECT_SERVER_API_AUTH_STRING": config.prefect_auth,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": ",".join(config.ui_origins),
        HOSTS: settings().prefect_hosts or LOOPBACK,
        "PREFECT_UI_API_URL": "/api",
        "PREFECT_SERVER_UI_API_URL": "/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "100",
        "PREFECT_LOGGING_SERVER_LEVEL": "WARNING",
    }
