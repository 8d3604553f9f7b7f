"""The recognition models of rapidocr's wheel (PP-OCRv6, small), run by onnxruntime: what a crop of one line says.

Only the models are taken of that package, as the files that its wheel carries: its own loader downloads others if it is
asked for them, and this one cannot. Sessions are made at first use and stay. A crop is one line of dark ink on white,
as uint8 with or without colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import onnxruntime

Crop = npt.NDArray[np.uint8]
Probabilities = npt.NDArray[np.float32]

FIGURES = "0123456789.,/-—"
"""What a cell for a figure prints, as the model calls it."""

_HEIGHT = 48
_STEP = 8
"""Pixels of width for each step of the model's answer."""
_LEAST, _MOST = 2 * _HEIGHT // 3, 1600
"""Width of what the model is shown."""
_TOGETHER = 1 << 12
"""Pixels of width in one batch: bounds the memory that a call takes."""
_BLANK = 0
_SURELY_BLANK = 0.5


class Seen(NamedTuple):
    """What a crop says. Both shares are of its least certain character, 0 if there is none.

    `confidence` is its share among the characters that were looked for, `support` among all that the model knows: a
    letter that was made a digit, because only digits were looked for, has little of it.
    """

    text: str
    confidence: float
    support: float


@cache
def is_installed() -> bool:
    """Whether the packages that this needs are there; asks without importing them."""
    return all(find_spec(name) for name in ("onnxruntime", "cv2", "rapidocr"))


def digits(crops: Sequence[Crop]) -> list[Seen]:
    """Each crop as characters of FIGURES alone: whatever is ink becomes the nearest of them, nothing is left out."""
    model = recogniser()
    columns = np.array([_BLANK, *(model.places[c] for c in FIGURES)])
    found: list[Seen] = [_NOTHING] * len(crops)
    for index, steps in model.answers(crops):
        found[index] = _decoded(steps, columns, " " + FIGURES)
    return found


def lines(crops: Sequence[Crop]) -> list[Seen]:
    """Each crop as a line of text, of all characters that the model knows."""
    model = recogniser()
    found: list[Seen] = [_NOTHING] * len(crops)
    for index, steps in model.answers(crops):
        found[index] = _decoded(steps, None, model.characters)
    return found


class Reading(NamedTuple):
    """One character of a line, its share among all that the model knows, and the shares of these at its step."""

    text: str
    support: float
    shares: Probabilities

    def share_of(self, character: str) -> float:
        """That of another character; all of it, if the model does not know that."""
        place = recogniser().places.get(character)
        return 1.0 if place is None else float(self.shares[place])


def readings(crops: Sequence[Crop]) -> list[list[Reading]]:
    """Each crop as a line of text, character by character, with what else each may be."""
    model = recogniser()
    found: list[list[Reading]] = [[] for _ in crops]
    for index, steps in model.answers(crops):
        best = steps.argmax(axis=1)
        before = _BLANK
        for step, place in enumerate(best.tolist()):
            if place != _BLANK:
                one = Reading(model.characters[place], float(steps[step, place]), steps[step])
                if place != before:
                    found[index].append(one)
                elif one.support > found[index][-1].support:
                    found[index][-1] = one
            before = place
    return found


def lines_and_digits(crops: Sequence[Crop]) -> list[tuple[Seen, Seen]]:
    """Each crop both ways, for the price of one: what it says, and what it would say as a figure."""
    model = recogniser()
    columns = np.array([_BLANK, *(model.places[c] for c in FIGURES)])
    found: list[tuple[Seen, Seen]] = [(_NOTHING, _NOTHING)] * len(crops)
    for index, steps in model.answers(crops):
        found[index] = _decoded(steps, None, model.characters), _decoded(steps, columns, " " + FIGURES)
    return found


_NOTHING = Seen("", 0.0, 0.0)


class Recogniser:
    """The model of one line, and its alphabet: `characters` by the column of its answer, `places` the other way."""

    def __init__(self) -> None:
        self._session = session("PP-OCRv6_rec_small.onnx")
        self._input = self._session.get_inputs()[0].name
        known = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.characters = ["", *known, " "]
        self.places = {character: place for place, character in enumerate(self.characters)}

    def answers(self, crops: Sequence[Crop]) -> Iterator[tuple[int, Probabilities]]:
        """The number of each crop, and the shares of all characters at each of its steps; in order of width.

        Crops of the same width go together: one that is padded to another's width is read worse.
        """
        shown = [(index, _shown(crop)) for index, crop in enumerate(crops) if crop.size]
        shown.sort(key=lambda one: one[1].shape[1])
        for batch in _batches(shown):
            answer = self._session.run(None, {self._input: np.stack([_as_input(crop) for _, crop in batch])})[0]
            yield from zip((index for index, _ in batch), answer, strict=True)


@cache
def recogniser() -> Recogniser:
    """The model, made at first use."""
    return Recogniser()


def session(model: str) -> onnxruntime.InferenceSession:
    """A model of the wheel, on one thread, without a memory arena: it would keep the largest crop's memory for ever."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 4
    path = files("rapidocr") / "models" / model
    return onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


def _shown(crop: Crop) -> Crop:
    """The crop as high as the model wants it, its width a whole number of steps."""
    import cv2

    height, width = crop.shape[:2]
    wanted = min(max(width * _HEIGHT / height, _LEAST), _MOST)
    scaled = min(int(wanted), round(width * _HEIGHT / height)) or 1
    method = cv2.INTER_AREA if height > _HEIGHT else cv2.INTER_LINEAR
    resized = cv2.resize(crop, (scaled, _HEIGHT), interpolation=method)
    side = -(-int(wanted) // _STEP) * _STEP - scaled
    return np.asarray(
        cv2.copyMakeBorder(resized, 0, 0, side // 2, side - side // 2, cv2.BORDER_CONSTANT, value=(255, 255, 255)),
        np.uint8,
    )


def _as_input(crop: Crop) -> npt.NDArray[np.float32]:
    planes = crop.transpose(2, 0, 1) if crop.ndim == 3 else np.broadcast_to(crop, (3, *crop.shape))
    return (planes.astype(np.float32) - 127.5) / 127.5


def _batches(shown: Sequence[tuple[int, Crop]]) -> Iterator[list[tuple[int, Crop]]]:
    batch: list[tuple[int, Crop]] = []
    for one in shown:
        width = one[1].shape[1]
        if batch and (width != batch[0][1].shape[1] or width * (len(batch) + 1) > _TOGETHER):
            yield batch
            batch = []
        batch.append(one)
    if batch:
        yield batch


def _decoded(steps: Probabilities, columns: npt.NDArray[np.intp] | None, characters: Sequence[str]) -> Seen:
    """The text of the likeliest way through the steps, as CTC has it: repeats not parted by a blank are one character.

    A step is blank only if the model says so among all characters: ink that is none of `columns` is not left out.
    """
    shares = steps if columns is None else steps[:, columns]
    best = 1 + shares[:, 1:].argmax(axis=1)
    best[steps[:, _BLANK] > _SURELY_BLANK] = _BLANK
    text: list[str] = []
    confidence: list[float] = []
    support: list[float] = []
    before = _BLANK
    for step, place in enumerate(best):
        if place != _BLANK:
            share = float(shares[step, place])
            relative = share / max(float(shares[step, 1:].sum()), 1e-9)
            if place == before:
                confidence[-1], support[-1] = max(confidence[-1], relative), max(support[-1], share)
            else:
                text.append(characters[place])
                confidence.append(relative)
                support.append(share)
        before = place
    return Seen("".join(text), min(confidence), min(support)) if text else _NOTHING
