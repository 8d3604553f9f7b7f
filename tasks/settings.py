"""Every setting, all from the environment: what it means, what it may be, and where things therefore are.

`settings()` is what they are now. One that cannot be meant is told in Chinese, with its value and what is expected.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from difflib import get_close_matches
from functools import lru_cache
from ipaddress import ip_network
from itertools import permutations
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from tasks.errors import SettingError

PREFIX = "NIANBAO_"
_DAY = 86400


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


def _setting(default: Any, meaning: str, expected: str, **limits: Any) -> Any:  # noqa: ANN401 (as pydantic's Field)
    return Field(default, description=meaning, json_schema_extra={"expected": expected}, **limits)


def _seconds(default: float, meaning: str, least: int = 1) -> Any:  # noqa: ANN401
    return _setting(default, meaning, f"秒数（{least} 到 {_DAY}）", ge=least, le=_DAY, allow_inf_nan=False)


def _bucket(name: str, meaning: str) -> Any:  # noqa: ANN401
    return _setting(name, meaning, "“存储桶”或“存储桶/前缀”")


def _address(name: str, meaning: str) -> Any:  # noqa: ANN401
    return _setting(None, meaning, "以 http:// 或 https:// 开头的地址", validation_alias=name)


def _that(holds: Callable[[Any], object]) -> AfterValidator:
    def check(value: object) -> object:
        if not holds(value):
            raise ValueError(value)
        return value

    return AfterValidator(check)


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0


def _is_place(text: str) -> bool:
    bucket, _, prefix = text.strip("/").partition("/")
    return bool(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]", bucket)) and "//" not in prefix


def _are_networks(text: str) -> bool:
    for part in text.split(","):
        ip_network(part.strip(), strict=False)
    return True


_Switch = Literal["0", "1"]
_Url = Annotated[str, _that(_is_url)]
_Place = Annotated[str, _that(_is_place)]
_File = Annotated[Path, _that(Path.is_file)]
_Program = Annotated[str, _that(lambda text: text == "off" or Path(text).is_file())]
_Folder = Annotated[Path, _that(lambda path: path.is_dir() or not path.exists())]
_Networks = Annotated[str, _that(_are_networks)]
_Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]+$")]
_Database = Annotated[str, Field(pattern=r"^(sqlite:///|postgres(ql)?(\+psycopg)?://).")]


class Settings(BaseSettings):
    """What the environment says; a variable without a value counts as absent."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, case_sensitive=False, frozen=True)

    home: _Folder = Field(
        default_factory=lambda: Path.home() / ".nianbao",
        description="本机数据所在的目录",
        json_schema_extra={"expected": "一个目录"},
    )
    database_url: _Database | None = _setting(
        None, "账本的数据库", " postgresql://用户:密码@主机/数据库 或 sqlite:///文件"
    )
    landing_bucket: _Place = _bucket("landing", "上传的文件")
    lake_bucket: _Place = _bucket("lake", "通过校验的数据")
    quarantine_bucket: _Place = _bucket("quarantine", "隔离的数据")
    receipts_bucket: _Place = _bucket("receipts", "回执")
    agencies: _File | None = _setting(None, "机关别名的文件", "一个存在的文件")
    soffice: _Program | None = _setting(None, "LibreOffice 的程序 soffice；off：不用", "一个存在的文件，或 off")
    eye: Literal["always", "risk", "never"] = _setting(
        "always", "把 PDF 的页面画出来看图核对：总是；只在文件有风险迹象时；从不", " always、risk 或 never"
    )
    worker_limit: int = _setting(3, "同时执行的运行数", "1 到 256 的整数", ge=1, le=256)
    scan_limit: int = _setting(1, "同时识别的扫描件数", "1 到 64 的整数", ge=1, le=64)
    runs_out: int | None = _setting(
        None, "最多派出的运行数；不写则与一个 worker 所能执行的一样多", "1 到 100000 的整数", ge=1, le=100_000
    )
    warm: _Switch = _setting("1", "在预热的进程中执行；0：每个运行一个进程", " 0 或 1")
    run_seconds: float = _seconds(600, "运行多久没有结束就当作已经中断", least=0)
    drain_seconds: float = _seconds(40, "worker 收到 SIGTERM 后，让正在执行的运行再做多久；0：立即结束", least=0)
    sweep_seconds: float = _seconds(120, "多久补漏一次")
    compact_seconds: float = _seconds(120, "多久整理一次数据集市")
    disk_low_mb: float = _setting(
        1024, "磁盘剩余空间低于它就提醒", "兆字节数（0 或更大）", ge=0, le=1e9, allow_inf_nan=False
    )
    receiver_host: _Host = _setting("127.0.0.1", "接收通知的地址", "主机名或 IP 地址")
    receiver_port: int = _setting(8181, "接收通知的端口", "端口（1 到 65535 的整数）", ge=1, le=65535)
    webhook_token: str | None = _setting(None, "通知须出示的令牌", "令牌")
    desk_url: _Url | None = _setting(
        None, "业务台对外的地址，如 https://desk.example.gov.cn", "以 http:// 或 https:// 开头的地址"
    )
    desk_key: str | None = _setting(
        None, "业务台为登录凭证签名的密钥；不写则在 NIANBAO_HOME 中生成", "至少 32 个字符", min_length=32
    )
    desk_identity_header: str | None = _setting(
        None, "由代理写明用户的请求头，如 X-Forwarded-User", "请求头的名称", pattern=r"^[A-Za-z0-9-]+$"
    )
    desk_proxies: _Networks | None = _setting(
        None, "可信代理的地址，以逗号分隔；只有它们写的请求头才算数", "IP 地址或网段，以逗号分隔"
    )
    desk_storage_url: _Url | None = _setting(
        None, "浏览器直接上传到对象存储的地址；不写则经业务台转存", "以 http:// 或 https:// 开头的地址"
    )
    prefect_hosts: str | None = _setting(None, "内置 Prefect 服务可用的主机名，以逗号分隔；* 为不限", "主机名")
    patience: Literal["short"] | None = _setting(None, "有人在终端等候：对象存储不答复就早些说明", " short")
    endpoint_url_s3: _Url | None = _address("AWS_ENDPOINT_URL_S3", "自备的对象存储")
    endpoint_url: _Url | None = _address("AWS_ENDPOINT_URL", "自备的对象存储")
    prefect_api_url: _Url | None = _address("PREFECT_API_URL", "自备的 Prefect 服务")

    @property
    def buckets(self) -> Buckets:
        """The four places. Raises ValueError if one lies in another."""
        names = (self.landing_bucket, self.lake_bucket, self.quarantine_bucket, self.receipts_bucket)
        return Buckets(*(Place(*name.strip("/").split("/", 1)) for name in names))


