"""Which names are one agency's: normalised, and as the user's alias file says.

The file is TOML, `agencies.toml` under NIANBAO_HOME unless NIANBAO_AGENCIES names another: each key is an agency's
name, its value a list of its other names (former, short or longer ones).
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterator

from tasks.settings import settings


def normal_name(agency: str) -> str:
    """The name however it is spaced or typed (full width or half)."""
    return "".join(unicodedata.normalize("NFKC", agency).split())


def names_of(agency: str) -> tuple[str, ...]:
    """All names of the agency that is called `agency`, that one first. Raises ValueError for a broken alias file."""
    name = normal_name(agency)
    for names in _aliases():
        if name in names:
            return (name, *sorted(names - {name}))
    return (name,)


def _aliases() -> Iterator[frozenset[str]]:
    path = settings().agencies or settings().home / "agencies.toml"
    if not path.exists():
        return
    for name, others in tomllib.loads(path.read_text(encoding="utf-8")).items():
        if not isinstance(others, list):
            raise ValueError(f'{path}：{name} 应写作 "{name}" = ["其他名称"]')
        yield frozenset(map(normal_name, (name, *map(str, others))))
