"""The ways in which real reports differ in print."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from expectations.evidence import Number

Rules = Literal["lines", "boxes", "dashes", "horizontal", "none"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sample is drawn; the defaults make a plain report. Lengths are in points.

    `start` is how far down its page table 3 begins, which decides where the page breaks cut it.
    """

    rules: Rules = "lines"
    font_size: float = 9.0
    padding: float = 4.0
    margin: float = 60.0
    start: float = 0.0
    landscape: bool = False
    repeat_header: bool = False
    vertical_labels: bool = False
    groups_swapped: bool = False
    short_labels: bool = False
    table2_split: bool = False
    zero: str = "0"
    thousands: bool = False
    full_width: bool = False
    narrow_figures: bool = False
    page_numbers: bool = True
    running_head: str = ""
    watermark: str = ""
    double_struck: bool = False
    foreign_table: bool = False
    contents: bool = False
    underlined: bool = False
    note_row: str = ""
    rotate: int = 0
    shift: float = 0.0

    def printed(self, value: Number | None) -> str:
        """A figure as this layout prints it."""
        if value is None:
            return ""
        if value == 0:
            return self.zero
        text = f"{value:,}" if self.thousands else str(value)
        return text.translate(_WIDE) if self.full_width and not isinstance(value, Decimal) else text


_WIDE = {code: code + 0xFEE0 for code in range(ord("0"), ord("9") + 1)}
"""Digits to their full-width twins."""
