"""Sheets that a hand holds before a camera, one after another: drawn frames, with the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.drawing.lying import Lie

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

#: Frames a second, and their width and height.
RATE, SIZE = 15.0, (1500, 2000)
# Millimetres of A4, and pixels to a mm at which sheets are warped: about what frames have.
_PAPER, _RESOLUTION = (210.0, 297.0), 6.0
# Seconds in which a tremor forgets where it was, and for which the camera is open.
_MEMORY, _EXPOSURE = 0.12, 1 / 60
# How much of the tremor each corner has for itself: the hand turns and tilts the sheet.
_OWN = 0.3
# Grey levels: of the table and its grain, of a hand, and of the noise of each frame.
_TABLE, _GRAIN, _HAND, _NOISE = 110, 18, 150, 1.5
# Seconds in which a sheet is brought in or taken away, and in which a hand passes over.
_CARRIED, _PASSING = 0.6, 0.5


@dataclass(frozen=True)
class Hold:
    """How a hand holds sheets.

    tremor: standard deviation of where the sheet is, in pixels. drift: pixels a second that it
    sinks. seconds: for which each sheet is held. passing: whether another hand passes over each,
    after half of the time.
    """

    tremor: float = 3.0
    drift: float = 8.0
    seconds: float = 3.0
    passing: bool = True


@dataclass(frozen=True)
class Held:
    """A frame, (H, W) uint8; which sheet it shows, None where it is carried; where its corners are.

    corners: (4, 2) pixels, clockwise from its top left.
    """

    picture: NDArray[np.uint8]
    sheet: int | None
    corners: NDArray[np.float64]


def frames(sheets: Sequence[NDArray[np.uint8]], hold: Hold, seed: int) -> Iterator[Held]:
    """Yield what a camera sees of ``sheets`` of A4, (H, W, 3) BGR uint8, that are held in turn."""
    rng = np.random.default_rng(seed)
    table = _table(rng)
    noise = _NOISE * rng.standard_normal((SIZE[1] + 64, SIZE[0] + 64), np.float32)
    for number, sheet in enumerate(sheets):
        paper = cv2.cvtColor(sheet, cv2.COLOR_BGR2GRAY)
        size = tuple(round(_RESOLUTION * side) for side in _PAPER)
        paper = cv2.resize(paper, size, interpolation=cv2.INTER_AREA)
        lie = Lie(
            _PAPER,
            SIZE,
            tilt=float(rng.uniform(0, 12)),
            towards=float(rng.uniform(0, 360)),
            turn=float(rng.normal(0, 2)),
            fill=0.88,
        )
        rest = lie.place(np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * _PAPER)
        before = None
        for moment, corners in _moves(rest, hold, rng):
            velocity = np.zeros(2) if before is None else (corners - before).mean(axis=0) * RATE
            before = corners
            scene = _lay(table, paper, corners, velocity * _EXPOSURE)
            held = 0 <= moment < hold.seconds
            if hold.passing:
                held &= not _pass(scene, moment - hold.seconds / 2)
            y, x = rng.integers(0, 64, 2).tolist()
            scene += noise[y : y + SIZE[1], x : x + SIZE[0]]
            picture = np.clip(scene + 0.5, 0, 255).astype(np.uint8)
            yield Held(picture, number if held else None, corners)


def _moves(
    rest: NDArray[np.float64], hold: Hold, rng: np.random.Generator
) -> Iterator[tuple[float, NDArray[np.float64]]]:
    """Yield seconds since a sheet is held, and where its corners are: ``rest``, about."""
    count, carried = round(hold.seconds * RATE), round(_CARRIED * RATE)
    keep = float(np.exp(-1 / RATE / _MEMORY))
    common, own = np.zeros(2), np.zeros((4, 2))
    for number in range(-carried, count + carried):
        common = keep * common + np.sqrt(1 - keep**2) * hold.tremor * rng.standard_normal(2)
        own = keep * own + np.sqrt(1 - keep**2) * _OWN * hold.tremor * rng.standard_normal((4, 2))
        moment = number / RATE
        away = max(-moment, moment - hold.seconds, 0.0) / _CARRIED
        side = np.array([np.sign(moment) * away * 1.2 * SIZE[0], 0.0])
        yield moment, rest + common + own + side + np.array([0.0, hold.drift * moment])


def _table(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a table with a grain."""
    grain = rng.standard_normal((SIZE[1] // 4, SIZE[0] // 40)).astype(np.float32)
    grain = cv2.resize(grain, SIZE, interpolation=cv2.INTER_CUBIC)
    fine = cv2.GaussianBlur(rng.standard_normal(SIZE[::-1]).astype(np.float32), (0, 0), 2)
    return np.asarray(_TABLE + _GRAIN * grain + 3 * _GRAIN * fine, np.float32)


def _lay(
    table: NDArray[np.float32],
    paper: NDArray[np.uint8],
    corners: NDArray[np.float64],
    blur: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Return ``table`` with ``paper`` whose ``corners`` show there, moved by ``blur`` pixels."""
    height, width = paper.shape
    ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    plane = cv2.getPerspectiveTransform(ends, corners.astype(np.float32))
    seen = cv2.warpPerspective(paper, plane, SIZE, flags=cv2.INTER_LINEAR)
    mask = cv2.warpPerspective(np.full_like(paper, 255), plane, SIZE, flags=cv2.INTER_LINEAR)
    length = float(np.hypot(*blur))
    if length > 1:
        kernel = _streak(blur)
        seen, mask = cv2.filter2D(seen, -1, kernel), cv2.filter2D(mask, -1, kernel)
    share = mask.astype(np.float32) / 255
    return np.asarray(table * (1 - share) + seen, np.float32)


def _streak(blur: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the kernel of a point that moves by ``blur`` pixels."""
    radius = min(int(np.ceil(np.abs(blur).max() / 2)), 40)
    kernel = np.zeros((2 * radius + 1, 2 * radius + 1), np.float32)
    for part in np.linspace(-0.5, 0.5, 4 * radius + 1):
        x, y = np.clip(np.rint(radius + part * blur).astype(int), 0, 2 * radius)
        kernel[y, x] += 1
    return np.asarray(kernel / kernel.sum(), np.float32)


def _pass(scene: NDArray[np.float32], since: float) -> bool:
    """Draw a hand that passes over, ``since`` it came; say whether it is there."""
    if not 0 <= since < _PASSING:
        return False
    left = since / _PASSING * 1.4 * SIZE[0] - 0.2 * SIZE[0]
    arm = np.array([[left, 700], [left + 380, 640], [left + 480, 2000], [left - 40, 2000]])
    cv2.fillConvexPoly(scene, arm.astype(np.int32), _HAND, cv2.LINE_AA)
    return True
