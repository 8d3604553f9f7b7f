"""Tests that print Chinese need a font for it on the machine; `.ci/run` installs one."""

from pathlib import Path

import pytest

_NAMES = ("wqy", "CJK", "uming", "ukai", "DroidSansFallback", "SourceHan")

needs_chinese_font = pytest.mark.skipif(
    not any(name in path.name for path in Path("/usr/share/fonts").rglob("*.tt[cf]") for name in _NAMES),
    reason="no Chinese font: apt install fonts-wqy-microhei",
)
