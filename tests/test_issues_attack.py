"""Plausible documents made against the code a second time: one test for each class that was silent or unfair."""

import pytest

from tasks.read.identity import identify
from tasks.read.lines import Line

A, B = "青岚市财政局", "青岚市水利局"
R = "政府信息公开工作年度报告"
PERIOD = "本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。"
DOUBT = {"READ.DISAGREEMENT"}


def who(head, intro=PERIOD, begun="2023年，我局认真落实《条例》。", signed=""):
    """The agency of a report's running text, and the candidates if it is in doubt."""
    texts = [*head.split("\n"), intro, "一、总体情况", begun, "二、主动公开政府信息情况", "六、其他需要报告的事项"]
    found = identify("nb.txt", [Line(text) for text in (*texts, "无。", *signed.split("\n")) if text])
    return found.agency, {name for note in found.notes if note.severity == "critical" for name in note.candidates}


@pytest.mark.parametrize("number", ["一、", "（二）", "(三)"])
def test_a_number_before_the_title_is_no_part_of_the_name(number):
    assert who(f"{number}{A}2023年{R}") == (A, set())


@pytest.mark.parametrize("between", [" ", "\n"])
def test_two_bodies_over_one_title_are_a_doubt(between):
    assert who(f"{A}{between}{B}\n2023年{R}")[1] == {A, B}
    assert who(f"{A}{between}{B}\n2023年{R}", signed=B) == (B, set())


@pytest.mark.parametrize("between", ["　　", " ", ""])
def test_two_bodies_that_sign_in_one_line_are_two(between):
    assert who(f"2023年{R}", signed=f"{A}{between}{B}\n2024年1月20日")[1] == {A, B}


def test_another_body_acts_in_the_first_sentence():
    assert who(f"{A}2023年{R}", begun=f"2023年，{B}认真贯彻落实《条例》，加大公开力度。")[1] == {A, B}
    for own in (A, "市财政局", "我局", "青岚市人民政府"):
        assert who(f"{A}2023年{R}", begun=f"2023年，{own}认真贯彻落实《条例》，加大公开力度。") == (A, set())


def test_a_name_without_its_place_is_completed_by_the_signature():
    assert who(f"市财政局2023年{R}", signed=f"{A}\n2024年1月20日") == (A, set())
    assert who(f"市财政局2023年{R}") == ("市财政局", set())
