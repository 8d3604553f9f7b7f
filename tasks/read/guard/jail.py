"""What a process gives up before it looks at a file: the network, other processes, other programs, other files.

A seccomp filter, which needs no privilege and cannot be taken off again. The guarded process may open no socket and
execute no program. A converter (`tasks.read.office`) is a program, and starts others: this file, run as a script, sets
its limits, leaves it one folder to write and the system's own to read (Landlock), refuses it sockets but for local ones
that nobody answers, and becomes it. Where the kernel has none of these, the limits alone hold.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable

_CALLS: dict[str, tuple[int, tuple[int, ...], int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (42, 101, 310, 311, 425, 434), 41, (59, 322)),
    "aarch64": (0xC00000B7, (203, 117, 270, 271, 425, 434), 198, (221, 281)),
}
"""By machine: its name for the kernel, and the numbers of connect, ptrace, process_vm_readv, process_vm_writev,
io_uring_setup and pidfd_open; of socket; of execve and execveat."""

_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER, _DIE_WITH_PARENT, _KILL = 38, 22, 2, 1, 9
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES
_ABI, _CALL, _FIRST_ARGUMENT = 4, 0, 16
"""Where the kernel tells a filter of the call."""
_OTHER_ABI = 0x40000000
"""Numbers from here on are calls of x86-64's second interface, by which the others could be had too."""
_LOCAL = 1
"""AF_UNIX: with connect refused, nobody can be reached by it."""

_CREATE_RULES, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ, _WRITE_FILE, _SOCKETS, _ALL, _REFER = 0b1101, 0b10, 1 << 5 | 1 << 9, (1 << 13) - 1, 1 << 13
"""Landlock's rights: to execute, read and list; to write into a file; to make and remove a socket; all of its first
version; to move between folders."""
_OF_FILES = 0b111
_SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/opt", "/sys/devices/system/cpu", "/dev/urandom", "/dev/zero"),
    *("/etc/fonts", "/etc/ld.so.cache", "/etc/libreoffice", "/etc/localtime", "/etc/passwd", "/etc/nsswitch.conf"),
    *("/etc/locale.alias", "/etc/group", "/var/lib/libreoffice", "/var/spool/libreoffice", "/var/cache/fontconfig"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems"),
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def lock_in(*, may_execute: bool = False) -> bool:
    """Give it all up, for good; False where the kernel does not let us.

    With `may_execute` other programs may be run, which are locked in too, and local sockets made.
    """
    known = _CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    machine, refused, socket, execute = known
    code = _filter(machine, refused, socket) if may_execute else _filter(machine, (*refused, socket, *execute))
    program = _Program(len(code) // 8, code)
    return bool(
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0
        and libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0
    )


def _filter(machine: int, refused: tuple[int, ...], socket: int | None = None) -> bytes:
    """The filter as the kernel's classic BPF: (operation, jump if true, jump if false, operand) each.

    `socket` is the call of which only local ones are allowed.
    """
    last = len(refused)
    more = 3 if socket is not None else 0
    steps = [
        (_LOAD, 0, 0, _ABI),
        (_EQUAL, 0, last + more + 3, machine),
        (_LOAD, 0, 0, _CALL),
        (_AT_LEAST, last + more + 1, 0, _OTHER_ABI),
        *((_EQUAL, last + more - n, 0, number) for n, number in enumerate(refused)),
    ]
    if socket is not None:
        steps += [(_EQUAL, 0, 2, socket), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 0, 1, _LOCAL)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def keep_to(folder: str, readable: Iterable[str]) -> bool:
    """Leave this process and what it starts `folder` to write and `readable` to read; False where that cannot be."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE_RULES, None, ctypes.c_size_t(0), 1) if sys.platform == "linux" else 0
    if version < 1:
        return False
    everything = _ALL | (_REFER if version > 1 else 0)
    handled = struct.pack("Q", everything)
    rules = libc.syscall(_CREATE_RULES, handled, ctypes.c_size_t(len(handled)), 0)
    rights = {"/tmp": _SOCKETS, **dict.fromkeys(readable, _READ)}  # LibreOffice has one there for its own kind
    rights |= {"/dev/null": _READ | _WRITE_FILE, folder: everything}
    for path, allowed in rights.items():
        if os.path.exists(path):
            allowed = allowed if os.path.isdir(path) else allowed & _OF_FILES
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", allowed, place), 0)
            os.close(place)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    is_kept = libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return bool(is_kept)


def become(folder: str, memory: int, cpu: int, file_bytes: int, command: list[str]) -> None:
    """Be `command`, within the limits (bytes and seconds for each process) and with `folder` for its own."""
    for limit, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, file_bytes),
    ):
        resource.setrlimit(limit, (most, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, _KILL, 0, 0, 0)
    root = os.path.dirname(os.path.dirname(os.path.realpath(command[0])))
    keep_to(folder, (*_SYSTEM, *(() if root == "/" else (root,))))
    lock_in(may_execute=True)
    os.execv(command[0], command)


if __name__ == "__main__":
    become(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:])
