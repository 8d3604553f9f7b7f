"""`nianbao export`, as a user runs it."""

import pytest
import typer
from typer.testing import CliRunner
from workbook import sheets

from flows.cli.export import export
from tasks.analysis.export import TABLES


@pytest.fixture
def run(s3, buckets, tmp_path, monkeypatch):
    """Run the command as a user does, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    app = typer.Typer()
    app.command()(export)
    return lambda *arguments: CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


def test_the_command_writes_a_workbook_of_everything(run, lake, tmp_path):
    result = run()
    assert result.exit_code == 0, result.output
    assert "报告：2 行 → nianbao-export.xlsx" in result.output
    assert len(sheets(tmp_path / "nianbao-export.xlsx")) == len(TABLES)


def test_the_command_reads_the_quarantine(run, lake, tmp_path):
    result = run("reports", "findings", "--quarantine", "--format", "csv", "--out", "some/where", "--headers", "en")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "some/where").iterdir()} == {"reports.csv", "findings.csv"}
    assert (tmp_path / "some/where/reports.csv").read_text("utf-8-sig").splitlines()[1].split(",")[1] == "2023"


WRONG = {
    ("nothing",): "TABLE 没有",
    ("--format", "ods"): "--format 没有",
    ("--headers", "de"): "--headers 没有",
    ("reports", "--sql", "SELECT 1"): "--sql 不能",
    ("--out", "a.xls"): ".xlsx",
    ("--sql", "SELEC 1"): "查询出错",
    ("--sql", "DROP VIEW reports"): "没有结果",
    ("--agency", "某市"): "没有这个机关的报告",
}


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_what_is_wrong_is_told_and_no_traceback(run, lake, tmp_path, arguments):
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert WRONG[arguments] in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(run, lake, tmp_path):
    (tmp_path / "file").touch()
    result = run("reports", "--out", "file/a.xlsx")
    assert result.exit_code == 1
    assert "无法写入文件" in result.stderr


def test_a_server_that_is_away_is_told(run, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    result = run("reports")
    assert result.exit_code == 1
    assert "无法读取对象存储" in result.stderr
