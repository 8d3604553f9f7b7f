"""What the guarded process gives up before it looks at a file: the network, other programs, other processes.

A seccomp filter, which needs no privilege and cannot be taken off again: opening a socket, executing a program and
looking into another process are refused. Where the kernel has none (another system, an old kernel), nothing is done.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

_CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 42, 59, 101, 310, 311, 322, 425, 434)),
    "aarch64": (0xC00000B7, (198, 203, 221, 117, 270, 271, 281, 425, 434)),
}
"""By machine: its name for the kernel, and the numbers of socket, connect, execve, ptrace, process_vm_readv,
process_vm_writev, execveat, io_uring_setup and pidfd_open."""
_EXECUTE = frozenset({59, 322, 221, 281})

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_OTHER_ABI = 0x40000000
"""Numbers from here on are calls of x86-64's second interface, by which the others could be had too."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def lock_in(may_execute: bool = False) -> bool:
    """Give it all up, for good (other programs not if it `may_execute`); False where the kernel does not let us."""
    known = _CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    machine, calls = known
    code = _filter(machine, tuple(call for call in calls if call not in _EXECUTE or not may_execute))
    program = _Program(len(code) // 8, code)
    return bool(
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
        and libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0
    )


def _filter(machine: int, refused: tuple[int, ...]) -> bytes:
    """The filter as the kernel's classic BPF: (operation, jump if true, jump if false, operand) each."""
    last = len(refused)
    steps = [
        (_LOAD, 0, 0, 4),  # which machine's calls these are
        (_EQUAL, 0, last + 3, machine),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, last + 1, 0, _OTHER_ABI),
        *((_EQUAL, last - n, 0, number) for n, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
