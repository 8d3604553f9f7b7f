"""What is printed in a cell as a number."""

import json

import pytest

from expectations.forms import FORMS
from tasks.read.figures import parse_figure

COUNT = FORMS["2021"].figures("table3")[0]


@pytest.mark.parametrize("digits", [15, 41, 5000, 100_000])
def test_an_endless_number_is_no_number(digits):
    assert parse_figure("9" * digits, COUNT) is None


def test_the_longest_number_can_be_printed():
    assert json.dumps(parse_figure("9" * 14, COUNT)) == "9" * 14
