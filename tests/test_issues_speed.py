"""What makes reading fast leaves out nothing that is looked at."""

import numpy as np

from tasks.read.amended import raised
from tasks.read.ink import bands
from tasks.read.struck import struck_once


class TestBands:
    def test_every_box_lies_in_one_and_what_stands_between_in_none(self):
        boxes = np.array([(10, 200, 50, 220), (60, 100, 90, 120), (10, 100, 50, 120), (10, 120.5, 50, 140)]).T
        assert bands(boxes) == [(10, 100, 90, 140), (10, 200, 50, 220)]

    def test_a_high_box_joins_what_stands_beside_it(self):
        boxes = np.array([(0, 0, 10, 100), (20, 10, 30, 20), (20, 80, 30, 90)]).T
        assert bands(boxes) == [(0, 0, 30, 100)]


class TestStruckOnce:
    def test_the_second_of_a_pair_goes_wherever_it_stands(self):
        places = [(0, 0), (50, 0), (0.5, -0.5), (0, 50), (50.4, 0.4), (7, -7)]
        boxes = np.array([(x, y, x + 6, y + 12) for x, y in places], dtype=float).T
        assert struck_once("111111", boxes) == [0, 1, 3, 5]


class TestRaised:
    def test_a_mark_of_two_digits_behind_a_figure(self):
        figure, mark = (0, 0, 6, 12), [(6, 0, 9, 6), (9, 0, 12, 6)]
        assert raised(np.array([figure, *mark], dtype=float).T).tolist() == [False, True, True]

    def test_small_digits_far_from_large_ones_are_figures(self):
        boxes = np.array([(0, 0, 12, 24), (0, 40, 6, 52), (6, 40, 12, 52)], dtype=float).T
        assert not raised(boxes).any()
