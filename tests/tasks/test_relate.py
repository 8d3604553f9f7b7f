"""Reports beside their neighbour years and their peers, on a real S3 server."""

import pytest
from balanced import report as balanced
from balanced import values

from tasks.judge.validate import validate
from tasks.lake.query import connect
from tasks.lake.relate import relate_due
from tasks.lake.rows import report_id
from tasks.ledger.compacting import BusyError, exclusive

AGENCY, OTHER = "青岚市人民政府", "澜山县人民政府"
CARRIED_OVER = {a: v for a, v in values().items() if a.startswith("table3.carried_over.")}


@pytest.fixture
def lake(s3, buckets, ledger, make, published):
    """Publish a balanced report with `changes` and relate it; returns what the lake then says of relations."""

    def put(year, agency=AGENCY, changes=None, form="2021"):
        report = balanced(form, changes, year=year, agency=agency)
        published(make.source(f"{agency}{year}.pdf", sha256=f"{agency}{year}"), report, make.validated)
        relate_due(s3, buckets, ledger)
        found = connect(buckets).sql("SELECT year, rule, place, left_value, right_value FROM relations ORDER BY ALL")
        return [(year, rule, where, *sides) for year, rule, where, *sides in found.fetchall()]

    return put


def _continued(step=0, in_force=True):
    """The figures of a year that goes on where the balanced one ended."""
    known = values()
    new = {}
    for column in ("natural_person", "enterprise", "research", "public_welfare", "legal_service", "other_org", "total"):
        new[f"table3.carried_over.{column}"] = known[f"table3.carried_forward.{column}"]
    for item in ("regulations", "normative_documents") if in_force else ():
        of = {m: known[f"table2.{item}.{m}"] for m in ("issued", "repealed", "in_force")}
        new[f"table2.{item}.in_force"] = of["in_force"] + of["issued"] - of["repealed"]
    new["table3.new.total"] = known["table3.new.total"] + step
    return new


@pytest.mark.parametrize("order", [(2022, 2023), (2023, 2022)])
def test_years_that_go_on_from_each_other_have_no_findings_in_either_order(lake, order):
    changes = {2022: {}, 2023: _continued()}
    assert [lake(year, changes=changes[year]) for year in order][-1] == []


@pytest.mark.parametrize("order", [(2022, 2023), (2023, 2022)])
def test_what_was_carried_over_must_be_what_was_carried_forward(lake, order):
    changes = {2022: {}, 2023: _continued() | {"table3.carried_over.total": 1}}
    found = [lake(year, changes=changes[year]) for year in order][-1]
    forward = values()["table3.carried_forward.total"]
    assert found == [(2023, "YEAR.CARRY", "table3.carried_over.total", 1, forward)]


def test_what_is_in_force_follows_from_the_year_before(lake):
    lake(2022)
    found = lake(2023, changes=_continued(in_force=False))
    assert {(rule, where) for _, rule, where, *_ in found} == {
        ("YEAR.IN_FORCE", "table2.regulations.in_force"),
        ("YEAR.IN_FORCE", "table2.normative_documents.in_force"),
    }


def test_items_of_the_2019_form_follow_from_the_year_before(lake):
    lake(2019, form="2019")
    found = lake(2020, form="2019")
    assert {rule for _, rule, *_ in found} == {"YEAR.CARRY", "YEAR.ITEMS"}
    known = values("2019")
    wanted = known["table2.licensing.items_last_year"] + known["table2.licensing.change"]
    item = next(f for f in found if f[2] == "table2.licensing.items_last_year")
    assert item[3:] == (known["table2.licensing.items_last_year"], wanted)


def test_a_leap_in_applications_is_noted(lake):
    lake(2022)
    found = lake(2023, changes=_continued() | {"table3.new.total": 6 * values()["table3.new.total"]})
    assert [rule for _, rule, *_ in found] == ["YEAR.OUTLIER"]


def test_another_agency_with_the_same_figures_is_noted_on_both(lake):
    assert lake(2023) == []
    assert [(year, rule) for year, rule, *_ in lake(2023, OTHER)] == [(2023, "PEER.SAME")] * 2


def test_nothing_to_report_is_no_copy(lake):
    nothing = dict.fromkeys((a for a in values() if not a.startswith("table2")), 0)
    lake(2023, changes=nothing)
    assert lake(2023, OTHER, changes=nothing) == []


def test_an_alias_file_makes_two_names_one_agency(lake, tmp_path, monkeypatch):
    aliases = tmp_path / "agencies.toml"
    aliases.write_text(f'"{AGENCY}" = ["青岚市政府", "{OTHER}"]\n', encoding="utf-8")
    monkeypatch.setenv("NIANBAO_AGENCIES", str(aliases))
    lake(2022, OTHER)
    found = lake(2023, changes=_continued() | {"table3.carried_over.total": 1})
    assert [rule for _, rule, *_ in found] == ["YEAR.CARRY"]


def test_a_report_that_left_the_lake_takes_its_relations_with_it(lake, s3, buckets, ledger, make, published):
    lake(2022)
    assert lake(2023, changes={"table3.carried_over.total": 1})
    report = balanced(year=2023, changes={"table3.carried_over.total": 1})
    published(make.source(f"{AGENCY}2023.pdf", sha256=f"{AGENCY}2023"), report, validate(report))
    relate_due(s3, buckets, ledger)
    assert ledger.relations(2023) == []


def test_what_was_found_beside_a_report_that_left_the_lake_goes_too(lake, s3, buckets, ledger, make, published):
    lake(2022)
    assert lake(2023, changes={"table3.carried_over.total": 1})
    ledger.forget_changes([change.id for change in ledger.changes()])
    report = balanced(year=2022)
    published(make.source(f"{AGENCY}2022.pdf", sha256=f"{AGENCY}2022"), report, make.quarantined)
    done = relate_due(s3, buckets, ledger)
    assert ledger.relations(2023) == []
    assert {change.report_id for change in done} == {report_id(AGENCY, year) for year in (2022, 2023)}


def test_what_is_found_on_another_is_a_change_of_it_once(lake, s3, buckets, ledger):
    lake(2023)
    ledger.forget_changes([change.id for change in ledger.changes()])
    lake(2022, changes={"table3.carried_forward.total": 99})
    done = relate_due(s3, buckets, ledger)
    assert {change.report_id for change in done} == {report_id(AGENCY, year) for year in (2022, 2023)}
    assert len(ledger.changes()) == 2
    assert ledger.relations(2023)


def test_relations_are_looked_at_by_one_process_at_a_time(s3, buckets, ledger):
    with exclusive(ledger, "relate"), pytest.raises(BusyError):
        relate_due(s3, buckets, ledger)
    assert relate_due(s3, buckets, ledger) == []


def test_the_ledger_is_asked_once_for_the_peers_of_a_report(lake, ledger, monkeypatch):
    asked, with_figures = [], type(ledger).with_figures
    monkeypatch.setattr(
        type(ledger), "with_figures", lambda self, *figures: asked.append(figures) or with_figures(self, *figures)
    )
    lake(2023)
    assert len(asked) == 1
