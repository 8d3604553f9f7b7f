"""A second reader of digits, where it is installed: Debian's tesseract, which shares nothing with the first.

It is a program, which no guarded process may start. So the crops come back to the parent, as pixels and not as a file
that a hostile one may have made, and the parent has it read one sheet with all of them, a crop a line, within bounds.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tasks.read.guard.program import run
from tasks.read.ocr.engine import Crop

_LINE, _BETWEEN, _LEFT = 40, 26, 30
"""Pixels: height of a line, white between two, white at its left."""
_WIDEST = 600
_TOGETHER = 200
"""Lines on one sheet."""
_SECONDS_A_SHEET = 10
_MEMORY = 1 << 30


@lru_cache(maxsize=1)
def program() -> str | None:
    """Where tesseract is, if it is installed."""
    return shutil.which("tesseract")


def digits(crops: Sequence[Crop], alphabet: str = "0123456789.", height: int = _LINE) -> list[tuple[str, float]] | None:
    """What it reads of each tight crop, and how sure it is; empty where it sees nothing. None: it is not installed.

    `height` is how high it is shown them, in pixels: what it misses at one height it may see at another.
    """
    tesseract = program()
    if tesseract is None:
        return None
    found: list[tuple[str, float]] = []
    for start in range(0, len(crops), _TOGETHER):
        sheet = _sheet(crops[start : start + _TOGETHER], height)
        command = [tesseract, "stdin", "stdout", "--psm", "6", "--dpi", "300", "-l", "eng"]
        command += ["-c", f"tessedit_char_whitelist={alphabet}", "-c", "load_system_dawg=0", "-c", "load_freq_dawg=0"]
        answer = run([*command, "tsv"], _as_pgm(sheet), _SECONDS_A_SHEET, _MEMORY)
        found += _by_line(answer, min(_TOGETHER, len(crops) - start), height)
    return found


def _sheet(crops: Sequence[Crop], line: int) -> Crop:
    """The crops one below the other, each as high as a line."""
    import cv2

    between = round(_BETWEEN * line / _LINE)
    sheet = np.full((len(crops) * (line + between) + between, _WIDEST + 2 * _LEFT), 255, np.uint8)
    for number, crop in enumerate(crops):
        gray = crop if crop.ndim == 2 else cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
        width = min(max(round(gray.shape[1] * line / gray.shape[0]), 1), _WIDEST)
        top = between + number * (line + between)
        sheet[top : top + line, _LEFT : _LEFT + width] = cv2.resize(gray, (width, line), interpolation=cv2.INTER_AREA)
    return sheet


def _as_pgm(sheet: Crop) -> bytes:
    return f"P5 {sheet.shape[1]} {sheet.shape[0]} 255\n".encode() + sheet.tobytes()


def _by_line(answer: bytes, count: int, line_height: int) -> list[tuple[str, float]]:
    """The words of its table by the line of the sheet in which they stand."""
    words: list[list[tuple[int, str, float]]] = [[] for _ in range(count)]
    between = round(_BETWEEN * line_height / _LINE)
    for line in answer.decode("utf-8", "replace").splitlines():
        fields = line.split("\t")
        if len(fields) != 12 or fields[0] != "5" or not re.search(r"\S", fields[11]):
            continue
        left, top, height = int(fields[6]), int(fields[7]), int(fields[9])
        number = int((top + height / 2 - between / 2) // (line_height + between))
        if 0 <= number < count:
            words[number].append((left, fields[11].strip(), float(fields[10]) / 100))
    found = []
    for of_line in words:
        of_line.sort()
        found.append(("".join(text for _, text, _ in of_line), min((sure for *_, sure in of_line), default=0.0)))
    return found
