"""Keys and what files say break nothing where they are shown."""

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from flows.artifacts import _links, _tables
from flows.cli.query import _shown_row
from flows.cli.review import list_waiting
from flows.cli.show import show_receipt
from flows.cli.status import status
from tasks.ledger import NewVersion, ObjectVersion, ReceiptWritten, Settlement, Standing
from tasks.names import receipt_name
from tasks.receipt.as_json import receipt_dict
from tasks.receipt.page import receipt_page
from tasks.receipt.write import write_receipt
from tasks.shown import shown, shown_code, shown_json
from tasks.values import Receipt, Report

KEY = "目录/a\n\x1b[31m`|\u202e\x9b2J[red]](http://x)<img src=x onerror=1>\"';%.pdf"
AT = datetime(2025, 3, 2, tzinfo=UTC)
RECEIPT = Receipt("landing", KEY, "e1", "e1" * 32, 5, AT, AT, "quarantined", "X", f"说明 {KEY}")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@given(st.text(st.characters()) | st.text("a`\n\x1b\u202e\u3000\ud800|"))
def test_nothing_moves_the_cursor_and_nothing_is_lost_in_json(text):
    assert not CONTROL.search(shown(text))
    assert "\n" not in shown(text)
    line = shown_json({text: [text]})
    assert not CONTROL.search(line)
    assert json.loads(line) == {text: [text]}
    code = shown_code(text)
    ticks = re.match("`+", code)[0]
    assert code.endswith(ticks)
    assert ticks not in re.findall("`+", code.removeprefix(ticks).removesuffix(ticks))


@pytest.mark.parametrize("text", ["淮安市 2024 年　报告（1）.pdf", "100% [a] 'b'", "é😀"])
def test_ordinary_text_stays(text):
    assert shown(text) == text


def land(s3, buckets, ledger):
    """An object under that key waits for a person."""
    landed = ObjectVersion(buckets.landing.bucket, KEY, "e1", AT, 5)
    (object_id,) = ledger.add([landed])
    ledger.claim([object_id], "test", 60)
    version = NewVersion("quarantine", "x", is_named=False)
    receipt = replace(RECEIPT, bucket=landed.bucket, report_id="r", agency="机关\x1b[31m")
    told = {name: getattr(receipt, name) for name in ("outcome", "reason", "message", "agency", "report_id", "sha256")}
    (settled,) = ledger.settle([Settlement(object_id, **told, version=version)], "test")
    write_receipt(s3, buckets, receipt_name(KEY), receipt, settled.standing)
    ledger.receipts_written([ReceiptWritten(object_id, receipt_name(KEY), settled.standing.revision)], "test")


def test_a_key_breaks_nothing_on_the_terminal(s3, buckets, ledger):
    land(s3, buckets, ledger)
    app = typer.Typer()
    app.command("status")(status)
    app.command("list")(list_waiting)
    for command, lines in ((["status"], 2), (["status", "--json"], 1), (["list"], 1), (["list", "--json"], 1)):
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0
        assert not CONTROL.search(result.output), command
        assert len(result.output.splitlines()) == lines
    result = CliRunner().invoke(app, ["status", KEY + "?"])
    assert result.exit_code == 1
    assert len(result.output.splitlines()) == 1
    assert not CONTROL.search(result.output)
    console = Console(file=io.StringIO(), width=300)
    show_receipt(receipt_dict(RECEIPT), console)
    assert "[red]" in console.file.getvalue(), "shown, and not taken for a style"


def test_a_key_breaks_nothing_on_the_card():
    page = receipt_page(RECEIPT, Standing())
    assert not CONTROL.search(page)
    assert "<img src=x" not in page


def test_a_key_or_a_title_breaks_nothing_in_an_artifact(s3, buckets):
    lines = _links(replace(RECEIPT, bucket=buckets.landing.bucket)).splitlines()
    assert len(lines) == 3
    for line in lines:
        assert re.fullmatch(r"- \[[^]]+\]\(http[^ )<>\"'`]+\) (`+)((?!\1).)+\1", line), line
    report = Report(KEY, "", None, None, {}, (), (), (), (), "lines", "tokens")
    (head,) = _tables(report).splitlines()
    assert head.startswith("# ")
    assert not re.search(r"(?<!\\)[`<\[|]", head)


@pytest.mark.parametrize(
    "key", ["a.html", "目录/报告 (1).html", KEY, "x" * 200 + ".html", 'a".html', "a;b=c,d.svg", "..."]
)
def test_a_link_to_a_source_saves_it_and_lives_for_hours(s3, buckets, key):
    s3.put_object(Bucket=buckets.landing.bucket, Key=key, Body=b"<script>alert(1)</script>", ContentType="text/html")
    first = _links(replace(RECEIPT, bucket=buckets.landing.bucket, key=key)).splitlines()[0]
    url = re.search(r"\((http[^)]+)\)", first)[1]
    assert int(re.search(r"X-Amz-Expires=(\d+)|$", url)[1] or 0) <= 24 * 3600
    answer = httpx.get(url)
    assert (answer.status_code, answer.content) == (200, b"<script>alert(1)</script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    told = answer.headers["content-disposition"]
    assert told.startswith("attachment; filename=")
    name = unquote(re.search(r"filename\*=UTF-8''([\w%.~-]+)$", told)[1])
    assert name
    assert not re.search(r'[\\/:*?"<>|\x00-\x1f]', name)


def test_a_row_of_csv_on_a_terminal():
    assert _shown_row((KEY, 1, None)) == [shown(KEY), 1, None]
