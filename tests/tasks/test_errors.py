"""The tree of what goes wrong: drawn, complete, and told apart."""

import ast
import inspect
import pickle
import re
from importlib import import_module
from pathlib import Path

import pytest

from flows.cli.failure import ExitCode, explain
from tasks import errors
from tasks.errors import Failure, Mistaken, Outage, Rejected, SettingError
from tasks.ledger import LeaseLostError, LedgerAwayError, LedgerError
from tasks.read.guard.wire import GuardedCallError
from tasks.storage import is_outage

ROOT = Path(__file__).parents[2]
DRAWN = dict(re.findall(r"[├└]─ (\w+) +([A-Z][A-Z0-9_]*\.[A-Z_]+)", errors.__doc__))

NOT_IN_IT = {
    "DiedError": "how a guarded process ended; tasks.read.guard makes of it a verdict or GuardDiedError",
    "TooMuchStyleError": "ends the reading of a style sheet, within tasks.read.visible",
    "MalformedError": "a sender's message, answered with 400",
}


def _ours():
    """Every exception class that our code defines, by name."""
    for room in ("expectations", "tasks", "flows"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef) and node.name.endswith("Error") and not node.name.startswith("_"):
                    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                    yield node.name, name


OURS = dict(_ours())


@pytest.mark.parametrize("name", sorted(OURS.keys() - NOT_IN_IT.keys()))
def test_every_error_of_ours_is_in_the_tree_and_explained(name):
    kind = getattr(import_module(OURS[name]), name)
    assert issubclass(kind, Failure)
    assert DRAWN[name] == kind.code
    error = kind((1, 2)) if kind is LeaseLostError else kind("细节")
    text, code = explain(error)
    assert "细节" in text or kind is LeaseLostError
    assert code == (ExitCode.USAGE if kind is SettingError else ExitCode.ERROR)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_what_is_drawn_is_there():
    rejected = {kind.__name__: kind.code for kind in Rejected.__subclasses__()}
    assert rejected.items() <= DRAWN.items()
    assert DRAWN.keys() == rejected.keys() | OURS.keys() - NOT_IN_IT.keys()
    assert len(set(DRAWN.values())) == len(DRAWN)
    assert all(inspect.isclass(getattr(errors, name)) for name in ("Failure", "Mistaken", "Outage"))
    assert NOT_IN_IT.keys() <= OURS.keys()


def test_an_outage_is_told_from_a_bug_and_from_a_mistake():
    assert is_outage(LedgerAwayError("账本的数据库暂时连不上"))
    assert isinstance(LedgerAwayError(""), Outage)
    assert not any(map(is_outage, (LedgerError(""), GuardedCallError(""), Mistaken(""), ValueError())))


def test_a_bug_is_no_failure():
    assert explain(ZeroDivisionError()) is None
