"""What people may do at the desk."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Role(StrEnum):
    """What a user may do; whoever has any of them may read. Who hands in decides only with both roles."""

    HAND_IN = "hand_in"
    REVIEW = "review"
    READ = "read"
    OPERATE = "operate"


_NAMES = {Role.HAND_IN: "上传", Role.REVIEW: "核对", Role.READ: "查阅", Role.OPERATE: "运维"}


def role_names(roles: Collection[Role]) -> str:
    """As people read them, always in the same order."""
    return "、".join(name for role, name in _NAMES.items() if role in roles)
