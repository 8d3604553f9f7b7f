"""Word documents: merged cells, layout tables, deleted text."""

import pytest

from tasks.samples import Layout
from tests.tasks.read.made import outcome, word


@pytest.mark.parametrize("form", ["2019", "2021"])
class TestDocx:
    def test_merged_cells(self, form):
        assert outcome("a.docx", word(form), form) == "exact"

    @pytest.mark.parametrize("zero", ["", "/", "—"])
    def test_zeros_left_out(self, form, zero):
        assert outcome("a.docx", word(form, Layout(zero=zero)), form) == "exact"

    def test_tables_nested_in_a_layout_table(self, form):
        assert outcome("a.docx", word(form, nested=True), form) == "exact"

    def test_table_2_as_a_table_for_each_article(self, form):
        assert outcome("a.docx", word(form, Layout(table2_split=True)), form) == "exact"

    def test_group_labels_swapped(self, form):
        assert outcome("a.docx", word(form, Layout(groups_swapped=True)), form) == "exact"


def test_a_truncated_package_is_corrupt():
    assert outcome("a.docx", word("2021")[:9000], "2021") == "DOC.CORRUPT"
