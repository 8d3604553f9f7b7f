"""The page of charts, against figures counted by hand."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
import typer
from typer.testing import CliRunner

from flows.cli.report import report
from tasks.analysis.first_look import first_look
from tasks.analysis.first_look.data import Nothing, load
from tasks.analysis.first_look.figures import RESULT_ROWS, Correction, Spread
from tasks.analysis.first_look.sections import sections
from tasks.lake.query import connect

EVIL = "<img src=https://evil.example/x onerror=alert(1)>&\"'</script>局"


class _Page(HTMLParser):
    """The page's text outside its scripts, and whatever a browser would fetch."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.loads = "", [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data):
        if self.lasttag != "script":
            self.text += data


@pytest.fixture
def lake(make, published):
    """Publish reports of which only the figures that are named are not blank."""

    def publish(agency, year, counts, verdict=make.validated, form="2021"):
        plain = make.report(form, agency, year)
        cells = tuple(replace(cell, value=counts.get(cell.address), raw="") for cell in plain.cells)
        source = make.source(key=f"{agency}{year}.pdf", sha256=f"{agency}{year}")
        return published(source, replace(plain, cells=cells), verdict)

    return publish


@pytest.fixture
def read(buckets):
    """What the page shows of a year."""

    def run(year=None):
        with connect(buckets) as lake, connect(buckets, quarantine=True) as quarantine:
            return load(lake, quarantine, year)

    return run


@pytest.fixture
def three_years(lake, make):
    """Two agencies in 2024, one of them (spaced otherwise) in 2023, and one of the 2019 form."""
    lake("甲局", 2020, {"table3.new.total": 7, "table3.granted.total": 1, "table3.other.total": 3}, form="2019")
    lake("甲 局", 2023, {"table3.new.total": 10, "table3.granted.total": 4, "table3.total.total": 99})
    lake(
        "甲局",
        2024,
        {
            "table3.new.total": 12,
            "table3.new.natural_person": 9,
            "table3.new.enterprise": 3,
            "table3.granted.total": 2,
            "table3.partial.total": 1,
            "table3.denied.state_secret.total": 5,
            "table3.other.misc.total": 2,
            "table3.total.total": 10,
            "table3.carried_forward.total": 2,
            "table4.review.upheld": 1,
            "table4.review.corrected": 2,
            "table4.review.other": 1,
            "table4.review.pending": 50,
            "table4.review.total": 54,
        },
    )
    lake("乙局", 2024, {"table3.new.total": 5, "table3.new.natural_person": 5, "table4.review.corrected": 1})
    lake("丙局", 2024, {"table3.new.total": 1000}, make.quarantined)


def test_results_are_neither_their_total_nor_what_is_carried_forward():
    assert {"granted", "other", "other.misc"} <= RESULT_ROWS.keys()
    assert not {"new", "carried_over", "total", "carried_forward"} & RESULT_ROWS.keys()


def test_the_latest_year_is_summed_over_the_lake_alone(read, three_years):
    data = read()
    assert (data.year, data.chosen.reports, data.chosen.received, data.agencies) == (2024, 2, 17, 2)
    assert (data.chosen.disclosed, data.chosen.results, data.chosen.carried_forward) == (3, 10, 2)
    assert {row: n for row, n in data.results.items() if n} == {
        "granted": 2,
        "partial": 1,
        "denied.state_secret": 5,
        "other.misc": 2,
    }
    assert {kind: n for kind, n in data.applicants.items() if n} == {"natural_person": 14, "enterprise": 3}
    assert data.waiting == {2024: 1}


def test_an_agency_without_results_has_no_rate(read, three_years):
    assert read().spread == Spread((0, 0, 0, 1, 0, 0, 0, 0, 0, 0), 1)
    assert read(2023).spread == Spread((0, 0, 0, 0, 0, 0, 0, 0, 0, 1), 0)


def test_what_is_pending_is_not_decided(read, three_years):
    reviews = [one for one in read().corrections if one.year == 2024 and one.group == "review"]
    assert reviews == [Correction(2024, "review", 2, 3, 5)]


def test_years_are_compared_over_the_agencies_of_both(read, three_years):
    before, after = read().matched
    assert (before.year, before.received, before.results) == (2023, 10, 4)
    assert (after.year, after.received, after.results, after.read) == (2024, 12, 10, 1)
    assert read(2020).matched == ()


def test_the_other_results_of_the_2019_form_count(read, three_years):
    assert read(2020).results["other"] == 3
    assert [one.results for one in read().every] == [4, 4, 10]


def test_findings_are_the_agencys_own_and_of_the_newer_version(read, lake, make):
    doubt = replace(make.finding(), fault="reading")
    warned = replace(make.validated, findings=(make.finding("warning"),))
    lake("甲局", 2024, {}, warned)
    lake("乙局", 2024, {}, replace(make.quarantined, findings=(*make.quarantined.findings, doubt)))
    found = read(2024).problems
    assert [(one.agency, one.counts) for one in found.most] == [("乙局", (1, 1, 0)), ("甲局", (0, 1, 0))]
    assert (found.reports, found.doubts) == (2, 1)


def test_every_chart_tells_what_it_rests_on(read, three_years):
    assert [(section.title, section.reports) for section in sections(read())] == [
        ("2024 年申请办理结果", 2),
        ("2024 年申请人", 2),
        ("公开率", 2),
        ("纠错率", 4),
        ("逐年变化", 4),
        ("问题最多的机关", 3),
    ]


def test_the_page_tells_the_figures_and_loads_nothing(buckets, three_years):
    html = first_look(buckets)
    page = _Page(html)
    assert page.loads == []
    assert html.count("* plotly.js v") == 1
    for told in ("公开 3 ÷ 办理 10", "30.0%", "60.0%", "纠正 3 ÷ 审结 5", "都有报告的 1 个机关", "+20.0%"):
        assert told in page.text


def test_a_hostile_name_is_text(buckets, lake, make):
    lake(EVIL, 2024, {}, make.quarantined)
    lake("甲局", 2024, {})
    html = first_look(buckets)
    page = _Page(html)
    assert "img" not in page.tags
    assert page.loads == []
    assert "<img src=https" not in html
    assert "&lt;img src" in html


def test_a_lake_of_blanks_divides_by_nothing(buckets, lake):
    lake("甲局", 2024, {})
    assert "公开 0 ÷ 办理 0" in first_look(buckets)


@pytest.mark.parametrize("year", [None, 2024])
def test_an_empty_lake_is_told(buckets, year):
    assert "数据湖是空的" in first_look(buckets, year)


def test_a_year_that_is_not_there_is_told(buckets, read, three_years):
    assert read(2022) == Nothing(2022, (2020, 2023, 2024), 1)
    assert "没有 2022 年的报告。有报告的年度：2020、2023、2024。" in first_look(buckets, 2022)


@pytest.fixture
def run(s3, buckets, tmp_path, monkeypatch):
    """Run the command as a user does, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(report)
    return lambda *arguments: CliRunner().invoke(app, arguments)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((), "nianbao-report.html"),
        (("--year", "2024"), "nianbao-report-2024.html"),
        (("--out", "look.html"), "look.html"),
    ],
)
def test_the_command_writes_a_page_and_tells_where(run, tmp_path, arguments, name):
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.strip().endswith(name)
    assert "数据湖是空的" in (tmp_path / name).read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_told(run):
    result = run("--out", "nowhere/page.html")
    assert result.exit_code == 1
    assert "无法写入" in result.stderr


def test_a_server_that_is_away_is_told(run, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    result = run()
    assert result.exit_code == 1
    assert "无法读取对象存储" in result.stderr
