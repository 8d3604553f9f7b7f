"""The recognition models read what is drawn, without a download; so does the second reader, where it is installed."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tasks.read.guard.program import ProgramFailedError, run
from tasks.read.ocr import tesseract
from tasks.read.ocr.crops import tight
from tasks.read.ocr.engine import digits, lines

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
