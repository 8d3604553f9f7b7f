"""The recognition models read what is drawn, without a download; so does the second reader, where it is installed."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tasks.read.guard.program import ProgramFailedError, run
from tasks.read.ocr import tesseract
from tasks.read.ocr.crops import tight
from tasks.read.ocr.engine import digits, lines
from tasks.read.ocr.looks import looks_at

FIGURES = ["0", "1", "7", "10", "4", "96", "1024.50", "0.00", "73", "358"]


def drawn(text, size=24):
    picture = Image.new("L", (size * 12, size * 2), 255)
    ImageDraw.Draw(picture).text((5, 5), text, font=ImageFont.load_default(size), fill=0)
    return np.asarray(picture)


def test_digits_are_read_from_tight_crops():
    seen = digits([tight(drawn(text)) for text in FIGURES])
    assert [one.text for one in seen] == FIGURES
    assert min(one.confidence for one in seen) > 0.6


def test_a_letter_made_a_digit_has_no_support():
    letter, digit = digits([tight(drawn("U")), tight(drawn("0"))])
    assert letter.support < 0.1 < digit.support


def test_a_line_is_read():
    assert lines([tight(drawn("Annual report 2024"))])[0].text.replace(" ", "") == "Annualreport2024"


def test_no_ink_is_no_crop():
    assert tight(np.full((20, 30), 230, np.uint8)) is None
    assert digits([]) == []


@pytest.mark.skipif(tesseract.program() is None, reason="tesseract is not installed")
def test_the_second_reader_reads_the_same():
    crops = [tight(drawn(text)) for text in FIGURES * 7]
    seen = tesseract.digits(crops)
    assert len(seen) == len(crops)
    agreed = [text for text, (read, _) in zip(FIGURES * 7, seen, strict=True) if text == read]
    assert len(agreed) >= 0.9 * len(crops)


def test_a_program_is_bounded():
    assert run(["/bin/cat"], b"given", 1, 1 << 30) == b"given"
    with pytest.raises(ProgramFailedError):
        run(["/bin/sh", "-c", "while :; do :; done"], b"", 1, 1 << 30)
    with pytest.raises(ProgramFailedError):
        run(["/bin/sh", "-c", "echo x > /tmp/nianbao-program-test"], b"", 1, 1 << 30)


@pytest.mark.skipif(tesseract.program() is None, reason="tesseract is not installed")
def test_other_looks_say_the_same_or_nothing():
    texts = ["3", "7", "1", "111", "11", "275", "3546", "0"]
    looks = [looks_at(tight(drawn(text))) for text in texts]
    shown = iter(tesseract.digits([crop for one in looks for crop in one.all]))
    said = [set(filter(None, one.read([next(shown)[0] for _ in one.all]))) for one in looks]
    assert all(one <= {text} for one, text in zip(said, texts, strict=True))
    assert sum(map(bool, said)) >= len(texts) - 1


def test_what_is_not_read_three_times_alike_says_nothing():
    looks = looks_at(drawn("11"))
    assert looks.read(["111", "171717", "111", "777"]) == ("", "17", "17")
    assert looks.read(["353", "35", "1", "111"]) == ("", "", "")
    assert looks_at(np.full((20, 30), 255, np.uint8)).all == ()
