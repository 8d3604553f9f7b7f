"""The environment in which clients and services find each other."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from flows.services.config import Config, external_prefect, external_s3, load_config

PLACES = ("LANDING", "LAKE", "QUARANTINE", "RECEIPTS")
REGION = "us-east-1"


def service_env(config: Config, env: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What any S3 client, Prefect client or script needs; servers that the user names in `env` stay as they are."""
    found = {f"NIANBAO_{place}_BUCKET": env.get(f"NIANBAO_{place}_BUCKET") or place.lower() for place in PLACES}
    if external_s3(env) is None:
        found |= {"AWS_ENDPOINT_URL_S3": config.s3_url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
        found |= {"AWS_ACCESS_KEY_ID": config.access_key, "AWS_SECRET_ACCESS_KEY": config.secret_key}
    else:
        names = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION")
        found |= {name: env[name] for name in names if env.get(name)}
    if external_prefect(env) is None:
        found["PREFECT_API_URL"] = f"{config.prefect_url}/api"
        if config.prefect_auth:
            found["PREFECT_API_AUTH_STRING"] = config.prefect_auth
    else:
        theirs = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING", "PREFECT_API_KEY")
        found |= {name: env[name] for name in theirs if env.get(name)}
    found["NIANBAO_DATABASE_URL"] = (
        env.get("NIANBAO_DATABASE_URL") or config.database_url or f"sqlite:///{config.home.absolute()}/ledger.sqlite"
    )
    return found


def child_env(config: Config) -> dict[str, str]:
    """The environment of a service: where the others are, no telemetry, all data under home."""
    return {
        **os.environ,
        **service_env(config),
        **_csrf_env(),
        "NIANBAO_HOME": str(config.home),
        "NIANBAO_WEBHOOK_TOKEN": config.webhook_token,
        "NIANBAO_RECEIVER_PORT": str(config.receiver_port),
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONUNBUFFERED": "1",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        "PREFECT_HOME": str(config.home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLIENT_MAX_RETRIES": "5",
        "PREFECT_WORKER_QUERY_SECONDS": "2",
    }


def _csrf_env() -> dict[str, str]:
    """Prefect's clients ask for a token at every start, unless they know that our own server wants none."""
    if external_prefect(os.environ):
        return {}
    wanted = os.environ.get("PREFECT_SERVER_CSRF_PROTECTION_ENABLED", "false")
    return {"PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": wanted}


def activate(home: Path) -> None:
    """Let this process find the services of `home`, as far as its environment does not name others."""
    if not (home / "config.json").exists():
        return
    os.environ.update(service_env(load_config(home)))
