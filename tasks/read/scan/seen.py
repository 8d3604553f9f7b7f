"""What the pictures of a document show, as plain data: made in the process that looks at pictures, read in another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from expectations.evidence import BBox
from tasks.read.grid import Grid
from tasks.read.lines import Line

ENGINE = "ocr"
"""The engine of grids and cells that were recognised in pictures."""


@dataclass(frozen=True, slots=True)
class FigureSeen:
    """What was seen in a cell for a figure, by the first crop and by another one; and the first, as pixels.

    `is_unsure`: nothing was seen, but there are traces of what may be ink. `is_mark`: its shape is a dash or a slash.
    """

    page: int
    bbox: BBox
    text: str
    confidence: float
    again: str = ""
    again_confidence: float = 0.0
    is_unsure: bool = False
    is_mark: bool = False
    width: int = 0
    pixels: bytes = field(default=b"", repr=False)

    @property
    def crop(self) -> npt.NDArray[np.uint8]:
        return np.frombuffer(self.pixels, np.uint8).reshape(-1, self.width)


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A line of running text by two crops, and how far down its page it stands; on the second page of a sheet a whole
    page more."""

    line: Line
    again: str
    y: float
    confidence: float


@dataclass(frozen=True, slots=True)
class GridSeen:
    """A table, and how far down its page it begins, as of a line."""

    y: float
    grid: Grid


@dataclass(frozen=True, slots=True)
class PictureSeen:
    """A page that is a picture, or a picture on one (in media without pages: in order of the document).

    `box` is what it covers of its page; `native` how many pixels an inch of paper has, as far as that can be told.
    """

    page: int
    box: BBox
    grids: tuple[GridSeen, ...] = ()
    lines: tuple[LineSeen, ...] = ()
    figures: tuple[FigureSeen, ...] = ()
    native: float = 0.0
    is_bilevel: bool = False


@dataclass(frozen=True, slots=True)
class DocumentSeen:
    """All pictures of a document that were looked at. `unseen` says, in Chinese, why others were not."""

    pictures: tuple[PictureSeen, ...] = ()
    unseen: str = ""

    def without_pixels(self) -> DocumentSeen:
        """The same, but of what was cropped only that there was something."""
        pictures = (
            replace(picture, figures=tuple(replace(f, pixels=f.pixels[:1]) for f in picture.figures))
            for picture in self.pictures
        )
        return replace(self, pictures=tuple(pictures))

    def figures(self) -> Iterator[FigureSeen]:
        for picture in self.pictures:
            yield from picture.figures
