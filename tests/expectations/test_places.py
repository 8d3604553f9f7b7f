"""Places are named as the form prints them."""

import pytest

from expectations.forms import FORMS
from expectations.places import place_label

PLACES = {
    "table2": "表二",
    "table3.granted": "表三“（一）予以公开”",
    "table3.denied.state_secret": "表三“（三）不予公开·1.属于国家秘密”",
    "table3.*.research": "表三“科研机构”列",
    "table3.rejected.duplicate.total": "表三“（五）不予处理·2.重复申请·总计”",
    "table4.litigation_direct": "表四“行政诉讼·未经复议直接起诉”",
    "table4.review.pending": "表四“行政复议·尚未审结”",
    "table2.penalties.decisions": "表二“行政处罚·本年处理决定数量”",
    "agency": "agency",
    "table3.nowhere": "table3.nowhere",
}


@pytest.mark.parametrize(("where", "label"), PLACES.items())
def test_a_place_has_its_chinese_name(where, label):
    assert place_label(where, "2021") == label


@pytest.mark.parametrize("form", FORMS)
def test_no_two_figures_of_a_form_have_the_same_name(form):
    names = [place_label(figure.address, form) for figure in FORMS[form].figures()]
    assert len(set(names)) == len(names)
