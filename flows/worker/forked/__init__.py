"""Processes forked from a server that has imported what they need: they start at once and share its memory.

The other modules here are what the server imports before and after that.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import socket
import sys
from importlib import import_module
from multiprocessing import connection, forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from typing import Any

from flows.parent_death_signal import die_with_parent

PARENT = "NIANBAO_FORK_PARENT"
"""The variable that tells the server which process it belongs to."""

_S3 = "flows.worker.forked.s3"


def fork_server(*modules: str) -> ForkServerContext:
    """A context whose processes find `modules` imported; give its executors `start_forked` as their initializer."""
    os.environ[PARENT] = str(os.getpid())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_imports(modules))
    return context


def share_with_server(*modules: str) -> None:
    """Import `modules`, then have the server forked from this process: what both have imported is there once.

    To be called while there are no other threads, and on Linux only. Should that server die, the next one is started
    as ever.
    """
    fork_server(*modules)
    gc.disable()
    for module in (*modules, _S3):
        import_module(module)
    resource_tracker.ensure_running()
    server: Any = vars(forkserver)["_forkserver"]
    address = connection.arbitrary_address("AF_UNIX")  # type: ignore[attr-defined]
    alive_r, alive_w = os.pipe()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        os.chmod(address, 0o600)
        listener.listen()
        pid = os.fork()
        if pid == 0:
            os.close(alive_w)
            _serve(listener.detach(), alive_r, _imports(modules))
    os.close(alive_r)
    server._forkserver_address, server._forkserver_alive_fd, server._forkserver_pid = address, alive_w, pid
    gc.freeze()
    gc.enable()


def _serve(listener: int, alive: int, modules: list[str]) -> None:
    """Be the server, until the end."""
    try:
        forkserver.main(listener, alive, modules)
    except BaseException as error:
        if not isinstance(error, SystemExit):
            sys.excepthook(type(error), error, error.__traceback__)
    finally:
        os._exit(0)


def _imports(modules: tuple[str, ...]) -> list[str]:
    return ["flows.worker.forked.first", *modules, _S3, "flows.worker.forked.last"]


def start_forked() -> None:
    """To be called first in each process: it ends with the server, and collects garbage again."""
    die_with_parent()
    gc.enable()
