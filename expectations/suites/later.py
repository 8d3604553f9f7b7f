"""Modules that Great Expectations imports for rules that we have not: they are imported when somebody uses them.

altair draws the histograms, and scipy.stats computes the tests, of expectations about distributions: 50 MiB and a
second of every process that validates.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NAMES = ("altair", "scipy.stats")


class _Later(ModuleType):
    """Stands in `sys.modules` until it is asked for what only the module itself has."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401
        if attribute != "__path__" and attribute.startswith("__"):  # inspect asks every module for some of these
            raise AttributeError(attribute)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)


def import_later() -> None:
    """To be called before Great Expectations is imported. Whoever imports one of them gets it all the same."""
    for name in NAMES:
        sys.modules.setdefault(name, _Later(name))
