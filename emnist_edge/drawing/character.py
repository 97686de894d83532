"""One drawn character: strokes -> a shape finer than pixels -> ink somewhere on a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np

from emnist_edge.drawing.ink import draw_stroke, way
from emnist_edge.drawing.strokes import Hand, print_character

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.drawing.pens import Tip

#: Shapes have this many points to a pixel and are averaged down.
OVERSAMPLING = 4


@dataclass(frozen=True)
class Pen:
    """What is written with.

    width: of the stroke, in cap heights.
    ink: BGR, 0..255.
    grain: share of the ink that the paper's tooth keeps off at random, as with pencil and chalk.
    tip: a kind of pen that decides how ink goes along and across strokes, see
        :mod:`emnist_edge.drawing.ink`; None for even strokes, which ``grain`` is for.
    """

    width: float = 0.1
    ink: tuple[int, int, int] = (60, 35, 30)
    grain: float = 0.0
    tip: Tip | None = None


#: What is used where nothing else is asked for: an even hand, a ballpoint pen.
HAND, PEN = Hand(), Pen()


@dataclass(frozen=True)
class DrawnCharacter:
    """One character's ink.

    box: x, y, width, height in pixels; it encloses all pixels that hold any of the ink.
    coverage: (height, width) uint8, 255 where ink covers the pixel, 0 on paper.
    """

    char: str
    box: tuple[int, int, int, int]
    coverage: NDArray[np.uint8]

    def moved(self, dx: int, dy: int) -> DrawnCharacter:
        """Return the character shifted by ``dx`` pixels to the right and ``dy`` down."""
        x, y, width, height = self.box
        return replace(self, box=(x + dx, y + dy, width, height))

    @property
    def right(self) -> int:
        """The first column to the right of the box."""
        return self.box[0] + self.box[2]

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.box[1] + self.box[3]

    def touches(self, other: DrawnCharacter) -> bool:
        """Say whether ink of both lies on the same or on neighbouring pixels.

        Pixels count that ink covers by half or more: what a threshold would keep.
        """
        x, y = max(self.box[0], other.box[0]) - 1, max(self.box[1], other.box[1]) - 1
        right = min(self.right, other.right) + 1
        bottom = min(self.bottom, other.bottom) + 1
        if x >= right or y >= bottom:
            return False
        one, another = (
            character._solid(x, y, right - x, bottom - y) for character in (self, other)
        )
        return bool((cv2.dilate(one, np.ones((3, 3), np.uint8)) & another).any())

    def _solid(self, x: int, y: int, width: int, height: int) -> NDArray[np.uint8]:
        """Return 1 where a pixel of the window at ``x``, ``y`` is at least half ink, else 0."""
        window = np.zeros((height, width), np.uint8)
        left, top = max(self.box[0], x), max(self.box[1], y)
        right, bottom = min(self.right, x + width), min(self.bottom, y + height)
        if left < right and top < bottom:
            own = self.coverage[top - self.box[1] :, left - self.box[0] :]
            solid = own[: bottom - top, : right - left] >= 128
            window[top - y : bottom - y, left - x : right - x] = solid
        return window


@dataclass(frozen=True)
class Shape:
    """A character before it lies anywhere.

    mask: (H, W) uint8, 255 on ink, else 0, with :data:`OVERSAMPLING` points to a pixel; H and W are
    multiples of it.
    left, top: of the mask's corner, in pixels from the pen's starting point on the baseline, x to
    the right and y down.
    """

    char: str
    mask: NDArray[np.uint8]
    left: int
    top: int

    def placed(self, transform: NDArray[np.float64] | None = None) -> DrawnCharacter:
        """Return the ink where ``transform`` puts it.

        Args:
            transform: (3, 3) homography from pixels around the pen's starting point to pixels of
                the picture; a pixel's corner is at whole numbers. None stands for the identity.
        """
        if transform is None:
            return self._shifted(0, 0)
        shift = np.rint(transform[:2, 2])
        plain = np.eye(3)
        plain[:2, 2] = shift
        if np.array_equal(transform, plain):  # nothing to resample
            return self._shifted(*shift.astype(int).tolist())
        return self._warped(transform)

    def _shifted(self, dx: int, dy: int) -> DrawnCharacter:
        return _average(self.char, self.mask, self.left + dx, self.top + dy)

    def _warped(self, transform: NDArray[np.float64]) -> DrawnCharacter:
        tall, wide = (side / OVERSAMPLING for side in self.mask.shape)
        corners = np.array([[0, 0], [wide, 0], [0, tall], [wide, tall]])
        reached = project(transform, corners + np.array([self.left, self.top]))
        left, top = np.floor(reached.min(axis=0)).astype(int).tolist()
        right, bottom = np.ceil(reached.max(axis=0)).astype(int).tolist()
        size = ((right - left) * OVERSAMPLING, (bottom - top) * OVERSAMPLING)
        matrix = (
            np.linalg.inv(_points_to_pixels(left, top))
            @ transform
            @ _points_to_pixels(self.left, self.top)
        )
        warped = cv2.warpPerspective(self.mask, matrix, size, flags=cv2.INTER_LINEAR)
        return _average(self.char, np.where(warped < 128, np.uint8(0), np.uint8(255)), left, top)


class Glyphs(Protocol):
    """Where the shapes of characters come from."""

    def __call__(
        self, char: str, height: float, rng: np.random.Generator, hand: Hand, pen: Pen
    ) -> Shape:
        """Return ``char`` as it turns out this time.

        Args:
            char: a digit or one of the letters A-Z and a-z.
            height: of a capital, in pixels.
            rng: decides how the character turns out.
            hand: how it is printed.
            pen: its width, and how its tip leads it.

        Raises:
            ValueError: there is no such character.
        """
        ...


def stroke_shape(
    char: str, height: float, rng: np.random.Generator, hand: Hand = HAND, pen: Pen = PEN
) -> Shape:
    """Return ``char`` from the table of strokes; see :class:`Glyphs`."""
    strokes = [
        stroke * (height, -height) * OVERSAMPLING for stroke in print_character(char, hand, rng)
    ]
    thickness = max(1.0, pen.width * height * OVERSAMPLING)
    points = np.concatenate(strokes)
    # Room for the round ends of the strokes, in whole pixels; what is too much is cut off later.
    margin = thickness + OVERSAMPLING
    left, top = (int(v) for v in np.floor((points.min(axis=0) - margin) / OVERSAMPLING))
    right, bottom = (int(v) for v in np.ceil((points.max(axis=0) + margin) / OVERSAMPLING))
    canvas = np.zeros(((bottom - top) * OVERSAMPLING, (right - left) * OVERSAMPLING), np.uint8)
    unit, corner = height * OVERSAMPLING, np.array([left, top]) * OVERSAMPLING
    for stroke in strokes:
        if pen.tip is None:
            widths = thickness * _pressure(len(stroke), hand.wobble, rng)
            draw_stroke(canvas, stroke - corner, widths)
        else:
            path, factors, _ = way(stroke / unit, pen.tip, rng)
            draw_stroke(canvas, path * unit - corner, thickness * factors, nib=pen.tip.nib)
    return Shape(char, canvas, left, top)


def draw_character(
    char: str,
    height: float,
    rng: np.random.Generator,
    *,
    hand: Hand = HAND,
    pen: Pen = PEN,
) -> DrawnCharacter:
    """Draw one character from the table of strokes; for the arguments see :class:`Glyphs`.

    Returns:
        The character with its box around the pen's starting point on the baseline: x to the right,
        y down, so that what stands above the baseline has a negative y.

    Raises:
        ValueError: ``char`` has no strokes.
    """
    return stroke_shape(char, height, rng, hand, pen).placed()


def project(transform: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``points`` (N, 2) after the homography ``transform`` (3, 3)."""
    projected = np.column_stack([points, np.ones(len(points))]) @ transform.T
    return np.asarray(projected[:, :2] / projected[:, 2:])


