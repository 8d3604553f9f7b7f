"""How other programs read the lake: the recipes of docs/downstream.md, with the addresses as they are here."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tasks.settings import settings

FOLDER = Path(__file__).parent / "recipes"
_TOOLS = (("duckdb", "DuckDB"), ("polars", "Polars"), ("pandas", "pandas"), ("spark", "Spark"))
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def variables() -> Sequence[tuple[str, str | None]]:
    """What the recipes take from the environment: its names and values; keys are for nobody to read here."""
    found = settings()
    endpoint = found.endpoint_url_s3 or found.endpoint_url
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    told: list[tuple[str, str | None]] = [("AWS_ENDPOINT_URL_S3", endpoint)] if endpoint else []
    return [*told, ("AWS_REGION", region), *((name, None) for name in _KEYS)]


def recipes() -> Sequence[tuple[str, str]]:
    """Each tool and its program."""
    lake = settings().buckets.lake
    marts = f"{lake.bucket}/{lake.key('marts')}"
    endpoint = settings().endpoint_url_s3 or settings().endpoint_url or "https://s3.amazonaws.com"
    return [
        (name, (FOLDER / f"{tool}.txt").read_text().replace("lake/marts", marts).replace("{endpoint}", endpoint))
        for tool, name in _TOOLS
    ]