def variable(field: str) -> str:
    """The environment variable of a field of Settings."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else PREFIX + field.upper()


VARIABLES = {variable(field): info for field, info in Settings.model_fields.items()}
"""Every variable that is read, by name."""


def settings() -> Settings:
    """What the environment says now. Raises SettingError that tells of every setting that cannot be meant."""
    return _settings(tuple(map(os.environ.get, (*VARIABLES, "HOME"))))


def buckets_from_env() -> Buckets:
    """The places that NIANBAO_LANDING_BUCKET, NIANBAO_LAKE_BUCKET, ... name as `bucket` or `bucket/prefix`."""
    return settings().buckets


def home() -> Path:
    """The folder of everything that is kept on this machine."""
    return settings().home


def unknown_settings() -> list[str]:
    """What may be a slip of the pen: a name like one of ours that is none."""
    others = [name for name in os.environ if name.startswith(PREFIX) and name not in VARIABLES]
    close = {name: get_close_matches(name, VARIABLES, 1, 0.85) for name in others}
    return [f"没有 {name} 这个设置，是否想写 {found[0]}？" for name, found in close.items() if found]


@lru_cache(maxsize=16)
def _settings(_values: tuple[str | None, ...]) -> Settings:
    try:
        found = Settings()
    except ValidationError as error:
        wrong = {str(one["loc"][0]): one["input"] for one in error.errors()}
        raise SettingError("\n".join(_told(name, text) for name, text in wrong.items())) from None
    try:
        found.buckets  # noqa: B018 (whether they may be so)
    except ValueError as error:
        raise SettingError(f"设置有误：{error}") from error
    return found


def _told(name: str, text: object) -> str:
    field = name if name in VARIABLES else variable(name)
    told = re.sub(r"//.*@", "//…@", str(text))  # there may be a password
    return f"设置有误：{field}={told!r}，应为{_expected(VARIABLES[field])}。"


def _expected(field: FieldInfo) -> str:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)
    return str(extra["expected"])
