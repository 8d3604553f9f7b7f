"""The ways in which a document becomes pictures: each by its name, and whether it is to be read."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from tests.plausible.document import Draft, Line, Table, base
from tests.scans import damage, files
from tests.scans.cuts import torn_heads
from tests.scans.paper import Pixels, drawn, pages_of

Spoil = Callable[[Pixels, random.Random], Pixels]


@dataclass(frozen=True, slots=True)
class Variant:
    """How pages are taken and spoiled, and what file is made of them; `sheets` is how pages are laid together before.

    `is_fair`: it is to be read in nine of ten cases; others may be left to people.
    """

    name: str
    dpi: float = 200
    spoil: tuple[Spoil, ...] = ()
    quality: int | None = 75
    medium: str = "pdf"
    strips: int = 1
    text: str = ""
    is_bilevel: bool = False
    unsized: bool = False
    sheets: Callable[[Sequence[Pixels]], list[Pixels]] = list
    is_cramped: bool = False
    is_torn: bool = False
    has_separators: bool = False

    @property
    def is_fair(self) -> bool:
        return self.dpi >= (300 if self.is_cramped else 150) and "gray-seal" not in self.name


def _plain(function: Callable[..., Pixels], *args: object, **named: object) -> Spoil:
    return lambda image, _: function(image, *args, **named)


def _random(function: Callable[..., Pixels], *args: object) -> Spoil:
    return lambda image, rng: function(image, *args, rng)


def _perspective(share: float, background: str = "") -> Spoil:
    return lambda image, rng: damage.perspective(image, share, rng, background)


_JPEG = (30, 40, 50, 60, 75, 90)


def variants() -> list[Variant]:
    """All of them."""
    return list(_variants())


def _variants() -> Iterator[Variant]:
    for dpi in (100, 120, 150, 200, 240, 300):
        yield Variant(f"dpi{dpi}", dpi)
    for degrees in (-3, -2, -1, -0.5, 0.3, 0.5, 1, 2, 3):
        yield Variant(f"skew{degrees}", 200, (_plain(damage.skewed, degrees),))
    for dpi, degrees in ((150, -3), (150, 1.5), (300, 2.2)):
        yield Variant(f"skew{degrees}-dpi{dpi}", dpi, (_plain(damage.skewed, degrees),))
    for sigma in (5, 12, 20):
        yield Variant(f"noise{sigma}", 200, (_random(damage.noisy, sigma),))
        yield Variant(f"noise{sigma}-dpi150", 150, (_random(damage.noisy, sigma),))
    for share in (0.0005, 0.002):
        yield Variant(f"dirt{share}", 200, (_random(damage.speckled, share),))
    for dpi in (150, 200):
        for quality in _JPEG:
            yield Variant(f"jpeg{quality}-dpi{dpi}", dpi, quality=quality)
    yield Variant("png", 200, quality=None)
    for kind in ("side", "corner", "gutter", "fold"):
        yield Variant(f"shadow-{kind}", 200, (_plain(damage.shadowed, kind),))
        yield Variant(f"shadow-{kind}-noise", 150, (_plain(damage.shadowed, kind), _random(damage.noisy, 8)), 60)
    for share in (0.01, 0.02, 0.035):
        yield Variant(f"perspective{share}", 200, (_perspective(share),))
    for background in ("desk", "dark"):
        for share in (0.01, 0.03):
            yield Variant(f"photo-{background}{share}", 220, (_perspective(share, background),), 85)
        light = (_plain(damage.tinted), _plain(damage.shadowed, "side"), _perspective(0.02, background))
        yield Variant(f"photo-{background}-light", 220, (*light, _plain(damage.blurred, 0.8)), 80)
    for name, x, y in (("sign", 0.7, 0.75), ("table", 0.6, 0.5), ("figures", 0.75, 0.3), ("title", 0.5, 0.12)):
        yield Variant(f"red-seal-{name}", 200, (_plain(damage.sealed, x, y),))
        yield Variant(f"red-seal-covering-{name}", 200, (_plain(damage.sealed, x, y, covering=0.5),))
    yield Variant("red-seal-large", 200, (_plain(damage.sealed, 0.6, 0.45, size=0.4),), 60)
    yield Variant("red-seal-dpi150", 150, (_plain(damage.sealed, 0.6, 0.45),), 50)
    yield Variant("red-seal-dpi300", 300, (_plain(damage.sealed, 0.6, 0.45),))
    yield Variant("blue-seal", 200, (_plain(damage.sealed, 0.6, 0.5, damage.BLUE),))
    yield Variant("gray-seal", 200, (_plain(damage.sealed, 0.6, 0.5, damage.GRAY),))
    yield Variant("gray-seal-figures", 200, (_plain(damage.sealed, 0.78, 0.35, damage.GRAY),))
    yield Variant("stamp", 200, (_plain(damage.stamped, 0.7, 0.02),))
    yield Variant("stamp-figures", 200, (_plain(damage.stamped, 0.6, 0.4),))
    for dpi in (150, 200, 240, 300, 400):
        yield Variant(f"bilevel-dpi{dpi}", dpi, (_plain(damage.bilevel),), is_bilevel=True)
    yield Variant("bilevel-skew", 300, (_plain(damage.skewed, 1.2), _plain(damage.bilevel)), is_bilevel=True)
    for quarters in (1, 2, 3):
        yield Variant(f"turned{90 * quarters}", 200, (_plain(damage.turned, quarters),))
        crooked = (_plain(damage.skewed, 1.5), _plain(damage.turned, quarters), _random(damage.noisy, 6))
        yield Variant(f"turned{90 * quarters}-skew", 150, crooked, 60)
    for strips in (3, 12):
        yield Variant(f"strips{strips}", 200, strips=strips)
    for text in ("over", "under"):
        yield Variant(f"hidden-{text}", 200, text=text)
    yield Variant("unsized", 200, unsized=True)
    yield Variant("unsized300", 300, unsized=True)
    for sigma in (0.7, 1.1):
        yield Variant(f"blur{sigma}", 200, (_plain(damage.blurred, sigma),))
    for strength in (0.6, 0.4):
        yield Variant(f"faint{strength}", 200, (_plain(damage.faint, strength),))
    yield Variant("faint-noise", 200, (_plain(damage.faint, 0.5), _random(damage.noisy, 6)))
    faded = (_plain(damage.faint, 0.36), _plain(damage.tinted), _random(damage.noisy, 5))
    yield Variant("faint-faded", 200, faded)
    yield Variant("marker", 200, (_plain(damage.marked, 0.3), _plain(damage.skewed, 0.5)))
    yield Variant("yellow", 200, (_plain(damage.tinted),))
    yield Variant("torn-heads", 200, is_torn=True)
    yield Variant("separators", 200, has_separators=True)
    yield Variant("scribble", 200, (_random(damage.scribbled),))
    copy = (
        _plain(damage.skewed, 1.3),
        _plain(damage.shadowed, "gutter"),
        _plain(damage.sealed, 0.65, 0.5),
        _random(damage.noisy, 8),
    )
    yield Variant("copy-dpi150", 150, copy, 50)
    yield Variant("copy-dpi200", 200, copy, 40)
    yield Variant("copy-dpi300", 300, copy, 60)
    for degrees in (0, 0.6):
        yield Variant(f"spread-skew{degrees}", 200, (_plain(damage.skewed, degrees),), sheets=damage.side_by_side)
    yield Variant("spread-turned", 200, (_plain(damage.turned, 1),), sheets=damage.side_by_side)
    yield Variant("long", 150, sheets=damage.one_below_other)
    yield Variant("long-pale", 180, (_plain(damage.pale_ruled),), sheets=damage.one_below_other)
    for shade in (160, 175, 200):
        yield Variant(f"pale-rules{shade}", 200, (_plain(damage.pale_ruled, shade),))
    for dpi in (200, 300):
        yield Variant(f"cramped-dpi{dpi}", dpi, (_plain(damage.skewed, 0.4),), is_cramped=True)
    for medium in ("mixed-first", "mixed-last", "mixed-table"):
        yield Variant(medium, 200, (_plain(damage.skewed, 0.7),), medium=medium)
    for medium in ("pdf", "docx", "html"):
        for dpi, quality in ((110, None), (150, 80), (200, 60)):
            yield Variant(
                f"tables-{medium}-dpi{dpi}", max(dpi, 150) if quality else dpi, (), quality, f"tables-{medium}"
            )


def document(rng: random.Random) -> Draft:
    """A report to be printed."""
    draft = base(rng, "pdf")
    draft.file_stem = str(rng.randrange(10**6))
    return draft


def made(variant: Variant, draft: Draft, rng: random.Random, body: bytes | None = None) -> tuple[str, bytes]:
    """The draft (or its print `body`) as a file of this kind."""
    if variant.medium.startswith("tables-"):
        return _with_pictures(variant, draft, rng)
    draft.options |= {"cramped"} if variant.is_cramped else set()
    if variant.has_separators:
        _separate(draft)
    body = body or drawn(draft)
    pages = torn_heads(draft, variant.dpi) if variant.is_torn else pages_of(body, variant.dpi)
    spoiled = [_spoiled(variant, image, rng) for image in variant.sheets(pages)]
    hidden = _wrong(draft, rng) if variant.text else ()
    as_pdf = partial(
        files.scanned_pdf, dpi=variant.dpi, quality=variant.quality, strips=variant.strips, hidden=hidden,
        under=variant.text == "under", is_bilevel=variant.is_bilevel, unsized=variant.unsized,
    )  # fmt: skip
    name = f"{draft.file_stem}.pdf"
    if not variant.medium.startswith("mixed"):
        return name, as_pdf(spoiled)
    last = len(spoiled) - 1
    pictured = {"mixed-first": {0}, "mixed-last": {last}, "mixed-table": set(range(1, last + 1))}[variant.medium]
    return name, files.mixed_pdf(body, pictured.__contains__, lambda n: as_pdf([spoiled[n]]))


def _separate(draft: Draft) -> None:
    """Thousands set apart by commas, and in table 2 there are some."""
    for number, cell in enumerate(draft.figures_in("table2")):
        if isinstance(draft.figures[cell.address], int) and number % 2:
            draft.figures[cell.address] = 64_987 - 5_309 * number
            cell.text = str(draft.figures[cell.address])
    for table in draft.tables():
        for cell in table.figures():
            cell.text = f"{int(cell.text):,}" if cell.text.isdecimal() else cell.text


def _spoiled(variant: Variant, image: Pixels, rng: random.Random) -> Pixels:
    for spoil in variant.spoil:
        image = spoil(image, rng)
    return image


def _wrong(draft: Draft, rng: random.Random) -> Sequence[str]:
    """What a bad program made of the page: the same lines with other digits."""
    lines = [b.text for b in draft.blocks if isinstance(b, Line)]
    lines += [" ".join(cell.text for cell in row) for table in draft.tables() for row in table.rows]
    return ["".join(rng.choice("0123456789") if c.isdigit() else c for c in line)[:60] for line in lines][:55]


def _with_pictures(variant: Variant, draft: Draft, rng: random.Random) -> tuple[str, bytes]:
    """Text as text, each table as a picture."""
    blocks: list[files.Block] = []
    for block in draft.blocks:
        if isinstance(block, Table):
            blocks.append(_spoiled(variant, _table_picture(draft, block, variant.dpi), rng))
        else:
            blocks.append(block.text)
    medium = variant.medium.removeprefix("tables-")
    build = {"pdf": files.pdf_of, "docx": files.docx_of, "html": files.html_of}[medium]
    return f"{draft.file_stem}.{medium}", build(blocks, variant.quality)


def _table_picture(draft: Draft, table: Table, dpi: float) -> Pixels:
    alone = Draft(draft.form, draft.year, draft.agency, draft.figures, "pdf", [table], "", "")
    image = pages_of(drawn(alone), dpi)[0]
    rows, columns = (np.flatnonzero((image.min(axis=2) < 200).any(axis=axis)) for axis in (1, 0))
    edge = 12
    return np.ascontiguousarray(
        image[max(0, rows[0] - edge) : rows[-1] + edge, max(0, columns[0] - edge) : columns[-1] + edge]
    )
