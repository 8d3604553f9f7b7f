"""The readers of a document's pictures, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.read.scan.decide import Witness
from tasks.read.scan.seen import DocumentSeen, PictureSeen

_LEAST_DPI, _LEAST_BILEVEL = 90.0, 205.0


def witness_of(seen: DocumentSeen, second: Sequence[tuple[str, ...]] | None) -> Witness:
    """What all readers saw; `second` is what the second reader made of each figure with print, by its
    looks, the first of them first; None: there is no such reader."""
    figures = list(seen.figures())
    printed = [(figure.page, figure.bbox) for figure in figures if figure.pixels]
    return Witness(
        {(f.page, f.bbox): f for f in figures},
        {place: texts for place, texts in zip(printed, second or (), strict=False) if any(texts)},
        second is not None,
        {picture.page: why for picture in seen.pictures if (why := _poor(picture))},
    )


def _poor(picture: PictureSeen) -> str:
    if picture.is_bilevel and picture.native < _LEAST_BILEVEL:
        return f"只有黑白两色，约 {picture.native:.0f} dpi，不足以辨认"
    return f"约 {picture.native:.0f} dpi，不足以辨认" if picture.native < _LEAST_DPI else ""
