"""Bold by striking twice: the same character again, nearly in the same place."""

from __future__ import annotations

from expectations.evidence import BBox

_NEAR = 0.3
"""Of a character's smaller side: neighbours in a line are always farther apart."""
_BAND = 4.0


class Struck:
    """The characters of a page so far, and whether one more is an old one struck again."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, int], list[tuple[float, float]]] = {}

    def again(self, text: str, box: BBox) -> bool:
        """Whether `text` stands there already; if not, it does from now on."""
        x0, top, x1, bottom = box
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        band = round(y / _BAND)
        for other in (band - 1, band, band + 1):
            if (text, other) in self.places:
                near = _NEAR * min(x1 - x0, bottom - top)
                if any(
                    abs(seen_x - x) < near and abs(seen_y - y) < near for seen_x, seen_y in self.places[text, other]
                ):
                    return True
        self.places.setdefault((text, band), []).append((x, y))
        return False
