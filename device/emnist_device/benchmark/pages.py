"""Whole pages, corrupted as a camera does before anything is looked for on them.

Benchmarks of classifiers alter images of single characters that someone has found and centred. On
the device a bad photograph strikes first where characters are found, so here pages are drawn,
photographed ever worse by :mod:`emnist_edge.drawing.camera`, and read from the beginning.
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_edge.corruptions import STRENGTHS
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_page
from emnist_edge.scoring.edits import count_edits, normalize

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from emnist_device.reader import Reader

_SIZE = (640, 480)
_HEIGHT = 44  # of a capital, pixels
_LINES, _COLUMNS = 4, 9
_PEN = Pen(width=0.11)


@dataclass(frozen=True)
class Photo:
    """What makes a photograph worse, how much at strengths 1 to 5, and in what unit."""

    unit: str
    amounts: tuple[float, ...]


PHOTOS = {
    "blur": Photo("pixels (sigma)", (2, 3, 4.5, 6, 8)),
    "noise": Photo("grey levels of 255", (15, 25, 35, 50, 70)),
    "jpeg": Photo("quality of 100", (30, 15, 10, 5, 2)),
    "shadow": Photo("of the light missing behind an edge", (0.3, 0.45, 0.6, 0.7, 0.8)),
    "rotation": Photo("degrees", (3, 6, 10, 15, 20)),
    "resolution": Photo("pixels, height of a capital", (18, 12, 9, 7, 5)),
}


def compose(number: int, seed: int, paper: Paper | None = None, camera: Camera | None = None) -> (
    DrawnPage
):  # fmt: skip
    """Draw page ``number`` of words of digits, capitals or small letters; a seed draws it for ever.

    Its text and shapes do not depend on paper and camera.
    """
    rng = np.random.default_rng([seed, number])
    text = "\n".join(" ".join(_words(rng)) for _ in range(_LINES))
    return draw_page(
        text,
        size=_SIZE,
        height=_HEIGHT,
        seed=int(rng.integers(2**32)),
        pen=_PEN,
        paper=paper or Paper(),
        camera=camera or Camera(),
    )


def _words(rng: np.random.Generator) -> list[str]:
    """Return words that fill a line, spaces counted."""
    words: list[str] = []
    left = _COLUMNS
    while left > 1:
        length = min(left, int(rng.integers(3, 6)))
        kinds = (string.digits, string.ascii_uppercase, string.ascii_lowercase)
        words.append("".join(rng.choice(list(kinds[int(rng.integers(3))]), length)))
        left -= length + 1
    return words


def photograph(number: int, seed: int, kind: str, strength: int) -> tuple[str, NDArray[np.uint8]]:
    """Return the text of page ``number`` and its picture (H, W, 3), of ``strength`` 1 to 5."""
    amount = PHOTOS[kind].amounts[strength - 1]
    paper, camera = Paper(), Camera()
    match kind:
        case "blur":
            camera = replace(camera, blur=amount)
        case "noise":
            camera = replace(camera, noise=amount)
        case "jpeg":
            camera = replace(camera, jpeg=int(amount))
        case "shadow":
            paper = replace(paper, shadow=amount, shadow_edge=60)
        case "rotation":
            camera = replace(camera, turn=float(np.deg2rad(amount if number % 2 else -amount)))
    drawn = compose(number, seed, paper, camera)
    picture = drawn.picture
    if kind == "resolution":
        share = amount / _HEIGHT
        size = (round(share * _SIZE[0]), round(share * _SIZE[1]))
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    return drawn.text, picture


def read_pages(
    readers: Mapping[str, Reader], pages: int, seed: int, kind: str | None
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Let every model read the same ``pages`` photographs of each strength of ``kind``.

    None reads them as they are, as the one strength. The figures name the models and the hash of
    the pictures; ``edits`` are (M, S, P): the edits from what is written to what was read, spaces
    and case left out, and ``characters`` (P,) how many are written.
    """
    strengths: tuple[int | None, ...] = (None,) if kind is None else tuple(STRENGTHS)
    edits = np.zeros((len(readers), len(strengths), pages), np.int64)
    characters = np.zeros(pages, np.int64)
    digest = hashlib.sha256()
    for row, strength in enumerate(strengths):
        for number in range(pages):
            if kind is None or strength is None:
                drawn = compose(number, seed)
                text, picture = drawn.text, drawn.picture
            else:
                text, picture = photograph(number, seed, kind, strength)
            digest.update(picture.tobytes())
            truth = normalize(text)
            characters[number] = len(truth)
            for place, reader in enumerate(readers.values()):
                read = normalize(reader.read(picture).text)
                edits[place, row, number] = count_edits(truth, read).total
    figures = {"models": list(readers), "sha256": digest.hexdigest()}
    return figures, {"edits": edits, "characters": characters}
