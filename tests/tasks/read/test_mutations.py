"""Any report that the sample maker can draw is read exactly, or not validated."""

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.forms import FORMS
from tasks.errors import Rejected
from tasks.judge.validate import validate
from tasks.read.recognise import recognise
from tasks.read.report import read
from tasks.samples import Layout, SampleReport, consistent_figures, draw_pdf

layouts = st.builds(
    Layout,
    rules=st.sampled_from(["lines", "boxes", "dashes", "horizontal", "none"]),
    font_size=st.sampled_from([5.0, 7.5, 9.0, 10.5, 12.0]),
    padding=st.sampled_from([1.0, 2.0, 4.0, 8.0]),
    margin=st.sampled_from([30.0, 60.0, 90.0]),
    start=st.integers(0, 650).map(float),
    landscape=st.booleans(),
    repeat_header=st.booleans(),
    vertical_labels=st.booleans(),
    groups_swapped=st.booleans(),
    short_labels=st.booleans(),
    table2_split=st.booleans(),
    zero=st.sampled_from(["0", "", "/", "-", "—"]),
    thousands=st.booleans(),
    full_width=st.booleans(),
    narrow_figures=st.booleans(),
    page_numbers=st.booleans(),
    running_head=st.sampled_from(["", "政府信息公开", "2024"]),
    watermark=st.sampled_from(["", "样例2024"]),
    double_struck=st.booleans(),
    foreign_table=st.booleans(),
    contents=st.booleans(),
    underlined=st.booleans(),
    note_row=st.sampled_from(["", "注：含上年度结转3件。"]),
    rotate=st.sampled_from([0, 0, 0, 90, 180, 270]),
    shift=st.sampled_from([0.0, 0.0, 25.0]),
)


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(layout=layouts, form=st.sampled_from(["2019", "2021"]), seed=st.integers(0, 10**6), size=st.integers(1, 50_000))
def test_exact_or_not_validated(layout, form, seed, size):
    figures = consistent_figures(FORMS[form], random.Random(seed), size)
    report = SampleReport("云浦县水务局", 2020 if form == "2019" else 2023, form, figures)
    try:
        got = read(recognise("report.pdf", draw_pdf(report, layout)))
    except Rejected:
        return
    if validate(got).outcome == "validated":
        assert {c.address: c.value or 0 for c in got.cells} == figures
        assert (got.agency, got.year, got.form) == (report.agency, report.year, form)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), changed=st.data())
def test_a_changed_figure_is_read_as_changed(seed, changed):
    form = FORMS["2021"]
    figures = dict(consistent_figures(form, random.Random(seed)))
    address = changed.draw(st.sampled_from([f.address for f in form.figures() if f.table != "table2"]))
    figures[address] += changed.draw(st.integers(1, 9))
    report = SampleReport("云浦县水务局", 2023, "2021", figures)
    got = read(recognise("report.pdf", draw_pdf(report)))
    assert {c.address: c.value or 0 for c in got.cells} == figures
    assert validate(got).outcome == "quarantined"
