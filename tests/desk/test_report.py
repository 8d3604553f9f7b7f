"""The report page and the data pages at the desk: what is shown, to whom, and that hostile text stays text."""

import io
import os
import signal
import subprocess
import sys
import zipfile

import psutil
import pyarrow.parquet as pq
import pytest

from flows.desk.connecting import FOLDER
from flows.desk.helper import Helper, HelperDiedError
from tasks.judge.decisions import value_of
from tasks.roles import Role
from tests.desk.bars import bars
from tests.desk.reports import AGENCY, doubtful_report, hostile_report, report, report_missing_a_row, wrong_report
from tests.tasks.test_recipes import RECIPES


def test_a_report_is_shown_beside_its_pages_and_its_neighbour_years(browse, landed):
    _, row = landed({"去年.pdf": report(year=2022, seed=3), "今年.pdf": wrong_report(year=2023)})
    page = browse(Role.READ)
    page.set_default_timeout(60_000)
    page.goto(f"/report/{row.id}")
    page.locator("aside.findings a").first.click()
    lit = page.locator("rect.box.lit").first
    lit.wait_for()
    assert lit.get_attribute("data-address") == "table3.new.total"
    tip = page.locator(".tip")
    assert "总计" in tip.inner_text()
    assert lit.get_attribute("data-raw") in tip.inner_text()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.dataset.address") == "table3.new.other_org"
    loaded = page.locator(".sheet img").first.evaluate("image => image.decode().then(() => image.naturalWidth)")
    assert loaded == 1700
    assert page.locator(".beside thead").inner_text().split() == ["项目", "2022", "2023（本年）"]
    page.emulate_media(media="print")
    assert page.locator(".side").is_hidden()
    assert page.locator(".sheet").first.is_visible()


def test_what_is_hostile_stays_text_and_the_source_is_only_saved(browse, visit, landed):
    key = '"><script>alert(1)</script>/<img src=x onerror=alert(2)>.pdf'
    page_of_ours = b"<html><body><script>alert(3)</script><p>hello</p></body></html>"
    row, rejected = landed({key: hostile_report(), "x.html": page_of_ours})
    client = visit(Role.READ, name="李雷")
    for path in (f"/report/{row.id}", f"/report/{rejected.id}"):
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    source = client.get(f"/report/{rejected.id}/source")
    assert source.content == page_of_ours
    assert source.headers["content-type"] == "application/octet-stream"
    assert source.headers["content-disposition"].startswith("attachment;")
    page = browse(Role.READ, Role.REVIEW)
    page.set_default_timeout(60_000)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(f"/review/{row.id}")
    page.locator(".verdict.bad").wait_for()
    assert "<imgsrc=xonerror=alert(1)>" in page.locator(".cell.here .chip").first.inner_text()
    page.goto(f"/report/{row.id}")
    page.locator("rect.box.wrong").first.hover()
    assert "onerror" in page.locator(".tip").inner_text()


def test_the_lake_is_looked_at_and_downloaded(browse, visit, landed, s3_server):
    landed({"去年.pdf": report(year=2022, seed=3), "今年.pdf": report(year=2023)})
    client = visit(Role.READ, name="李雷")
    assert f">{AGENCY}<" in client.get("/report").text
    assert AGENCY in client.get("/data/agency", params={"name": "水利"}).text
    assert "各年数字" in client.get("/data/agency", params={"name": AGENCY}).text
    book = client.get("/data/export", params={"format": "xlsx", "table": "applications", "years": "2023"})
    assert book.content[:2] == b"PK"
    parquet = client.get("/data/export", params={"format": "parquet", "table": "applications", "years": "2023"})
    assert set(pq.read_table(io.BytesIO(parquet.content))["year"].to_pylist()) == {2023}
    both = client.get("/data/export", params={"format": "csv", "table": ["reports", "disputes"]})
    assert set(zipfile.ZipFile(io.BytesIO(both.content)).namelist()) == {"reports.csv", "disputes.csv"}
    assert client.get("/data/export", params={"agency": "没有的局"}).status_code == 400
    assert "applications" in client.get("/data/dictionary").text
    connecting = client.get("/data/connect").text
    assert s3_server["AWS_ENDPOINT_URL_S3"] in connecting
    assert s3_server["AWS_SECRET_ACCESS_KEY"] not in connecting
    page = browse(Role.READ)
    page.set_default_timeout(60_000)
    page.goto("/data?year=2023")
    page.locator(".chart .plot-container").first.wait_for()


def test_the_recipes_are_those_of_the_docs():
    assert {tool: (FOLDER / f"{tool}.txt").read_text() for tool in RECIPES} == RECIPES


def test_nothing_bars_anybody(browse, landed):
    good, row, missing, doubt = landed(
        {"a.pdf": report(year=2022, seed=3), "b.pdf": wrong_report(), "c.pdf": report_missing_a_row("云浦县财政局"),
         "d.pdf": doubtful_report("云浦县教育局")}
    )  # fmt: skip
    paths = [
        "/report",
        f"/report/{good.id}",
        f"/report/{row.id}",
        "/review",
        *(f"/review/{one.id}" for one in (row, missing, doubt)),
        "/data",
        f"/data/agency?name={AGENCY}",
        "/data/download",
        "/data/dictionary",
        "/data/connect",
    ]
    page = browse(Role.READ, Role.REVIEW)
    page.set_default_timeout(60_000)
    found = {}
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if barring := bars(page):
            found[path] = barring
    assert found == {}


def test_the_desk_itself_does_not_import_what_is_heavy():
    code = (
        "import sys; from flows.desk.app import create_desk; create_desk();"
        "print([m for m in ('pyarrow', 'duckdb', 'great_expectations', 'plotly', 'pandas') if m in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


def test_a_helper_tells_what_was_raised_and_ends_when_it_is_not_needed(home, monkeypatch):
    helper = Helper()
    monkeypatch.setenv("NIANBAO_LAKE_BUCKET", "another")
    assert helper.call(os.getenv, "NIANBAO_LAKE_BUCKET") == "another"
    with pytest.raises(ValueError, match="五"):
        helper.call(value_of, "五")
    first = helper.call(os.getpid)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(HelperDiedError):
        helper.call(os.getpid)
    second = helper.call(os.getpid)
    assert second != first
    helper.close()
    assert not psutil.pid_exists(second)
