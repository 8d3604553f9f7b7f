"""What stands for none has a shape of its own, in every font: no digit, and no number of digits, is taken for it."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tasks.read.scan.cells import _mark

FONTS = [
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Oblique.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Italic.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSerif-Italic.ttf",
    "",
]


def crop(text, path, size):
    try:
        font = ImageFont.truetype(path, size) if path else ImageFont.load_default(size)
    except OSError:
        pytest.skip("no such font here")
    picture = Image.new("L", (size * (len(text) + 2), size * 2), 255)
    ImageDraw.Draw(picture).text((size // 2, size // 3), text, font=font, fill=0)
    pixels = np.asarray(picture)
    rows, columns = (np.flatnonzero((pixels < 200).any(axis=axis)) for axis in (1, 0))
    return pixels[max(0, rows[0] - 3) : rows[-1] + 4, max(0, columns[0] - 3) : columns[-1] + 4]


@pytest.mark.parametrize("size", [16, 24, 40])
@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.rsplit("/", 1)[-1] or "default")
def test_marks_are_told_from_digits(path, size):
    usual = crop("0", path, size).shape[0] - 6
    numbers = [*"0123456789", "17", "27", "157", "71", "11", "7.1", "1204"]
    assert [text for text in numbers if _mark(crop(text, path, size), usual)] == []
    if "Italic" not in path and "Oblique" not in path:
        assert _mark(crop("/", path, size), usual) == "/"
    assert _mark(crop("—" if path else "-", path, size), usual) == "-"
