"""What Great Expectations imports for others' rules is imported when it is used, and not before."""

import subprocess
import sys


def _run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_validating_imports_neither_scipy_stats_nor_altair():
    _run("""
import sys
from expectations.suites.runner import run_suite
assert not run_suite("form_2021", {}).errors
assert "great_expectations" in sys.modules
assert not [name for name in sys.modules if name.startswith(("scipy.stats.", "altair."))]
""")


def test_whoever_uses_them_gets_them():
    _run("""
import expectations.suites
from scipy import stats
import altair
import altair.vegalite
assert round(stats.entropy([0.5, 0.5]), 4) == 0.6931
assert altair.Chart.__module__.startswith("altair.")
import scipy.stats, sys
assert sys.modules["scipy.stats"].entropy is stats.entropy
""")


def test_what_is_read_in_the_guarded_process_and_what_the_receiver_imports_is_no_more_than_they_need():
    guarded = """
import sys
from importlib import import_module
import tasks.read.guard.child
for module in ("tasks.read.examine", "tasks.judge.second_look", "tasks.receipt.pictures"):
    import_module(module)
print([name for name in ("boto3", "prefect", "pydantic", "jinja2", "great_expectations") if name in sys.modules])
"""
    receiver = """
import sys
import flows.trigger.receiver
print([name for name in ("pdfplumber", "docx", "numpy", "duckdb", "great_expectations") if name in sys.modules])
"""
    supervisor = """
import sys
import flows.services.supervisor
print([name for name in ("boto3", "prefect", "sqlalchemy") if name in sys.modules])
"""
    assert [_run(code).strip() for code in (guarded, receiver, supervisor)] == ["[]"] * 3
