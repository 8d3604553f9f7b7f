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
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        near = _NEAR * min(box[2] - box[0], box[3] - box[1])
        band = round(y / _BAND)
        for other in (band - 1, band, band + 1):
            for seen_x, seen_y in self.places.get((text, other), ()):
                if abs(seen_x - x) < near and abs(seen_y - y) < near:
                    return True
        self.places.setdefault((text, band), []).append((x, y))
        return False
