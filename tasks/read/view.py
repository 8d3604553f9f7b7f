"""From a PDF page's user space to what a viewer shows, and from there to upright."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium

from expectations.evidence import BBox
from tasks.read.page import Boxes

_EDGE = 1.0


class View:
    """A page's user space (origin bottom left, any box, before /Rotate) as a viewer shows it (top left), in points."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self.left, self.bottom, self.right, self.top = page.get_bbox()
        self.rotation = page.get_rotation()
        width, height = self.right - self.left, self.top - self.bottom
        self.width, self.height = (width, height) if self.rotation in (0, 180) else (height, width)

    def boxes(self, corners: Sequence[BBox] | Boxes) -> Boxes:
        """Boxes with these corners, any two opposite ones, as shown."""
        if not len(corners):
            return np.empty((4, 0))
        xa, ya, xb, yb = np.array(corners, dtype=float).reshape(-1, 4).T
        x0, x1 = np.minimum(xa, xb) - self.left, np.maximum(xa, xb) - self.left
        top, bottom = self.top - np.maximum(ya, yb), self.top - np.minimum(ya, yb)
        upright = np.stack([x0, top, x1, bottom])
        return turned(upright, self.rotation, self.right - self.left, self.top - self.bottom)

    def shows(self, boxes: Boxes) -> npt.NDArray[np.bool_]:
        """Whether the middle of each box is on the page."""
        across = abs(boxes[0] + boxes[2] - self.width) <= self.width + 2 * _EDGE
        down = abs(boxes[1] + boxes[3] - self.height) <= self.height + 2 * _EDGE
        is_shown: npt.NDArray[np.bool_] = across & down
        return is_shown


def turned(boxes: Boxes, turn: int, width: float, height: float) -> Boxes:
    """Boxes of a page that is `width` x `height`, after turning the page clockwise by `turn` degrees."""
    x0, top, x1, bottom = boxes
    if turn == 90:
        return np.stack([height - bottom, x0, height - top, x1])
    if turn == 180:
        return np.stack([width - x1, height - bottom, width - x0, height - top])
    if turn == 270:
        return np.stack([top, width - x1, bottom, width - x0])
    return boxes
