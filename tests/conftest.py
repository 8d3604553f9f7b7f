"""A real S3 server for every test that needs one: the embedded gateway, started once a session."""

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tasks.settings import buckets_from_env
from tasks.storage import s3_client

PLACES = ("landing", "lake", "quarantine", "receipts")


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory):
    """The environment in which an S3 client finds the server."""
    folder, port, metrics = tmp_path_factory.mktemp("s3"), _free_port(), _free_port()
    juicefs = shutil.which("juicefs", path=str(Path(sys.executable).parent)) or "juicefs"
    database = f"sqlite3://{folder}/meta.db"
    env = {"AWS_ACCESS_KEY_ID": "nianbao", "AWS_SECRET_ACCESS_KEY": uuid.uuid4().hex, "AWS_REGION": "us-east-1"}
    env |= {"AWS_DEFAULT_REGION": env["AWS_REGION"], "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"}
    root = {"MINIO_ROOT_USER": env["AWS_ACCESS_KEY_ID"], "MINIO_ROOT_PASSWORD": env["AWS_SECRET_ACCESS_KEY"]}
    form = [juicefs, "format", "--storage", "file", "--bucket", f"{folder}/data/", database, "test"]
    serve = [juicefs, "gateway", "--multi-buckets", "--keep-etag", "--cache-dir", f"{folder}/cache"]
    serve += ["--metrics", f"127.0.0.1:{metrics}", database, f"127.0.0.1:{port}"]
    with (folder / "log").open("w") as log:
        subprocess.run(form, check=True, stdout=log, stderr=log)
        server = subprocess.Popen(serve, env=os.environ | root, stdout=log, stderr=log)
        try:
            _wait_for(port, server, folder / "log")
            yield env
        finally:
            server.terminate()
            server.wait(20)


@pytest.fixture
def s3(s3_server, monkeypatch):
    """A client of the server; the environment names the server for whoever makes another."""
    for name, value in s3_server.items():
        monkeypatch.setenv(name, value)
    return s3_client()


@pytest.fixture
def buckets(s3, monkeypatch):
    """The four places, empty and of this test alone; the environment names them too."""
    suffix = uuid.uuid4().hex[:12]
    for place in PLACES:
        monkeypatch.setenv(f"NIANBAO_{place.upper()}_BUCKET", f"{place}-{suffix}")
    buckets = buckets_from_env()
    for name in buckets.names:
        s3.create_bucket(Bucket=name)
    return buckets


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port, server, log):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(log.read_text())
