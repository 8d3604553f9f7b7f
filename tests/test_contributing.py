"""CONTRIBUTING.md cannot rot: the files, commands, options, tests and names that it tells of are there.

Everything in backticks is one of these. A name stands in one item (or row, or paragraph) with its file, which is the
one before it or else the next; an option comes after its command. `<…>` in a path is for the reader to fill in.
"""

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest
import typer

from expectations.forms import FORMS
from expectations.rules import RULES
from flows.cli import app
from tasks.settings import VARIABLES
from tasks.values import Outcome

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"^```bash\n(.*?)^```", re.DOTALL | re.MULTILINE)
_ITEM = re.compile(r"\n\s*\n|\n(?=- |\d+\. |\| )")
_COMMAND = re.compile(r"(uv|uvx|pip|apt-get) ")
_PATH = re.compile(r"[^ ]*/[^ ]*|[\w.-]+\.(md|toml|yml)")
KNOWN = {*RULES, *VARIABLES, *get_args(Outcome), *(f.address for form in FORMS.values() for f in form.figures())}
WORDS = {"READ", "-n0", "fastapi"}
"""Neither ours nor commands."""
OF_OTHERS = ("pip", "apt-get", "eval", "export")


def _told():
    """Commands with their options, paths, and names with the files that stand beside them."""
    commands = {
        command.strip()
        for fence in _FENCE.findall(TEXT)
        for line in fence.splitlines()
        for command in re.split(r";|&&", line.partition(" #")[0])
    }
    paths, names = set(), set()
    for item in _ITEM.split(_FENCE.sub("", TEXT)):
        quoted = [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", item)]
        before, after = "", [one for one in quoted if _PATH.fullmatch(one)]
        command = ""
        for one in quoted:
            if _COMMAND.match(one):
                commands.add(command := one)
            elif one.startswith("--"):
                assert command, f"`{one}` comes after no command: {item}"
                commands.add(f"{command} {one}")
            elif _PATH.fullmatch(one):
                paths.add(before := after.pop(0))
            elif one not in KNOWN | WORDS:
                names.add((one, before, after[0] if after else ""))
    return sorted(commands), sorted(paths), sorted(names)


COMMANDS, PATHS, NAMES = _told()


def _meant(path):
    """The files: those of a folder, or of a pattern."""
    return [*ROOT.glob(f"{path}*" if path.endswith("/") else path)]


@pytest.mark.parametrize("path", PATHS)
def test_file_is_there(path):
    assert (ROOT / path).parent.is_dir() if "<" in path else _meant(path)


@pytest.mark.parametrize(("name", "before", "after"), NAMES)
def test_name_is_in_the_file_beside_it(name, before, after):
    whole = re.compile(rf"(?<!\w){re.escape(name.lstrip('@'))}(?!\w)")
    files = [file for path in (before, after) if path for file in _meant(path) if file.is_file()]
    assert any(whole.search(file.read_text(encoding="utf-8", errors="ignore")) for file in files), (
        f"{name}: {before}, {after}"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_there(command):
    words = command.split()
    if words[0] in OF_OTHERS or words[:2] == ["uv", "sync"]:
        return
    words = words[2:] if words[:2] == ["uv", "run"] else words[1:]
    options = {word for word in words if word.startswith("--")}
    match words:
        case ["python", "-m", module, *_]:
            assert all(f'"{option}"' in _source(module) for option in options)
        case ["nianbao", *_]:
            known = typer.main.get_command(app)
            if not words[1].startswith("-"):
                known = known.commands[words[1]]
            assert options <= {option for one in known.params for option in one.opts}
        case ["pytest", *_]:
            for path, _, test in (word.partition("::") for word in words if "/" in word):
                assert (ROOT / path).exists()
                assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
        case _:
            assert words[0] in _tools()


def _source(module):
    """The code of a module, or of a package's modules."""
    found = importlib.util.find_spec(module)
    assert found, module
    path = Path(found.origin)
    files = path.parent.glob("*.py") if found.submodule_search_locations else [path]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _tools():
    """What the development group brings, and what is run without being installed."""
    group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    return {re.split(r"[^\w-]", one)[0] for one in group} | {"pre-commit"}


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_readme_leads_to_it(readme):
    assert "(CONTRIBUTING.md)" in (ROOT / readme).read_text(encoding="utf-8")
