"""How long each stage of a run takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Stages:
    """Seconds of wall time per stage of one run, for the receipt."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, stage: str, function: Callable[..., T], *args: object) -> T:
        """Call `function(*args)` and note how long it took."""
        start = time.perf_counter()
        try:
            return function(*args)
        finally:
            self.seconds[stage] = round(time.perf_counter() - start, 4)
