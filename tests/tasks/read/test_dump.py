"""Markdown and plain text as converters, copy and paste, and character recognition leave them."""

import pytest

from tasks.samples import Layout
from tests.tasks.read.made import cell_per_line, dump, markdown, outcome, spaced


@pytest.mark.parametrize("form", ["2019", "2021"])
class TestDump:
    @pytest.mark.parametrize("zero", ["0", "", "/", "—"])
    @pytest.mark.parametrize("separator", ["\t", " | "], ids=["tabs", "pipes"])
    def test_a_row_a_line(self, form, separator, zero):
        assert outcome("a.txt", dump(form, separator, Layout(zero=zero)), form) == "exact"

    @pytest.mark.parametrize("zero", ["0", "", "/", "—"])
    def test_markdown(self, form, zero):
        assert outcome("a.md", markdown(form, Layout(zero=zero)), form) == "exact"

    def test_markdown_with_escapes(self, form):
        assert outcome("a.md", markdown(form).replace(".", "\\."), form) == "exact"

    def test_a_cell_a_line(self, form):
        assert outcome("a.txt", cell_per_line(form), form) == "exact"

    @pytest.mark.parametrize("zero", ["0", "", "/"])
    def test_columns_in_line_by_spaces(self, form, zero):
        assert outcome("a.txt", spaced(form, Layout(zero=zero)), form) == "exact"

    def test_gb18030(self, form):
        assert outcome("a.txt", dump(form, "\t").encode("gb18030"), form) == "exact"

    def test_page_numbers_and_blank_lines_between(self, form):
        lines = dump(form, "\t").split("\n")
        text = "\n\n".join(line + ("\n- 2 -" if n % 9 == 8 else "") for n, line in enumerate(lines))
        assert outcome("a.txt", text, form) == "exact"


def test_figures_that_lost_their_column_are_never_guessed():
    """A blank that left no trace could stand anywhere in its row."""
    text = dump("2021", " ", Layout(zero=""))
    assert outcome("a.txt", text, "2021") != "exact"
