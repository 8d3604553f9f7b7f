"""What happens to paper between printer and file: each takes a page's pixels and gives others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import zip_longest

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.scans.paper import Pixels

RED, BLUE, GRAY, YELLOW = (40, 30, 215), (190, 60, 30), (120, 120, 120), (40, 225, 235)


def skewed(image: Pixels, degrees: float) -> Pixels:
    """Laid crookedly on the glass."""
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return _warped(cv2.warpAffine(image, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(250, 250, 250)))


def noisy(image: Pixels, sigma: float, rng: random.Random) -> Pixels:
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, sigma, image.shape)
    return np.asarray(np.clip(image + noise, 0, 255), np.uint8)


def speckled(image: Pixels, share: float, rng: random.Random) -> Pixels:
    """Dirt: black and white dots."""
    random_at = np.random.default_rng(rng.randrange(2**32)).random(image.shape[:2])
    out = image.copy()
    out[random_at < share] = 0
    out[random_at > 1 - share] = 255
    return out


def blurred(image: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def shadowed(image: Pixels, kind: str) -> Pixels:
    """Light from one side, a dark corner, or the gutter of a book."""
    height, width = image.shape[:2]
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = {
        "side": 0.45 + 0.55 * x,
        "corner": 1 - 0.6 * np.exp(-((x - 1) ** 2 + (y - 1) ** 2) / 0.25),
        "gutter": 1 - 0.75 * np.exp(-x / 0.05),
        "fold": 1 - 0.35 * np.exp(-((y - 0.5) ** 2) / 0.0004),
    }[kind]
    return np.asarray(image * light[:, :, None], np.uint8)


def faint(image: Pixels, strength: float) -> Pixels:
    """Little toner: black is gray."""
    return np.asarray(255 - (255 - image.astype(float)) * strength, np.uint8)


def tinted(image: Pixels) -> Pixels:
    """Yellow paper under warm light."""
    return np.asarray(image * np.array([0.72, 0.9, 0.98]), np.uint8)


def perspective(image: Pixels, share: float, rng: random.Random, background: str = "") -> Pixels:
    """Taken by hand: the corners are off by a share of the page; on a desk, or on white."""
    height, width = image.shape[:2]
    margin = 0.08 if background else 0.0
    frame = round(width * (1 + 2 * margin)), round(height * (1 + 2 * margin))
    left, top = (frame[0] - width) / 2, (frame[1] - height) / 2
    corners = np.array(
        [[left, top], [left + width, top], [left + width, top + height], [left, top + height]], np.float32
    )
    off = np.array(
        [[rng.uniform(-share, share) * width, rng.uniform(-share, share) * height] for _ in range(4)], np.float32
    )
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners + off)
    if not background:
        return _warped(cv2.warpPerspective(image, matrix, frame, flags=cv2.INTER_CUBIC, borderValue=(250, 250, 250)))
    desk = np.full((frame[1], frame[0], 3), {"desk": (60, 85, 110), "dark": (35, 35, 38)}[background], np.uint8)
    desk = noisy(desk, 6, rng)
    page = cv2.warpPerspective(image, matrix, frame, flags=cv2.INTER_CUBIC)
    mask = cv2.warpPerspective(np.full(image.shape[:2], 255, np.uint8), matrix, frame)
    return np.asarray(np.where(mask[:, :, None] > 127, page, desk), np.uint8)


def _warped(image: object) -> Pixels:
    return np.asarray(image, np.uint8)


def sealed(
    image: Pixels,
    x: float,
    y: float,
    colour: tuple[int, int, int] = RED,
    *,
    size: float = 0.2,
    covering: float = 0.0,
    text: str = "政府信息公开专用章",
) -> Pixels:
    """A round seal at a share of width and height: ink on ink, or to a share `covering` what it lies over."""
    height, width = image.shape[:2]
    radius = round(size * width / 2)
    stamp = Image.new("L", (2 * radius + 8, 2 * radius + 8), 0)
    draw = ImageDraw.Draw(stamp)
    thick = max(3, radius // 16)
    draw.ellipse((4, 4, 2 * radius + 4, 2 * radius + 4), outline=255, width=thick)
    points = []
    for n in range(10):
        angle, reach = np.pi * (n / 5 - 0.5), radius * (0.36 if n % 2 == 0 else 0.15)
        points.append((radius + 4 + reach * np.cos(angle), radius + 4 + reach * np.sin(angle)))
    draw.polygon(points, fill=255)
    font = _font(max(10, radius // 4))
    for n, character in enumerate(text):
        angle = np.pi * (0.85 + 1.3 * n / max(1, len(text) - 1))
        at = radius + 4 + 0.72 * radius * np.cos(angle), radius + 4 + 0.72 * radius * np.sin(angle)
        draw.text(at, character, fill=255, font=font, anchor="mm")
    return _inked(image, np.asarray(stamp), round(x * width) - radius, round(y * height) - radius, colour, covering)


def stamped(image: Pixels, x: float, y: float, colour: tuple[int, int, int] = RED) -> Pixels:
    """A stamp of receipt: a box with two lines and a date."""
    height, width = image.shape[:2]
    wide, high = round(0.22 * width), round(0.06 * height)
    stamp = Image.new("L", (wide, high), 0)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((1, 1, wide - 2, high - 2), outline=255, width=3)
    draw.text((wide / 2, high * 0.3), "收文专用章", fill=255, font=_font(high // 3), anchor="mm")
    draw.text((wide / 2, high * 0.72), "2024年1月18日", fill=255, font=_font(high // 4), anchor="mm")
    return _inked(image, np.asarray(stamp), round(x * width), round(y * height), colour, 0.0)


def _inked(image: Pixels, mask: Pixels, left: int, top: int, colour: tuple[int, int, int], covering: float) -> Pixels:
    out = image.astype(float)
    height, width = image.shape[:2]
    y0, x0, y1, x1 = max(0, top), max(0, left), min(height, top + mask.shape[0]), min(width, left + mask.shape[1])
    if y1 <= y0 or x1 <= x0:
        return image
    share = mask[y0 - top : y1 - top, x0 - left : x1 - left, None].astype(float) / 255 * 0.9
    under = out[y0:y1, x0:x1]
    ink = np.array(colour, float)
    mixed = (1 - covering) * under * ink / 255 + covering * ink
    out[y0:y1, x0:x1] = under * (1 - share) + mixed * share
    return np.asarray(np.clip(out, 0, 255), np.uint8)


def marked(image: Pixels, y: float) -> Pixels:
    """A line marked in yellow, not quite level, at a share of the height."""
    height, width = image.shape[:2]
    top, thick = round(y * height), round(0.016 * height)
    corners = [
        (0.08 * width, top),
        (0.92 * width, top + 0.2 * thick),
        (0.92 * width, top + 1.2 * thick),
        (0.08 * width, top + thick),
    ]
    mask = cv2.fillPoly(np.zeros((height, width), np.uint8), [np.array(corners, np.int32)], 255, cv2.LINE_AA)
    return _inked(image, mask, 0, 0, YELLOW, 0.0)


def scribbled(image: Pixels, rng: random.Random) -> Pixels:
    """A page number and a tick written by hand."""
    out = image.copy()
    height, width = image.shape[:2]
    x, y, size = round(rng.uniform(0.4, 0.9) * width), round(0.965 * height), width // 60
    points = [(x + rng.randint(-size, size), y + rng.randint(-size, size)) for _ in range(7)]
    cv2.polylines(out, [np.array(points, np.int32)], False, (70, 40, 30), 3, cv2.LINE_AA)
    return out


def bilevel(image: Pixels, threshold: int = 160) -> Pixels:
    """Black and white alone."""
    gray = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return _warped(cv2.cvtColor(np.asarray((gray > threshold) * np.uint8(255), np.uint8), cv2.COLOR_GRAY2BGR))


def turned(image: Pixels, quarters: int) -> Pixels:
    return np.ascontiguousarray(np.rot90(image, -quarters))


def side_by_side(images: Sequence[Pixels]) -> list[Pixels]:
    """Two pages on each sheet, darker where the book is bound."""
    blank = np.full_like(images[0], 250)
    pairs = zip_longest(images[::2], images[1::2], fillvalue=blank)
    return [np.hstack([left, np.ascontiguousarray(shadowed(right, "gutter"))]) for left, right in pairs]


def one_below_other(images: Sequence[Pixels]) -> list[Pixels]:
    """All pages as one long picture, without the white between them."""
    parts = []
    for image in images:
        rows = np.flatnonzero((image.min(axis=2) < 200).any(axis=1))
        parts.append(image[max(0, rows[0] - 25) : rows[-1] + 25])
    return [np.ascontiguousarray(np.vstack(parts))]


def pale_ruled(image: Pixels, shade: int = 175) -> Pixels:
    """Rules in a gray that is lighter than print."""
    ink = np.asarray((image.min(axis=2) < 230) * np.uint8(255), np.uint8)
    length = image.shape[1] // 30
    long = [cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones(shape, np.uint8)) for shape in ((1, length), (length, 1))]
    rules = cv2.bitwise_or(*long) > 0
    return np.asarray(np.where(rules[:, :, None], np.maximum(image, shade), image), np.uint8)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    for path in (
        "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    ):
        try:
            return ImageFont.truetype(path, size, index=2)
        except OSError:
            continue
    return ImageFont.load_default(size)
