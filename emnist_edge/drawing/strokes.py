"""The pen strokes of hand-printed characters, and the variation that a hand gives them.

Shapes are drawn by this table alone: no font, no picture of anyone's writing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Character -> its path. Coordinates are x,y in hundredths of the cap height, y upwards from the
#: baseline; lower case is 60 high, ascenders 100, descenders reach -34. A point in brackets is a
#: corner that the pen rounds without reaching it: a quarter of an ellipse from the point before to
#: the point after, or its affine image. ``/`` lifts the pen, ``;`` parts several ways to print one.
FORMS: dict[str, str] = {
    "0": "30,100 (0,100) 0,50 (0,0) 30,0 (60,0) 60,50 (60,100) 30,100",
    "1": "0,100 0,0 ; 0,76 24,100 24,0",
    "2": "3,74 (3,100) 30,100 (58,100) 58,73 (58,56) 28,28 0,0 62,0",
    "3": (
        "3,84 (8,100) 28,100 (54,100) 54,77 (54,54) 22,54 / "
        "22,54 (60,54) 60,27 (60,0) 28,0 (6,0) 0,18"
    ),
    "4": "10,100 0,42 60,42 / 48,96 48,0 ; 46,0 46,100 0,34 64,34",
    "5": "56,100 10,100 6,56 (14,64) 28,64 (60,64) 60,32 (60,0) 28,0 (6,0) 0,15",
    "6": "46,99 (2,80) 2,30 (2,0) 30,0 (58,0) 58,29 (58,57) 32,57 (6,57) 3,24",
    "7": "0,100 60,100 20,0",
    "8": (
        "54,79 (54,100) 30,100 (6,100) 6,78 (6,62) 30,52 (58,40) 58,23 (58,0) 30,0 (2,0) 2,23 "
        "(2,40) 30,52 (54,62) 54,79"
    ),
    "9": "54,76 (52,48) 27,48 (2,48) 2,74 (2,100) 28,100 (55,100) 54,72 48,0",
    "A": "0,0 32,100 64,0 / 12,36 52,36",
    "B": "0,0 0,100 26,100 (54,100) 54,77 (54,54) 26,54 0,54 / 26,54 (60,54) 60,27 (60,0) 26,0 0,0",
    "C": "62,82 (54,100) 35,100 (0,100) 0,50 (0,0) 35,0 (55,0) 64,18",
    "D": "0,0 0,100 18,100 (64,100) 64,50 (64,0) 18,0 0,0",
    "E": "54,100 0,100 0,0 56,0 / 0,52 46,52",
    "F": "56,100 0,100 0,0 / 0,54 46,54",
    "G": "62,84 (54,100) 36,100 (0,100) 0,50 (0,0) 36,0 (66,0) 66,42 38,42",
    "H": "0,100 0,0 / 62,100 62,0 / 0,52 62,52",
    "I": "0,100 0,0",
    "J": (
        "50,100 50,28 (50,0) 26,0 (2,0) 0,26 ; 24,100 76,100 / 50,100 50,28 (50,0) 26,0 (2,0) 0,26"
    ),
    "K": "0,100 0,0 / 58,100 0,42 / 16,58 62,0",
    "L": "0,100 0,0 54,0",
    "M": "0,0 6,100 40,24 74,100 80,0",
    "N": "0,0 0,100 62,0 62,100",
    "O": "37,100 (0,100) 0,50 (0,0) 37,0 (74,0) 74,50 (74,100) 37,100",
    "P": "0,0 0,100 28,100 (58,100) 58,73 (58,46) 28,46 0,46",
    "Q": "37,100 (0,100) 0,50 (0,0) 37,0 (74,0) 74,50 (74,100) 37,100 / 46,28 78,-8",
    "R": "0,0 0,100 28,100 (58,100) 58,74 (58,48) 28,48 0,48 / 24,48 62,0",
    "S": "56,84 (50,100) 31,100 (4,100) 4,76 (4,58) 31,52 (60,45) 60,25 (60,0) 30,0 (6,0) 0,17",
    "T": "0,100 68,100 / 34,100 34,0",
    "U": "0,100 0,34 (0,0) 32,0 (64,0) 64,34 64,100",
    "V": "0,100 32,0 64,100",
    "W": "0,100 20,0 42,76 64,0 84,100",
    "X": "0,100 62,0 / 62,100 0,0",
    "Y": "0,100 32,48 64,100 / 32,48 32,0",
    "Z": "2,100 60,100 0,0 62,0",
    "a": "48,42 (46,60) 26,60 (0,60) 0,30 (0,0) 23,0 (46,0) 48,34 / 49,60 49,12 (49,0) 58,1",
    "b": "0,100 0,0 / 0,32 (2,60) 26,60 (50,60) 50,30 (50,0) 24,0 (4,0) 0,18",
    "c": "45,48 (40,60) 26,60 (0,60) 0,30 (0,0) 26,0 (40,0) 47,12",
    "d": "49,38 (47,60) 25,60 (0,60) 0,30 (0,0) 24,0 (46,0) 49,30 / 50,100 50,0",
    "e": "2,32 48,32 (48,60) 26,60 (0,60) 0,30 (0,0) 28,0 (41,0) 48,12",
    "f": "44,88 (42,100) 32,100 (16,100) 16,80 16,0 / 0,56 38,56",
    "g": (
        "48,42 (46,60) 25,60 (0,60) 0,31 (0,3) 23,3 (46,3) 49,34 / "
        "50,60 50,-12 (50,-34) 26,-34 (8,-34) 2,-20"
    ),
    "h": "0,100 0,0 / 0,30 (4,60) 26,60 (46,60) 46,38 46,0",
    "i": "0,60 0,0 / 0,87 1,90",
    "j": "28,60 28,-12 (28,-34) 11,-34 (3,-34) 0,-26 / 28,87 29,90",
    "k": "0,100 0,0 / 42,60 0,22 / 12,33 45,0",
    "l": "0,100 0,0",
    "m": "0,60 0,0 / 0,32 (3,60) 20,60 (37,60) 37,40 37,0 / 37,32 (40,60) 57,60 (74,60) 74,40 74,0",
    "n": "0,60 0,0 / 0,30 (4,60) 26,60 (46,60) 46,38 46,0",
    "o": "27,60 (0,60) 0,30 (0,0) 27,0 (54,0) 54,30 (54,60) 27,60",
    "p": "0,60 0,-34 / 0,32 (4,60) 26,60 (50,60) 50,30 (50,0) 24,0 (4,0) 0,16",
    "q": "48,42 (46,60) 25,60 (0,60) 0,31 (0,2) 23,2 (46,2) 49,32 / 50,60 50,-34 64,-24",
    "r": "0,60 0,0 / 0,28 (6,60) 26,60 (34,60) 39,53",
    "s": "42,50 (38,60) 24,60 (4,60) 4,46 (4,34) 24,31 (46,27) 46,15 (46,0) 22,0 (6,0) 0,10",
    "t": "18,94 18,16 (18,0) 30,0 (40,0) 44,9 / 0,62 40,62",
    "u": "0,60 0,24 (0,0) 22,0 (44,0) 46,30 / 46,60 46,0",
    "v": "0,60 22,0 46,60",
    "w": "0,60 16,0 33,46 50,0 66,60",
    "x": "0,60 44,0 / 44,60 0,0",
    "y": "0,60 25,4 / 50,60 12,-34",
    "z": "2,60 42,60 0,0 44,0",
}

# Points on each line or arc: enough for a large character to look round.
_SAMPLES = 16


@dataclass(frozen=True)
class Hand:
    """How someone prints: habits, and how evenly they are kept. Lengths are in cap heights.

    wobble: 0 prints the table's shapes, 1 like a person, 2 hastily.
    slant: lean to the right, as the tangent of the angle.
    form: which of a character's forms is used, counted round where it has fewer.
    letter_gap, word_gap: paper between characters and between words.
    line_pitch: from baseline to baseline.
    size_spread: how far lines differ in size at most, as a share.
    skew: rise of the baselines to the right, as the tangent of the angle.
    sway: how far curved baselines stray from straight ones at most.
    touching: share of a word's neighbours that are written into one another, where they can be.
    """

    wobble: float = 1.0
    slant: float = 0.05
    form: int = 0
    letter_gap: float = 0.2
    word_gap: float = 0.8
    line_pitch: float = 1.9
    size_spread: float = 0.0
    skew: float = 0.0
    sway: float = 0.0
    touching: float = 0.0


def sample_path(path: str) -> list[NDArray[np.float64]]:
    """Return the strokes of ``path`` (see :data:`FORMS`), each (N, 2) x and y in cap heights."""
    return [_sample_stroke(stroke.split()) for stroke in path.split("/")]


def print_character(char: str, hand: Hand, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Return the strokes of ``char`` as ``hand`` prints it this time.

    Returns:
        Strokes, each (N, 2) float64: x to the right from about 0, y up from the baseline at 0, in
        cap heights.

    Raises:
        ValueError: ``char`` has no strokes.
    """
    if char not in FORMS:
        raise ValueError(f"no strokes for {char!r}; digits and the letters A-Z and a-z have some")
    forms = FORMS[char].split(";")
    strokes = _sampled(forms[hand.form % len(forms)])
    bend = _bend(hand.wobble, rng)
    transform = _transform(hand, rng)
    shifts = rng.uniform(-0.015, 0.015, (len(strokes), 2)) * hand.wobble
    return [
        (stroke + bend(stroke) + shift) @ transform
        for stroke, shift in zip(strokes, shifts, strict=True)
    ]


