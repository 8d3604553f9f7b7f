"""Where things are: the four places in S3 and the folder on this machine, all from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from itertools import permutations
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """A bucket, or a part of one: names in it stand under `prefix`."""

    bucket: str
    prefix: str = ""

    def key(self, name: str) -> str:
        """The object key of `name` in this place."""
        return f"{self.prefix}/{name}" if self.prefix else name

    def uri(self, name: str) -> str:
        """The address of `name`, for people and for tools."""
        return f"s3://{self.bucket}/{self.key(name)}"

    def name(self, key: str) -> str:
        """The name in this place of the object `key`: the inverse of `key`."""
        return key.removeprefix(f"{self.prefix}/") if self.prefix else key

    def holds(self, other: Place) -> bool:
        """Whether every object of `other` lies in this place too."""
        return self.bucket == other.bucket and f"{other.key('')}".startswith(self.key(""))


@dataclass(frozen=True)
class Buckets:
    """The four places: what lands, what is validated, what is kept back, and what became of each object."""

    landing: Place
    lake: Place
    quarantine: Place
    receipts: Place

    def __post_init__(self) -> None:
        for outer, inner in permutations((self.landing, self.lake, self.quarantine, self.receipts), 2):
            if outer.holds(inner):
                raise ValueError(
                    f"存储位置不能互相包含：{outer.uri('')} 与 {inner.uri('')}。请检查 NIANBAO_*_BUCKET 的设置。"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The buckets that have to exist, each once."""
        places: tuple[tuple[str, str], ...] = astuple(self)
        return tuple(dict.fromkeys(bucket for bucket, _ in places))


def buckets_from_env(env: Mapping[str, str] = os.environ) -> Buckets:
    """The places that NIANBAO_LANDING_BUCKET, NIANBAO_LAKE_BUCKET, ... name as `bucket` or `bucket/prefix`."""
    return Buckets(*(_place(env, name) for name in ("landing", "lake", "quarantine", "receipts")))


def home(env: Mapping[str, str] = os.environ) -> Path:
    """The folder of everything that is kept on this machine."""
    return Path(env.get("NIANBAO_HOME") or Path.home() / ".nianbao")


def _place(env: Mapping[str, str], name: str) -> Place:
    bucket, _, prefix = (env.get(f"NIANBAO_{name.upper()}_BUCKET") or name).strip("/").partition("/")
    return Place(bucket, prefix)
