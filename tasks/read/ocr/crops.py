"""Crops as the recognition models want them: no wider and higher than the ink."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

from tasks.read.ocr.engine import Crop

CONTRAST = 48
"""Shades that ink is darker than its paper, at least: the hairline of a 4 is hardly more."""
_MARGIN = 0.15
"""Of the ink's height, left white around it."""


def tight(gray: Crop, contrast: int = CONTRAST) -> Crop | None:
    """The ink of a crop in shades of gray, with a margin; None where there is none."""
    is_ink = gray < max(int(np.percentile(gray, 90)) - contrast, 1) if gray.size else np.zeros((0, 0), bool)
    rows, columns = np.flatnonzero(is_ink.any(axis=1)), np.flatnonzero(is_ink.any(axis=0))
    if not rows.size:
        return None
    ink = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = max(round(ink.shape[0] * _MARGIN), 1)
    return np.pad(ink, margin, constant_values=255)


Band = tuple[int, int]


def bands(ink: npt.NDArray[np.generic], axis: int) -> list[Band]:
    """Where each run of rows (along axis 1) or columns (along axis 0) with ink begins, and where it ends."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ink.any(axis=axis), [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def joined(parts: Iterable[Band], belongs: Callable[[Band, Band], bool]) -> list[Band]:
    """The parts in order, those as one of which the next one belongs to what comes before it."""
    found: list[Band] = []
    for part in parts:
        if found and belongs(found[-1], part):
            found[-1] = found[-1][0], part[1]
        else:
            found.append(part)
    return found
