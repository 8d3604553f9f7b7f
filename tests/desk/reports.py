"""Reports as PDFs that wait for a person once they are judged, each for another reason."""

import random
from dataclasses import replace
from unittest.mock import patch

from expectations.forms import FORMS
from tasks.samples import consistent_figures
from tasks.samples.report import SampleReport, draw_pdf

FORM = FORMS["2021"]
AGENCY, YEAR = "云浦县水利局", 2023
ADDRESS, PRINTED = "table2.fees.amount_wan", "376 32"
MISSED_ROW = "table3.rejected.publication"


def _figures(seed=7):
    figures = dict(consistent_figures(FORM, random.Random(seed), size=400))
    row = [f"{MISSED_ROW}.{column.code}" for column in FORM.applicants]
    without = {column: figures[address] for column, address in zip(FORM.applicants, row, strict=True)}
    for column, address in zip(FORM.applicants, row, strict=True):
        figures[address] = 0
        figures[f"table3.granted.{column.code}"] += without[column]
    return figures


def report(agency=AGENCY, year=YEAR, changes=None, seed=7):
    """A report in which all is well but for `changes`."""
    return draw_pdf(SampleReport(agency, year, "2021", _figures(seed) | (changes or {})))


def doubtful_report(agency=AGENCY, year=YEAR):
    """An amount with a gap in it, and nothing that tells whether it is one number."""
    return report(agency, year, {ADDRESS: PRINTED})


def wrong_report(agency=AGENCY, year=YEAR):
    """A total that is not the sum of its parts: the source itself is wrong."""
    return report(agency, year, {"table3.new.total": _figures()["table3.new.total"] + 1})


def report_missing_a_row(agency=AGENCY, year=YEAR):
    """A row of table 3 is not there; in it is nothing but zeros, so that all sums hold."""
    rows = tuple(row for row in FORM.rows if f"table3.{row.code}" != MISSED_ROW)
    with patch.dict(FORMS, {"2021": replace(FORM, rows=rows)}):
        return report(agency, year)


def hostile_report(agency=AGENCY):
    """What it prints would be markup elsewhere: an amount, which is shown as it is read."""
    return report(agency, YEAR, {ADDRESS: "<img src=x onerror=alert(1)>"})
