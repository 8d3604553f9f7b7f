"""What the environment may say, and where things therefore are."""

import os
import re
from pathlib import Path

import pytest

from tasks.errors import SettingError
from tasks.settings import VARIABLES, Place, Settings, buckets_from_env, home, settings, unknown_settings, variable

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture
def environment(monkeypatch):
    """Make the environment say these settings alone."""

    def say(**values):
        for name in VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return say


def test_places_have_plain_defaults(environment):
    environment()
    buckets = buckets_from_env()
    assert [buckets.landing, buckets.lake] == [Place("landing"), Place("lake")]
    assert buckets.names == ("landing", "lake", "quarantine", "receipts")


def test_prefixes_of_one_bucket_serve_too(environment):
    places = ("landing", "lake", "quarantine", "receipts")
    environment(**{f"NIANBAO_{name.upper()}_BUCKET": f"data/a/{name}/" for name in places})
    buckets = buckets_from_env()
    assert buckets.names == ("data",)
    assert buckets.lake.uri("reports/x") == "s3://data/a/lake/reports/x"
    assert buckets.lake.name(buckets.lake.key("reports/x")) == "reports/x"


@pytest.mark.parametrize(
    ("landing", "lake"), [("data", "data"), ("data", "data/lake"), ("data/a/b", "data/a"), ("data/a", "data/a/")]
)
def test_nothing_is_ever_written_under_a_watched_prefix(environment, landing, lake):
    environment(NIANBAO_LANDING_BUCKET=landing, NIANBAO_LAKE_BUCKET=lake)
    with pytest.raises(SettingError, match="不能互相包含"):
        buckets_from_env()


def test_a_prefix_is_no_mere_beginning_of_a_name(environment):
    environment(NIANBAO_LANDING_BUCKET="data/la", NIANBAO_LAKE_BUCKET="data/lake")
    assert buckets_from_env().landing.key("x") == "la/x"


def test_home_is_a_setting_that_is_heeded_at_once(environment, monkeypatch):
    environment(NIANBAO_HOME="/srv/nianbao")
    assert home() == Path("/srv/nianbao")
    environment()
    assert home() == Path.home() / ".nianbao"
    monkeypatch.setenv("HOME", "/home/other")
    assert home() == Path("/home/other/.nianbao")


def test_every_setting_that_is_wrong_is_told_and_no_password(environment):
    environment(
        NIANBAO_WARM="yes",
        NIANBAO_SWEEP_SECONDS="inf",
        NIANBAO_LAKE_BUCKET="landing",
        NIANBAO_DATABASE_URL="mysql://u:secret@h/d",
    )
    with pytest.raises(SettingError) as told:
        settings()
    lines = sorted(str(told.value).splitlines())
    assert [line.split("=")[0] for line in lines] == [
        f"设置有误：NIANBAO_{name}" for name in ("DATABASE_URL", "SWEEP_SECONDS", "WARM")
    ]
    assert "secret" not in str(told.value)
    assert "mysql://…@h/d" in lines[0]


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_says_what_it_is_for_and_what_it_may_be(environment, field):
    """Bytes that no setting can mean, but for those that are any text."""
    assert VARIABLES[variable(field)].description
    environment(**{variable(field): "http://\x7f:0 \x7f"})
    if field in ("home", "webhook_token", "prefect_hosts"):
        settings()
    else:
        with pytest.raises(SettingError, match=rf"^设置有误：{variable(field)}=.*，应为.+。$"):
            settings()


def test_a_variable_without_a_value_counts_as_absent(environment):
    environment(**dict.fromkeys(VARIABLES, ""))
    empty = settings()
    environment()
    assert empty == settings()


def test_variables_of_others_are_no_slips(environment, monkeypatch):
    environment(NIANBAO_FORK_PARENT="1", NIANBAO_IMAGE="x", NIANBAO_RECIEVER_PORT="1")
    assert unknown_settings() == ["没有 NIANBAO_RECIEVER_PORT 这个设置，是否想写 NIANBAO_RECEIVER_PORT？"]


def test_the_documentation_names_every_setting_with_its_default(environment):
    environment()
    table = OPERATIONS.read_text(encoding="utf-8").partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("| `")]
    told = {name: cells[2] for cells in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cells[0])}
    assert VARIABLES.keys() - told.keys() == set()
    assert {name for name in told if name.startswith("NIANBAO_")} <= VARIABLES.keys()
    for name, field in VARIABLES.items():
        if field.default is not None and name != "NIANBAO_HOME":
            assert re.search(rf"(^|\W){re.escape(str(field.default))}(\W|$)", told[name]), name
    assert os.environ.get("NIANBAO_HOME") is None