@cache
def _sampled(path: str) -> tuple[NDArray[np.float64], ...]:
    return tuple(sample_path(path))


def _sample_stroke(tokens: list[str]) -> NDArray[np.float64]:
    """Return the points along one stroke, (N, 2) in cap heights."""
    here = _point(tokens[0])
    corner = None
    pieces = [here[None]]
    for token in tokens[1:]:
        point = _point(token.strip("()"))
        if token.startswith("("):
            corner = point
            continue
        pieces.append(_line(here, point) if corner is None else _arc(here, corner, point))
        here, corner = point, None
    return np.concatenate(pieces)


def _point(token: str) -> NDArray[np.float64]:
    return np.array([float(number) for number in token.split(",")]) / 100


def _line(start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points of a straight line, without its start."""
    share = np.linspace(0, 1, _SAMPLES + 1)[1:, None]
    return start + share * (end - start)


def _arc(
    start: NDArray[np.float64], corner: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the points of an arc that leaves towards ``corner``, without its start."""
    angle = np.linspace(0, np.pi / 2, _SAMPLES + 1)[1:, None]
    return corner + (1 - np.sin(angle)) * (start - corner) + (1 - np.cos(angle)) * (end - corner)


def _bend(
    wobble: float, rng: np.random.Generator
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return a smooth random displacement of the plane, the same for all strokes of a character.

    A sum of three plane waves, about one across a character: strokes that meet still do afterwards.
    """
    waves = rng.uniform(-1.2, 1.2, (2, 3))
    phases = rng.uniform(0, 2 * np.pi, 3)
    amplitudes = rng.uniform(-0.018, 0.018, (3, 2)) * wobble

    def displace(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.sin(2 * np.pi * points @ waves + phases) @ amplitudes)

    return displace


def _transform(hand: Hand, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the (2, 2) matrix that points (N, 2) are multiplied by: size, slant and rotation."""
    slant, tilt, size, aspect = rng.uniform(-1, 1, 4) * hand.wobble
    width = np.array([1 + 0.05 * size + 0.07 * aspect, 1 + 0.05 * size])
    shear = np.array([[1.0, 0.0], [hand.slant + 0.06 * slant, 1.0]])
    angle = 0.04 * tilt
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(np.diag(width) @ shear @ turn)
