"""Free space where the services keep their data: said before it is too late."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tasks.settings import settings

_MB = 1_000_000
_FULL_BYTES = _MB


@dataclass(frozen=True, slots=True)
class Disk:
    """What is left of the file system of `home`, in bytes."""

    home: Path
    free: int
    total: int
    low: float
    """Less than this is little."""

    @property
    def is_full(self) -> bool:
        """Whether nothing can be kept there."""
        return self.free < _FULL_BYTES

    @property
    def warning(self) -> str | None:
        """What people have to know, if there is anything."""
        left = f"{self.home} 所在磁盘只剩 {self.free / _MB:.1f} MB"
        if self.is_full:
            return f"磁盘已满：{left}，上传和处理都无法进行；腾出空间后会自动继续。"
        if self.free < self.low:
            return f"磁盘空间不足：{left}（低于 {self.low / _MB:.0f} MB），请尽快腾出空间。"
        return None


def disk(home: Path) -> Disk | None:
    """The file system of `home` as it is now; None if it cannot be told."""
    try:
        usage = shutil.disk_usage(home)
    except OSError:
        return None
    return Disk(home, usage.free, usage.total, settings().disk_low_mb * _MB)
