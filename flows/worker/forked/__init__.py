"""Processes forked from a server that has imported what they need: they start at once and share its memory.

The other modules here are what the server imports before and after that.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
from multiprocessing.context import ForkServerContext

from flows.parent_death_signal import die_with_parent

PARENT = "NIANBAO_FORK_PARENT"
"""The variable that tells the server which process it belongs to."""


def fork_server(*modules: str) -> ForkServerContext:
    """A context whose processes find `modules` imported; give its executors `start_forked` as their initializer."""
    os.environ[PARENT] = str(os.getpid())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["flows.worker.forked.first", *modules, "flows.worker.forked.s3", "flows.worker.forked.last"]
    )
    return context


def start_forked() -> None:
    """To be called first in each process: it ends with the server, and collects garbage again."""
    die_with_parent()
    gc.enable()
