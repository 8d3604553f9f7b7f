"""Documentation that cannot rot: every command, setting and code that the code has is written down."""

import re
from pathlib import Path

import pytest

from expectations.rules import RULES
from flows.cli import app
from flows.cli.tables import TABLES
from tasks.lake.schemas import LAKE_TABLES

ROOT = Path(__file__).resolve().parents[1]
READMES = [(ROOT / name).read_text() for name in ("README.md", "README.zh.md")]
DOCS = "\n".join([*READMES, *(p.read_text() for p in (ROOT / "docs").glob("*.md"))])
CODE = "\n".join(p.read_text() for room in ("flows", "tasks", "expectations") for p in (ROOT / room).rglob("*.py"))
GROUPS = {group.typer_instance.info.name: group.typer_instance for group in app.registered_groups}
IN_GROUPS = [
    f"{name} {c.name or c.callback.__name__}" for name, group in GROUPS.items() for c in group.registered_commands
]
COMMANDS = sorted([c.callback.__name__ for c in app.registered_commands] + IN_GROUPS)


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_documented(command):
    assert f"`nianbao {command}" in (ROOT / "docs" / "operations.md").read_text()


def test_help_names_every_table():
    assert sorted(TABLES.split("、")) == sorted(LAKE_TABLES)


@pytest.mark.parametrize("readme", READMES, ids=["en", "zh"])
def test_readme_names_only_commands_that_exist(readme):
    used = set(re.findall(r"uv run nianbao (\w+)", readme))
    assert used <= {command.split()[0] for command in COMMANDS}
    assert {"pip install uv && uv run nianbao demo", "uv run pytest"} <= set(readme.splitlines())


@pytest.mark.parametrize("setting", sorted(set(re.findall(r"NIANBAO_[A-Z_]+[A-Z]", CODE))))
def test_setting_is_documented(setting):
    assert setting in DOCS


@pytest.mark.parametrize("code", sorted(RULES))
def test_rule_is_documented(code):
    assert code in (ROOT / "docs" / "rules.md").read_text()


def test_links_lead_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "infra").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name}: {target}"
