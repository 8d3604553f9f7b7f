"""From a number in the lake to its place in the source, on a real S3 server, with reports that went the whole way."""

import io
import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pypdfium2 as pdfium
import pytest
import typer
from PIL import Image
from typer.testing import CliRunner

from expectations.evidence import Decision
from expectations.forms import FORMS
from flows.cli.trace import picture_name
from flows.cli.trace import trace as command
from tasks.analysis.trace import trace
from tasks.analysis.trace_picture import COLOR, SCALE, NoPictureError, draw_place, part_of, place_picture
from tasks.analysis.trace_unknown import UnknownError
from tasks.fetch import fetch
from tasks.judge.decisions import Correction, Review
from tasks.judge.review import keep
from tasks.lake.query import connect
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf

AGENCY, YEAR, KEY = "青岚市水利局", 2024, "2024/报告.pdf"
NEW, GRANTED = "table3.new.total", "table3.granted.research"
FIGURES = consistent_figures(FORMS["2021"], random.Random(1))
PDF = draw_pdf(SampleReport(AGENCY, YEAR, "2021", FIGURES))

DOCS = Path(__file__).parents[2] / "docs" / "downstream.md"
SQL = re.findall(r"```sql\n(.*?)```", DOCS.read_text(), re.DOTALL)[0]


@pytest.fixture
def land(s3, buckets, way):
    """Put an object, take it the whole way, and return the report as read."""

    def run(body=PDF, key=KEY):
        ended = way({key: body})[key]
        assert ended.outcome == "validated"
        return fetch(s3, buckets.landing.bucket, key), ended.report

    return run


