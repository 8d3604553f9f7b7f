"""What lies under a home is for its owner alone: reports, receipts, credentials, logs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def keep_private(home: Path) -> None:
    """Make `home`, if need be, and have what this process and its children write be private; tighten what was open.

    A folder that holds other people's things is left as it is.
    """
    os.umask(_OTHERS)
    home.mkdir(parents=True, exist_ok=True)
    is_ours = (home / "config.json").exists() or not any(home.iterdir())
    if is_ours and home.stat().st_mode & _OTHERS:
        home.chmod(stat.S_IRWXU)  # first, so that nobody comes in meanwhile
        _tighten(home)


def write_private(path: Path, body: bytes) -> None:
    """Write a file that only its owner can read, in a folder that only its owner can enter."""
    path.parent.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
        file.write(body)


def _tighten(folder: Path) -> None:
    """Take everything below from others; what goes meanwhile needs it no more."""
    for entry in os.scandir(folder):
        if entry.is_symlink():
            continue
        try:
            os.chmod(entry.path, stat.S_IMODE(entry.stat().st_mode) & ~_OTHERS)
        except FileNotFoundError:
            continue
        if entry.is_dir():
            _tighten(Path(entry.path))
