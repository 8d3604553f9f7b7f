"""What is decided once for a home folder: ports, S3 credentials, the webhook's token, Prefect's credential."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from flows.services.ports import free_port, is_free
from flows.services.private import write_private
from tasks.errors import SettingError

PORTS = ("s3_port", "s3_metrics_port", "prefect_port", "receiver_port", "worker_port")


@dataclass(frozen=True)
class Config:
    """The settings of the embedded services under `home`; kept in `config.json`, readable by its owner only."""

    home: Path
    s3_port: int
    s3_metrics_port: int
    prefect_port: int
    receiver_port: int
    worker_port: int
    access_key: str
    secret_key: str
    webhook_token: str
    prefect_auth: str = ""
    """`user:password` of Prefect's API and UI; empty in a home from before it was asked for, until its next start."""
    database_url: str = ""
    """The ledger's database that the services were started with, if one was named: commands use the same."""

    @property
    def s3_url(self) -> str:
        return f"http://127.0.0.1:{self.s3_port}"

    @property
    def prefect_url(self) -> str:
        return f"http://127.0.0.1:{self.prefect_port}"

    @property
    def ui_origins(self) -> tuple[str, str]:
        """Where a browser may have the Prefect UI from."""
        return self.prefect_url, f"http://localhost:{self.prefect_port}"

    @property
    def receiver_url(self) -> str:
        return f"http://127.0.0.1:{self.receiver_port}"


def load_config(home: Path, *, starting: bool = False) -> Config:
    """The configuration of `home`, made at the first use. When `starting`, ports that others took are replaced.

    It is written only when it changes: who only reads needs no space on the disk.
    """
    path = home / "config.json"
    saved = _saved(path)
    kept = saved or _fresh()
    if starting:
        kept = kept | {name: free_port() for name in PORTS if not is_free(int(kept[name]))}
        kept["prefect_auth"] = kept.get("prefect_auth") or _prefect_auth()
        kept["database_url"] = os.environ.get("NIANBAO_DATABASE_URL", "")
    config = Config(home=home, **kept)
    if kept != saved:
        _save(path, config)
    return config


def external_s3(env: Mapping[str, str] = os.environ) -> str | None:
    """The address of the S3 server that the user names, if any: then none is started."""
    return env.get("AWS_ENDPOINT_URL_S3") or env.get("AWS_ENDPOINT_URL") or None


def external_prefect(env: Mapping[str, str] = os.environ) -> str | None:
    """The address of the Prefect API that the user names, if any: then none is started."""
    return env.get("PREFECT_API_URL") or None


def _saved(path: Path) -> dict[str, Any] | None:
    try:
        saved: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise SettingError(f"{path} 已损坏（{error}）；请从备份恢复，其中有端口、密钥和令牌。") from error
    return saved


def _fresh() -> dict[str, Any]:
    secrets_ = {
        "access_key": "nianbao",
        "secret_key": secrets.token_urlsafe(24),
        "webhook_token": secrets.token_urlsafe(24),
        "prefect_auth": _prefect_auth(),
    }
    return {name: free_port() for name in PORTS} | secrets_


def _prefect_auth() -> str:
    return f"nianbao:{secrets.token_urlsafe(24)}"


def _save(path: Path, config: Config) -> None:
    kept = asdict(config)
    del kept["home"]
    new = path.with_suffix(".new")
    try:
        write_private(new, json.dumps(kept, indent=1).encode())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
