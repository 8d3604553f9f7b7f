"""The readers of a document's pictures, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.read.scan.decide import Witness
from tasks.read.scan.seen import DocumentSeen, PictureSeen

_LEAST_DPI, _LEAST_BILEVEL = 90.0, 205.0


def figures_to_reread(seen: DocumentSeen) -> list[int]:
    """The figures with print, by their place among all: what a second reader is shown."""
    return [n for n, figure in enumerate(seen.figures()) if figure.pixels]


def witness_of(seen: DocumentSeen, second: Sequence[str] | None) -> Witness:
    """What all readers saw; `second` is in the order of `figures_to_reread`, None where there is no second reader."""
    figures = list(seen.figures())
    places = [(figures[n].page, figures[n].bbox) for n in figures_to_reread(seen)]
    return Witness(
        {(f.page, f.bbox): f for f in figures},
        {place: text for place, text in zip(places, second or (), strict=False) if text},
        second is not None,
        {picture.page: why for picture in seen.pictures if (why := _poor(picture))},
    )


def _poor(picture: PictureSeen) -> str:
    if picture.is_bilevel and picture.native < _LEAST_BILEVEL:
        return f"只有黑白两色，约 {picture.native:.0f} dpi，不足以辨认"
    return f"约 {picture.native:.0f} dpi，不足以辨认" if picture.native < _LEAST_DPI else ""
