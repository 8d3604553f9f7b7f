"""The key that signs cookies: from the setting, or made once in NIANBAO_HOME."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from flows.services.private import write_private
from tasks.settings import home, settings

_FILE = "desk.key"


def desk_key() -> str:
    """The key of this desk. Whoever has it can be anybody."""
    return settings().desk_key or _kept(home() / _FILE)


@cache
def _kept(path: Path) -> str:
    """What stands in the file; of several processes that make it, one is the first."""
    if not path.exists():
        new = path.with_name(f"{_FILE}.{secrets.token_hex(4)}")
        write_private(new, secrets.token_urlsafe(48).encode())
        try:
            os.link(new, path)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return path.read_text()
