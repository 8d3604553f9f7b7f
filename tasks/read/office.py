"""Old office files (.doc, .wps, .rtf) as DOCX and as PDF, by LibreOffice where it is installed.

It runs outside the guarded process, which may start no program, in a jail of its own: an empty environment and a folder
with a profile that are gone afterwards, no network, limits on CPU, memory, time and what it writes, no macros, nothing
linked. That it makes nothing of a file says something of the file only if it does so twice, and yet works.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tasks.errors import CorruptFile, Failure, Rejected, TooLarge, TooSlow, UnsupportedType
from tasks.read.containers import DOC
from tasks.read.guard import jail
from tasks.read.recognise import MAX_BYTES, RTF

CPU_SECONDS = 30
"""Of each process that it consists of."""
WALL_SECONDS = 120.0
MEMORY_BYTES = 2 << 30
"""Of address space: it takes half of that for a report, most of it its own code."""

_FILTERS = {DOC: "MS Word 97", RTF: "Rich Text Format"}
"""What each is opened as: left to itself, LibreOffice opens anything as plain text."""
_NAMES = ("soffice", "libreoffice")
_SOUND = rb"{\rtf1\ansi 2024}"
_PROFILE = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update">
<prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
"""Macros off; what is linked is neither fetched nor brought up to date."""

_turn = threading.Lock()
"""One at a time in this process: each takes some 200 MB."""


class OfficeFailedError(Failure):
    """LibreOffice does not work here, or got no processor: nothing is known of the file."""

    code = "OFFICE.FAILED"
    meaning = "LibreOffice 没有正常工作，不是文件的问题"


class Converted(NamedTuple):
    """One file as LibreOffice wrote it, twice: by its cells, and as it prints it."""

    docx: bytes
    pdf: bytes


class _NothingMadeError(Exception):
    """LibreOffice ended without a result: what that would mean, if it is the file's fault."""

    def __init__(self, verdict: Rejected, *, ended_with: int) -> None:
        super().__init__(verdict, ended_with)
        self.verdict, self.ended_with = verdict, ended_with


def office_program() -> str | None:
    """Where LibreOffice is: as NIANBAO_SOFFICE says (`off`: nowhere), else on the PATH."""
    from tasks.settings import settings  # which the guarded process, that imports this too, has no need of

    said = settings().soffice
    if said:
        return None if said == "off" else said
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


def converted(media_type: str, body: bytes) -> Converted:
    """`body` as LibreOffice writes it. Raises the Rejected that says why not, or OfficeFailedError."""
    program = office_program()
    if program is None:
        raise UnsupportedType(needs_office(media_type))
    with _turn:
        for is_last in (False, True):
            try:
                return _both(program, _FILTERS[media_type], body)
            except _NothingMadeError as nothing:
                if is_last:
                    _check_it_works(program, nothing)
                    raise nothing.verdict from nothing
    raise AssertionError


def needs_office(media_type: str) -> str:
    """Why a file is not read where there is no LibreOffice."""
    kind = "RTF 文件" if media_type == RTF else "旧版 Word、WPS 文件"
    return f"{kind}，需要安装 LibreOffice 才能读取"


def _check_it_works(program: str, nothing: _NothingMadeError) -> None:
    """Raises OfficeFailedError if it makes nothing of a sound file either."""
    try:
        _both(program, _FILTERS[RTF], _SOUND)
    except _NothingMadeError as error:
        raise OfficeFailedError(f"{program}，退出码 {nothing.ended_with}") from error


def _both(program: str, filter_name: str, body: bytes) -> Converted:
    """Both results, with one profile. Raises _NothingMadeError."""
    with tempfile.TemporaryDirectory(prefix="nianbao-office-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        profile = folder / "profile" / "user"
        profile.mkdir(parents=True)
        (profile / "registrymodifications.xcu").write_text(_PROFILE)
        (folder / "report").write_bytes(body)
        return Converted(*(_made(program, folder, filter_name, kind) for kind in ("docx", "pdf")))


def _made(program: str, folder: Path, filter_name: str, kind: str) -> bytes:
    command = [
        *(sys.executable, "-I", "-S", jail.__file__, str(folder)),
        *map(str, (MEMORY_BYTES, CPU_SECONDS, 2 * MAX_BYTES, program)),
        *(f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore", "--nologo"),
        *(f"--infilter={filter_name}", "--convert-to", kind, "--outdir", str(folder), str(folder / "report")),
    ]
    began = os.times()
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=_environment(folder),
        start_new_session=True,
    )
    is_late = False
    try:
        process.wait(WALL_SECONDS)
    except subprocess.TimeoutExpired:
        is_late = True
    finally:
        with suppress(ProcessLookupError):  # what it started too, if that is still there
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    result = folder / f"report.{kind}"
    size = result.stat().st_size if result.is_file() else 0
    if size and not is_late and size <= MAX_BYTES:
        return result.read_bytes()
    ended = os.times()
    cpu = ended.children_user + ended.children_system - began.children_user - began.children_system
    if is_late or cpu >= CPU_SECONDS - 1:
        verdict: Rejected = TooSlow("LibreOffice 转换超过时间上限")
    elif size > MAX_BYTES:
        verdict = TooLarge(f"转换后 {size / 1e6:.0f} MB")
    else:
        verdict = CorruptFile("LibreOffice 打不开")
    raise _NothingMadeError(verdict, ended_with=process.returncode)


def _environment(folder: Path) -> dict[str, str]:
    """No more than it needs to run: no credentials, no addresses."""
    needed = {"HOME": str(folder), "TMPDIR": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    libraries = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {**needed, **libraries, "SAL_USE_VCLPLUGIN": "svp"}