def _points_to_pixels(left: float, top: float) -> NDArray[np.float64]:
    """Return the (3, 3) matrix from indices of a mask at ``left``, ``top`` to pixels.

    OpenCV's index is that of a point's middle.
    """
    scale, middle = 1 / OVERSAMPLING, 0.5 / OVERSAMPLING
    return np.array([[scale, 0, left + middle], [0, scale, top + middle], [0, 0, 1]])


def _average(char: str, mask: NDArray[np.uint8], left: int, top: int) -> DrawnCharacter:
    """Return the character whose ``mask`` has its corner at ``left``, ``top``, cut to its ink."""
    size = (mask.shape[1] // OVERSAMPLING, mask.shape[0] // OVERSAMPLING)
    coverage = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    x, y, width, tall = cv2.boundingRect(coverage)
    ink = np.asarray(coverage[y : y + tall, x : x + width], np.uint8)
    return DrawnCharacter(char, (left + x, top + y, width, tall), ink)


def _pressure(count: int, wobble: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the relative pen width at ``count`` points: a slow swing around 1."""
    phase, turns, depth = rng.uniform((0, 0.3, 0), (2 * np.pi, 1.2, 0.12 * wobble))
    return np.asarray(1 + depth * np.sin(phase + 2 * np.pi * turns * np.linspace(0, 1, count)))
