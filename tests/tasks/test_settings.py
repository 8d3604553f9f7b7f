"""Where the places are."""

from pathlib import Path

import pytest

from tasks.settings import Place, buckets_from_env, home


def test_places_have_plain_defaults():
    buckets = buckets_from_env({})
    assert [buckets.landing, buckets.lake] == [Place("landing"), Place("lake")]
    assert buckets.names == ("landing", "lake", "quarantine", "receipts")


def test_prefixes_of_one_bucket_serve_too():
    env = {f"NIANBAO_{n}_BUCKET": f"data/a/{n.lower()}/" for n in ("LANDING", "LAKE", "QUARANTINE", "RECEIPTS")}
    buckets = buckets_from_env(env)
    assert buckets.names == ("data",)
    assert buckets.lake.uri("reports/x") == "s3://data/a/lake/reports/x"
    assert buckets.lake.name(buckets.lake.key("reports/x")) == "reports/x"


@pytest.mark.parametrize(
    ("landing", "lake"), [("data", "data"), ("data", "data/lake"), ("data/a/b", "data/a"), ("data/a", "data/a/")]
)
def test_nothing_is_ever_written_under_a_watched_prefix(landing, lake):
    with pytest.raises(ValueError, match="不能互相包含"):
        buckets_from_env({"NIANBAO_LANDING_BUCKET": landing, "NIANBAO_LAKE_BUCKET": lake})


def test_a_prefix_is_no_mere_beginning_of_a_name():
    buckets = buckets_from_env({"NIANBAO_LANDING_BUCKET": "data/la", "NIANBAO_LAKE_BUCKET": "data/lake"})
    assert buckets.landing.key("x") == "la/x"


def test_home_is_a_setting():
    assert home({"NIANBAO_HOME": "/srv/nianbao"}) == Path("/srv/nianbao")
    assert home({}) == Path.home() / ".nianbao"
