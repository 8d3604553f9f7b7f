"""ObjectVersion objects as notifications tell of them: most come twice, at once and from the sender's queue."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from prefect.exceptions import PrefectHTTPStatusError

from flows.events import emit_landed
from flows.trigger.landed import ObjectVersion, Runs

_REMEMBERED = 4096


def is_hopeless(error: Exception) -> bool:
    """Whether Prefect will never take what was sent to it, however often it is tried."""
    return isinstance(error, PrefectHTTPStatusError) and error.response.status_code == 422


class Arrivals:
    """Gives each landed version its run; one that has got it here is known, and Prefect is not asked again."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._known: OrderedDict[ObjectVersion, str] = OrderedDict()

    async def take(self, landed: Sequence[ObjectVersion]) -> list[str]:
        """The ids of the runs that the objects have now; raises whatever keeps one from being created."""
        return [self._known.get(one) or await self._start(one) for one in landed]

    async def _start(self, landed: ObjectVersion) -> str:
        run = await self._runs.start(landed)
        if landed not in self._known:  # another notification may have been quicker
            emit_landed(landed)
        self._known[landed] = run
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return run
