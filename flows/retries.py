"""How often and how soon a task is tried again: one that reaches S3, and one whose guarded process others ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from prefect.cache_policies import NO_CACHE, CachePolicy

from tasks.read.guard import GuardDiedError

if TYPE_CHECKING:
    from collections.abc import Callable

RETRIES = 3
RETRY_DELAYS = [1.0, 5.0, 15.0]
"""Seconds."""


def _guard_died(task: Any, run: Any, state: Any) -> bool:  # noqa: ANN401
    """Whether a task failed because its guarded process was ended; reading a file again else fails again."""
    try:
        state.result()
    except GuardDiedError:
        return True
    except Exception:
        return False
    return False


class TaskOptions(TypedDict):
    """Of `prefect.task`, those that are the same for all tasks that ask the guarded process."""

    cache_policy: CachePolicy
    persist_result: bool
    retries: int
    retry_delay_seconds: list[float]
    retry_condition_fn: Callable[[Any, Any, Any], bool]


IF_GUARD_DIED: TaskOptions = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": RETRIES,
    "retry_delay_seconds": RETRY_DELAYS,
    "retry_condition_fn": _guard_died,
}
