"""When Prefect last heard of the worker: asked over plain HTTP, for its client takes seconds to import."""

from __future__ import annotations

import base64
import json
import os
import time
import urllib.request
from datetime import datetime
from pathlib import Path

from flows.services.config import load_config

_SECONDS = 2.0
_POOL = "nianbao"


def seconds_since_heartbeat(home: Path) -> float | None:
    """The age of the latest heartbeat of a worker of the pool; None if Prefect does not say."""
    from flows.services.environment import service_env

    if not (home / "config.json").exists():
        return None
    try:
        env = {**os.environ, **service_env(load_config(home))}
        request = urllib.request.Request(
            f"{env['PREFECT_API_URL']}/work_pools/{_POOL}/workers/filter",
            data=json.dumps({"limit": 200}).encode(),
            headers={"Content-Type": "application/json", **_authorization(env.get("PREFECT_API_AUTH_STRING"))},
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            workers = json.load(answer)
        beats = [datetime.fromisoformat(w["last_heartbeat_time"]) for w in workers if w.get("last_heartbeat_time")]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return time.time() - max(beats).timestamp() if beats else None


def _authorization(secret: str | None) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
