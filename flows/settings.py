"""Every setting that the environment may hold: what it may be. What is wrong is said before anything starts."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tasks.settings import buckets_from_env


class SettingError(ValueError):
    """A setting cannot be meant; the message names it, its value and what is expected, in Chinese."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A variable; `parse` raises ValueError for a value that is not `expected`. Without a value it is `default`."""

    name: str
    expected: str
    parse: Callable[[str], Any]
    default: Any = None

    def value(self, env: Mapping[str, str] = os.environ) -> Any:  # noqa: ANN401 (as `parse` makes it)
        """What it is now. Raises SettingError."""
        text = env.get(self.name)
        if not text:
            return self.default
        try:
            return self.parse(text)
        except (ValueError, OSError) as error:
            told = re.sub(r"//.*@", "//…@", text)  # there may be a password
            raise SettingError(f"设置有误：{self.name}={told!r}，应为{self.expected}。") from error


def _number(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        found = kind(text)
        if not least <= found <= most:
            raise ValueError(text)
        return found

    return parse


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError(text)
    return text


def _place(text: str) -> str:
    bucket, _, prefix = text.strip("/").partition("/")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]", bucket) or "//" in prefix:
        raise ValueError(text)
    return text


def _switch(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise ValueError(text)
    return Path(text)


def _folder(text: str) -> Path:
    if Path(text).exists() and not Path(text).is_dir():
        raise ValueError(text)
    return Path(text)


def _database(text: str) -> str:
    if not re.match(r"(sqlite:///|postgres(ql)?(\+psycopg)?://).", text):
        raise ValueError(text)
    return text


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", text):
        raise ValueError(text)
    return text


_DAY = 86400
_SECONDS = "秒数（1 到 86400）"
_URL = "以 http:// 或 https:// 开头的地址"

WORKER_LIMIT = Setting("NIANBAO_WORKER_LIMIT", "1 到 256 的整数", _number(int, 1, 256), 3)
"""Runs at a time: each leaves a third of a core to the servers while it waits for them."""

RUNS_OUT = Setting("NIANBAO_RUNS_OUT", "1 到 100000 的整数", _number(int, 1, 100_000))
"""Runs that the dispatcher has out at most; without a value, as many as one worker takes."""

WARM = Setting("NIANBAO_WARM", " 0 或 1", _switch, True)
RUN_SECONDS = Setting("NIANBAO_RUN_SECONDS", "秒数（0 到 86400）", _number(float, 0, _DAY), 600.0)
SWEEP_SECONDS = Setting("NIANBAO_SWEEP_SECONDS", _SECONDS, _number(float, 1, _DAY), 120.0)
COMPACT_SECONDS = Setting("NIANBAO_COMPACT_SECONDS", _SECONDS, _number(float, 1, _DAY), 120.0)
RECEIVER_HOST = Setting("NIANBAO_RECEIVER_HOST", "主机名或 IP 地址", _host, "127.0.0.1")
RECEIVER_PORT = Setting("NIANBAO_RECEIVER_PORT", "端口（1 到 65535 的整数）", _number(int, 1, 65535), 8181)
DISK_LOW_MB = Setting("NIANBAO_DISK_LOW_MB", "兆字节数（0 或更大）", _number(float, 0, 1e9), 1024.0)
SETTINGS = (
    WORKER_LIMIT, RUNS_OUT, WARM, RUN_SECONDS, SWEEP_SECONDS, COMPACT_SECONDS, RECEIVER_HOST, RECEIVER_PORT,
    DISK_LOW_MB,
    Setting("NIANBAO_HOME", "一个目录", _folder),
    Setting("NIANBAO_DATABASE_URL", " postgresql://用户:密码@主机/数据库 或 sqlite:///文件", _database),
    Setting("NIANBAO_AGENCIES", "一个存在的文件", _file),
    Setting("NIANBAO_WEBHOOK_TOKEN", "令牌", str),
    *(
        Setting(f"NIANBAO_{place}_BUCKET", "“存储桶”或“存储桶/前缀”", _place)
        for place in ("LANDING", "LAKE", "QUARANTINE", "RECEIPTS")
    ),
    *(Setting(name, _URL, _url) for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "PREFECT_API_URL")),
)  # fmt: skip


def check_settings(env: Mapping[str, str] = os.environ) -> None:
    """Raises SettingError that tells of every setting in `env` that cannot be meant."""
    wrong = list(_wrong(env))
    if wrong:
        raise SettingError("\n".join(wrong))


def unknown_settings(env: Mapping[str, str] = os.environ) -> list[str]:
    """What may be a slip of the pen: a name like one of ours that is none."""
    names = [setting.name for setting in SETTINGS]
    others = [name for name in env if name.startswith("NIANBAO_") and name not in names]
    close = {name: get_close_matches(name, names, 1, 0.85) for name in others}
    return [f"没有 {name} 这个设置，是否想写 {found[0]}？" for name, found in close.items() if found]


def _wrong(env: Mapping[str, str]) -> Iterator[str]:
    found = []
    for setting in SETTINGS:
        try:
            setting.value(env)
        except SettingError as error:
            found.append(str(error))
    yield from found
    if not found:
        try:
            buckets_from_env(env)
        except ValueError as error:
            yield f"设置有误：{error}"
