"""Rules in pictures: coloured ones, those of one row alone, and strokes of characters that are none."""

import cv2
import numpy as np
import pytest

from tasks.read.ruled import ruled_grids
from tasks.read.scan.picture import picture_of
from tasks.read.scan.print import sheet_of
from tasks.read.scan.ruling import ruled_page, ruling_of
from tasks.read.scan.spread import leaves
from tests.scans import damage

DPI = 200
XS = (200, 700, 1000, 1300)


def page():
    return np.full((1600, 1500, 3), 255, np.uint8)


def table(image, top, rows, row, colour=(0, 0, 0)):
    for n in range(rows + 1):
        cv2.line(image, (XS[0], top + n * row), (XS[-1], top + n * row), colour, 2)
    for x in XS:
        cv2.line(image, (x, top), (x, top + rows * row), colour, 2)


def cells(image):
    picture = picture_of(image, np.eye(3), DPI, DPI)
    return [len(grid.cells) for grid in ruled_grids(ruled_page(picture, ruling_of(picture), 1))]


@pytest.mark.parametrize("row", [27, 40, 60])
def test_a_page_break_leaves_one_row(row):
    image = page()
    table(image, 300, 1, row)
    assert cells(image) == [3]


def test_rules_may_be_coloured():
    image = page()
    table(image, 300, 4, 42, (200, 150, 115))
    assert cells(image) == [12]


def test_a_seal_is_no_rule():
    image = page()
    table(image, 300, 4, 42)
    cv2.circle(image, (850, 380), 120, (60, 60, 220), 8)
    cv2.line(image, (760, 330), (940, 330), (60, 60, 220), 6)
    assert cells(image) == [12]


def test_strokes_above_each_other_are_no_rule():
    """Square characters fill their rows but for two pixels, one above the other."""
    image = page()
    table(image, 300, 8, 24)
    for n in range(8):
        for x in (300, 360, 420):
            top = 300 + n * 24
            cv2.rectangle(image, (x, top + 4), (x + 18, top + 20), (0, 0, 0), 2)
            cv2.line(image, (x, top + 12), (x + 18, top + 12), (0, 0, 0), 2)
    assert cells(image) == [24]


@pytest.mark.parametrize("gap", [4, 5])
def test_strokes_that_fill_their_rows_are_no_rule(gap):
    """The same character below itself, as in 申请数量 of two rows: broken where the rules of the sheet are solid."""
    image = page()
    table(image, 300, 6, 28)
    for top in range(300, 300 + 6 * 28, 28):
        cv2.line(image, (309, top + 2 + gap), (309, top + 25 - gap), (0, 0, 0), 2)
    assert cells(image) == [18]


@pytest.mark.parametrize("shade", [150, 175, 200])
def test_rules_may_be_lighter_than_ink(shade):
    image = page()
    table(image, 300, 4, 42, (shade, shade, shade))
    cv2.putText(image, "2024", (750, 330), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    assert cells(image) == [12]


def test_what_shows_through_the_paper_is_no_rule():
    image = page()
    table(image, 317, 4, 42, (225, 225, 225))
    table(image, 300, 4, 42)
    assert cells(image) == [12]


def sheet_of_pages(across):
    image = np.full((1600, 3000, 3), 255, np.uint8)
    for left in (0, 1500):
        table(image[:, left:], 300 + left // 10, 4, 42)
    if across:
        cv2.line(image, (1350, 900), (1650, 900), (0, 0, 0), 3)
        cv2.putText(image, "across the middle", (1200, 1000), cv2.FONT_HERSHEY_SIMPLEX, 2, (0, 0, 0), 4)
    picture = picture_of(image, np.diag([0.36, 0.36, 1.0]), DPI, DPI)
    return sheet_of(picture)


def test_two_pages_on_a_sheet_are_told_by_the_gutter():
    sheet = sheet_of_pages(across=False)
    left, right = leaves(sheet)
    assert left.picture.size[0] + right.picture.size[0] == pytest.approx(sheet.picture.size[0], abs=20)
    assert right.picture.on_page((0, 0, 1, 1))[0] == pytest.approx(1500 * 0.36, abs=60)
    assert len(leaves(sheet_of_pages(across=True))) == 1


@pytest.mark.parametrize("row", [34, 40, 46])
@pytest.mark.parametrize("is_first", [True, False])
def test_the_row_that_a_page_break_parted_from_those_like_it(row, is_first):
    """A heading as wide as the table, and beside it one low row with cells."""
    image = page()
    tops = (300, 300 + row, 344 + row) if is_first else (300, 344, 344 + row)
    for top in tops:
        cv2.line(image, (XS[0], top), (XS[-1], top), (0, 0, 0), 2)
    for n, x in enumerate(XS):
        ends = tops if n in (0, 3) else tops[:2] if is_first else tops[1:]
        cv2.line(image, (x, ends[0]), (x, ends[-1]), (0, 0, 0), 2)
    assert cells(image) == [4]


def test_a_marker_is_no_rule():
    image = page()
    table(image, 300, 4, 42)
    assert cells(damage.marked(image, 0.245)) == [12]
    assert cells(damage.marked(image, 0.29)) == [12]
