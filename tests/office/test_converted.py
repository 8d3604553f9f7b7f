"""Old office files by LibreOffice: read as their author shows them, held against their print; jailed, and never blamed
for what is the matter with LibreOffice. Skipped where it is not installed."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tasks.errors import CorruptFile, SettingError
from tasks.judge.files import judge_file
from tasks.judge.validate import validate
from tasks.read import office
from tasks.read.containers import DOC
from tasks.read.convert import read_converted
from tasks.read.guard import jail
from tasks.read.office import OfficeFailedError, office_program
from tasks.read.recognise import RTF
from tasks.samples import Layout
from tasks.settings import settings
from tests.corpus.score import CORPUS, answer, score
from tests.office.documents import ADDRESS, EXACT, IN_DOUBT, as_converted, as_old_files, word
from tests.office.test_recognised import OLD
from tests.tasks.read.made import AGENCY, FIGURES, YEARS

needs_office = pytest.mark.skipif(office_program() is None, reason="LibreOffice is not installed")

SHAPES = {
    "2021.doc": ("2021", Layout()),
    "2019.doc": ("2019", Layout(zero="")),
    "2021-split.doc": ("2021", Layout(table2_split=True, zero="/")),
    "2021-swapped.rtf": ("2021", Layout(groups_swapped=True)),
    "2019.rtf": ("2019", Layout()),
}
EXACT_FILES = {f"exact-{n}.{'rtf' if n % 2 else 'doc'}": xml for n, xml in enumerate(EXACT.values())}
DOUBTFUL_FILES = {f"doubt-{n}.doc": xml for n, xml in enumerate(IN_DOUBT.values())}
DOUBTFUL_FILES["printed otherwise.rtf"] = EXACT["a field"]  # LibreOffice prints what it works out itself


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The files by name, and what LibreOffice makes of each."""
    documents = {name: word(*shape) for name, shape in SHAPES.items()}
    documents |= {name: word("2021", figure=xml) for name, xml in (EXACT_FILES | DOUBTFUL_FILES).items()}
    folder = tmp_path_factory.mktemp("old")
    files = as_old_files(office_program(), folder, documents)
    return files, as_converted(office_program(), folder, files)


def checked(name, report):
    """Whether a report is validated, and what is wrong with it; the file's name tells the form."""
    form = "2019" if name.startswith("2019") else "2021"
    wrong = {c.address for c in report.cells if (c.value or 0) != FIGURES[form][c.address]}
    if (report.agency, report.year, report.form) != (AGENCY, YEARS[form], form):
        wrong |= {(report.agency, report.year, report.form)}
    assert {c.engine for c in report.cells} == {report.engine} == {"converted"}
    return validate(report).outcome, wrong


@needs_office
@pytest.mark.parametrize("name", [*SHAPES, *EXACT_FILES])
def test_every_figure_is_right(made, name):
    report = read_converted(name, *made[1][name])
    assert checked(name, report) == ("validated", set()), report.doubts


@needs_office
@pytest.mark.parametrize("name", DOUBTFUL_FILES)
def test_what_a_reader_may_not_see_is_in_doubt(made, name):
    report = read_converted(name, *made[1][name])
    assert checked(name, report)[0] == "quarantined"
    assert {doubt.where for doubt in report.doubts} & {ADDRESS, "sections"}


@needs_office
@pytest.mark.parametrize(("name", "file"), [("2021.wps", "2021.doc"), ("2019.rtf", "2019.rtf")])
def test_the_whole_way(made, name, file):
    found = judge_file(name, made[0][file])
    assert found.verdict.outcome == "validated"
    assert checked(name, found.report) == ("validated", set())
    assert found.document.media_type == (DOC if name.endswith("wps") else RTF)
    assert found.document.body == made[0][file]


@needs_office
def test_the_word_document_of_the_corpus():
    path = next((CORPUS / "docs").glob("*.doc"))
    truth = json.loads((CORPUS / "truth" / "dev-48.json").read_text(encoding="utf-8"))
    found = answer(path)
    assert found["outcome"] == "validated"
    assert score(truth, found).faults == ()


@needs_office
def test_what_opens_twice_as_nothing_is_corrupt():
    """LibreOffice itself works, as it shows by another file."""
    with pytest.raises(CorruptFile, match="LibreOffice"):
        office.converted(DOC, OLD[:1000])


@needs_office
def test_print_that_differs_is_a_doubt(made):
    """The two results of one file and another: as if the conversion had lost a figure."""
    one, other, lost = (made[1][n] for n in ("2021.doc", "2021-swapped.rtf", next(iter(DOUBTFUL_FILES))))
    assert not read_converted("a.doc", one.docx, other.pdf).doubts
    assert ADDRESS in {doubt.where for doubt in read_converted("a.doc", one.docx, lost.pdf).doubts}


def program(tmp_path, monkeypatch, script):
    path = tmp_path / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("NIANBAO_SOFFICE", str(path))
    return path


@pytest.mark.parametrize("script", ["exit 1", "kill -9 $$", "exit 0"])
def test_a_libreoffice_that_does_not_work_is_no_verdict(tmp_path, monkeypatch, script):
    program(tmp_path, monkeypatch, script)
    with pytest.raises(OfficeFailedError):
        judge_file("年报.doc", OLD)


def test_one_that_hangs_is_ended_with_all_that_it_started(tmp_path, monkeypatch):
    monkeypatch.setattr(office, "WALL_SECONDS", 1.0)
    program(tmp_path, monkeypatch, "sleep 4321 & sleep 4321")
    began = time.monotonic()
    with pytest.raises(OfficeFailedError):
        office.converted(RTF, b"{\\rtf1 }")
    assert time.monotonic() - began < 30
    commands = (
        [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()] if os.name == "posix" else []
    )
    assert b"sleep\x004321\x00" not in commands


def test_a_program_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setenv("NIANBAO_SOFFICE", "/nowhere/soffice")
    with pytest.raises(SettingError, match="NIANBAO_SOFFICE"):
        settings()


TRIES = """
import os, socket
def tried(what, *args):
    try: what(*args)
    except OSError: return "refused"
    return "allowed"
print(*(tried(socket.socket, f) for f in (socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)),
      tried(lambda: socket.socket(socket.AF_UNIX).connect("/run/x")),
      tried(os.listdir, "/root"), tried(open, "/etc/hostname"), tried(open, "/proc/self/environ"),
      tried(open, os.path.expanduser("~/made"), "w"), tried(open, "/var/tmp/made", "w"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp and Landlock are Linux's")
def test_the_jail_leaves_no_network_and_one_folder(tmp_path):
    command = [sys.executable, "-I", "-S", jail.__file__, str(tmp_path), str(2 << 30), "10", str(10**6)]
    python = os.path.realpath(sys.executable)
    done = subprocess.run(
        [*command, python, "-I", "-c", TRIES], env={"HOME": str(tmp_path)}, capture_output=True, text=True, timeout=60
    )
    told = done.stdout.split()
    assert told[:4] == ["refused"] * 4, done.stderr
    assert told[7] == "allowed"
    if has_landlock():
        assert [told[n] for n in (4, 5, 6, 8)] == ["refused"] * 4


def has_landlock() -> bool:
    import ctypes

    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1) > 0