@pytest.fixture
def nianbao(s3, buckets, tmp_path, monkeypatch):
    """The command as a user runs it, in an empty folder."""
    monkeypatch.setenv("NIANBAO_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(command)

    def run(address=NEW, *more, agency=AGENCY, year=YEAR):
        return CliRunner().invoke(app, [address, "--agency", agency, "--year", str(year), *more])

    return run


def test_a_figure_is_traced_to_report_page_box_and_object(buckets, ledger, land):
    source, report = land()
    cell = next(cell for cell in report.cells if cell.address == NEW)
    found = trace(ledger, buckets, AGENCY, YEAR, NEW)
    assert found.cell == replace(cell, is_seen_twice=False)  # the lake holds only what two readings agree on
    assert (found.cell.value, found.cell.raw) == (FIGURES[NEW], str(FIGURES[NEW]))
    assert (found.bucket, found.key, found.etag, found.sha256) == (*(source.bucket, KEY, source.etag, source.sha256),)
    assert found.landed_at == source.landed_at
    assert found.label == "表三“一、本年新收政府信息公开申请数量·总计”"
    assert (found.title, found.receipt) == (report.title, buckets.receipts.uri(f"{KEY}.json"))


def test_every_figure_of_a_report_can_be_traced(buckets, ledger, land):
    _, report = land()
    for cell in report.cells[::23]:
        found = trace(ledger, buckets, AGENCY, YEAR, cell.address)
        assert (found.cell, found.cell.value) == (replace(cell, is_seen_twice=False), FIGURES[cell.address])
        assert found.label != cell.address


def test_the_command_tells_all_of_it_and_saves_the_picture(nianbao, land, buckets, tmp_path):
    source, report = land()
    result = nianbao(GRANTED)
    assert result.exit_code == 0, result.output
    picture = tmp_path / f"{AGENCY}-{YEAR}-{GRANTED}.png"
    told = (source.sha256, source.etag, f"s3://{source.bucket}/{KEY}", "北京时间", report.title, str(picture), GRANTED)
    assert [text for text in told if text not in result.output] == []
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("layout", [Layout(), Layout(rotate=90), Layout(shift=30), Layout(landscape=True)])
def test_the_picture_shows_the_cell_boxed(layout):
    pdf = draw_pdf(SampleReport(AGENCY, YEAR, "2021", FIGURES), layout)
    cell = next(cell for cell in read(recognise("a.pdf", pdf)).cells if cell.address == GRANTED)
    picture, plain, (left, up) = _drawn(pdf, cell)
    x0, top, x1, bottom = (round(v * SCALE) for v in cell.bbox)
    x0, top, x1, bottom = (x0 - left, top - up, x1 - left, bottom - up)
    inside = (x0 + 4, top + 4, x1 - 4, bottom - 4)
    assert picture.crop((x0, top, x1, bottom)).tobytes() == plain.crop((x0, top, x1, bottom)).tobytes()
    assert plain.crop(inside).convert("L").getextrema()[0] < 100, "its figure is printed there"
    across, down = (x0 + x1) // 2, (top + bottom) // 2
    for pixel in ((x0 - 4, down), (x1 + 4, down), (across, top - 4), (across, bottom + 4)):
        assert picture.getpixel(pixel) == COLOR
    assert min(picture.size) > 5 * min(x1 - x0, bottom - top)


def _drawn(pdf, cell):
    """The picture of a cell, the same part of the page without a box, and where that part begins."""
    picture = Image.open(io.BytesIO(draw_place(pdf, cell.page, cell.bbox)))
    page = pdfium.PdfDocument(pdf)[cell.page - 1]
    part = tuple(round(v * SCALE) for v in part_of(cell.bbox, *page.get_size()))
    return picture, page.render(scale=SCALE).to_pil().convert("RGB").crop(part), part[:2]


def test_out_and_json(nianbao, land, tmp_path):
    source, _ = land()
    result = nianbao(NEW, "--json", "--out", "图.png")
    content = json.loads(result.output)
    assert (content["cell"]["value"], content["cell"]["raw"]) == (FIGURES[NEW], str(FIGURES[NEW]))
    assert (content["sha256"], content["landed_at"]) == (source.sha256, source.landed_at.isoformat())
    assert (content["picture"], content["no_picture"]) == (str(tmp_path / "图.png"), None)
    assert Path("图.png").exists()
    assert nianbao(NEW, "--out", "没有/图.png").exit_code == 1


def test_a_corrected_figure_tells_what_is_printed_and_who_corrected_it(s3, buckets, ledger, nianbao, land, way):
    fees = "table2.fees.amount_wan"
    source, report = land()
    raw = next(cell.raw for cell in report.cells if cell.address == fees)
    decision = Decision("correct", "李四", datetime(2025, 3, 2, tzinfo=UTC), "原件为此数")
    keep(s3, buckets, ledger, source.sha256, Review(decision, (), (Correction(fees, "12.5", raw),)))
    assert way()[KEY].outcome == "validated"
    output = nianbao(fees).output
    assert "12.5 万元" in output
    assert "李四 于 2025-03-02 08:00:00（北京时间）更正：原件为此数" in output
    assert f"原文数值为 {FIGURES[fees]}" in output


def test_an_overwritten_or_deleted_source_has_no_picture_and_says_so(s3, buckets, nianbao, land):
    source, _ = land()
    s3.put_object(Bucket=source.bucket, Key=KEY, Body=b"other")
    result = nianbao()
    assert (result.exit_code, "取代" in result.output, list(Path().glob("*.png"))) == (0, True, [])
    s3.delete_object(Bucket=source.bucket, Key=KEY)
    assert "已被删除" in nianbao().output


def test_after_a_later_upload_the_receipt_is_among_the_older_ones(s3, buckets, ledger, land, way):
    source, _ = land()
    assert way({KEY: b"no report"})[KEY].outcome == "rejected"
    found = trace(ledger, buckets, AGENCY, YEAR, NEW)
    assert found.receipt == buckets.receipts.uri(f".versions/{KEY}/{source.etag}.json")
    assert s3.get_object(Bucket=buckets.receipts.bucket, Key=f".versions/{KEY}/{source.etag}.json")


def test_a_source_whose_bytes_are_not_the_recorded_ones_is_not_shown(s3, buckets, ledger, land, make):
    land()
    found = make.replace(trace(ledger, buckets, AGENCY, YEAR, NEW), sha256="0" * 64)
    with pytest.raises(NoPictureError, match="SHA-256 不符"):
        place_picture(s3, found)


def test_a_source_that_is_no_pdf_has_no_picture(nianbao, settled, make):
    cells = tuple(make.replace(cell, page=None, bbox=None) for cell in make.report().cells)
    report = make.replace(make.report(agency="甲 局"), cells=cells)
    settled(make.source(key="a.html"), report, make.validated, media_type="text/html")
    result = nianbao(agency="甲局")
    assert result.exit_code == 0, result.output
    assert "原文件不是 PDF（text/html）" in result.output
    assert "无（原文件不分页）" in result.output


@pytest.mark.parametrize(
    ("agency", "name"), [("甲/乙：丙\n局", "甲_乙：丙_局"), ("../局", "局"), ("局" * 99, "局" * 60)]
)
def test_the_pictures_name_fits_every_system(make, agency, name):
    found = SimpleNamespace(agency=agency, year=YEAR, cell=SimpleNamespace(address=NEW))
    assert picture_name(found) == f"{name}-{YEAR}-{NEW}.png"


def test_an_agency_is_found_under_another_of_its_names(nianbao, land, monkeypatch, tmp_path):
    land()
    (tmp_path / "names.toml").write_text(f'"{AGENCY}" = ["青岚市水务局"]', encoding="utf-8")
    monkeypatch.setenv("NIANBAO_AGENCIES", str(tmp_path / "names.toml"))
    assert nianbao(agency="青岚市水务局").output.startswith(f"{AGENCY} {YEAR}")
    (tmp_path / "names.toml").write_text('"a" = 1', encoding="utf-8")
    assert nianbao().exit_code == 1


@pytest.mark.parametrize(
    ("address", "asked", "said"),
    [
        (NEW, {"agency": "青岚水利局"}, f"名称相近的有：{AGENCY}"),
        (NEW, {"year": 2023}, "该机关有的年度：2024"),
        (NEW, {"agency": "某某", "year": 2023}, "有报告的年度：2024"),
        ("table3.new.totl", {}, f"{NEW}（表三“一、本年新收政府信息公开申请数量·总计”）"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(nianbao, land, address, asked, said):
    land()
    result = nianbao(address, **asked)
    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    assert result.stdout == ""


def test_an_empty_lake_is_told(buckets, ledger):
    with pytest.raises(UnknownError, match="数据湖是空的"):
        trace(ledger, buckets, AGENCY, YEAR, NEW)


def test_the_documented_query_joins_a_figure_to_its_place_and_source(buckets, land):
    source, report = land()
    cell = next(cell for cell in report.cells if cell.address == NEW)
    with connect(buckets) as lake:
        found = lake.execute(SQL).fetchall()
    place = (cell.raw, cell.page, *cell.bbox)
    assert found == [(AGENCY, YEAR, FIGURES[NEW], *place, source.bucket, KEY, source.sha256)]
