"""Pages of hand-printed characters, drawn from the table of strokes: for demonstration and tests.

Every page comes with the truth: which characters it holds and where each one's ink lies. The same
arguments draw the same page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.strokes import Hand, print_character

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Characters are drawn this many times larger and then averaged down.
_OVERSAMPLING = 4
# Bits after the binary point of the coordinates that OpenCV draws at.
_SHIFT = 4
# Characters keep at least this many pixels apart, so that no two ever touch.
_MIN_GAP = 2


@dataclass(frozen=True)
class Pen:
    """What is written with.

    width: of the stroke, in cap heights.
    ink: BGR, 0..255.
    """

    width: float = 0.1
    ink: tuple[int, int, int] = (60, 35, 30)


@dataclass(frozen=True)
class Paper:
    """What is written on, and how it was photographed.

    colour: BGR, 0..255. ruled: draw a rule under each line, and on over the page.
    vignette: share of the light that is missing in the corners.
    shadow: share of the light that is missing behind a soft edge across the page.
    blur: sigma of a Gaussian, in pixels. noise: standard deviation, in grey levels.
    """

    colour: tuple[int, int, int] = (240, 244, 245)
    ruled: bool = False
    vignette: float = 0.0
    shadow: float = 0.0
    blur: float = 0.0
    noise: float = 0.0


#: What is used where nothing else is asked for: an even hand, a ballpoint pen, white paper.
HAND, PEN, PAPER = Hand(), Pen(), Paper()


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


@dataclass(frozen=True)
class DrawnLine:
    """One line: its text with single spaces, and its characters from left to right."""

    text: str
    characters: tuple[DrawnCharacter, ...]


@dataclass(frozen=True)
class DrawnPage:
    """A page and the truth about it.

    picture: (H, W, 3) BGR uint8. coverage: (H, W) uint8, 255 where ink covers the pixel.
    lines: from top to bottom, without empty ones.
    """

    picture: NDArray[np.uint8]
    coverage: NDArray[np.uint8]
    lines: tuple[DrawnLine, ...]

    @property
    def text(self) -> str:
        """What the page says: lines separated by line breaks, words by single spaces."""
        return "\n".join(line.text for line in self.lines)


def draw_character(
    char: str,
    height: float,
    rng: np.random.Generator,
    *,
    hand: Hand = HAND,
    pen: Pen = PEN,
) -> DrawnCharacter:
    """Draw one character.

    Args:
        char: a digit or one of the letters A-Z and a-z.
        height: of a capital, in pixels.
        rng: decides how the character turns out this time.
        hand: how it is printed.
        pen: only its width counts here.

    Returns:
        The character with its box around the pen's starting point on the baseline: x to the right,
        y down, so that what stands above the baseline has a negative y.

    Raises:
        ValueError: ``char`` has no strokes.
    """
    strokes = [
        stroke * (height, -height) * _OVERSAMPLING for stroke in print_character(char, hand, rng)
    ]
    thickness = max(1.0, pen.width * height * _OVERSAMPLING)
    points = np.concatenate(strokes)
    # Room for the round ends of the strokes, in whole pixels; what is too much is cut off below.
    margin = thickness + _OVERSAMPLING
    left, top = (int(v) for v in np.floor((points.min(axis=0) - margin) / _OVERSAMPLING))
    right, bottom = (int(v) for v in np.ceil((points.max(axis=0) + margin) / _OVERSAMPLING))
    canvas = np.zeros(((bottom - top) * _OVERSAMPLING, (right - left) * _OVERSAMPLING), np.uint8)
    for stroke in strokes:
        widths = thickness * _pressure(len(stroke), hand.wobble, rng)
        _draw_stroke(canvas, stroke - (left * _OVERSAMPLING, top * _OVERSAMPLING), widths)
    coverage = cv2.resize(canvas, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    x, y, width, tall = cv2.boundingRect(coverage)
    ink = np.asarray(coverage[y : y + tall, x : x + width], np.uint8)
    return DrawnCharacter(char, (left + x, top + y, width, tall), ink)


def draw_page(
    text: str,
    *,
    size: tuple[int, int],
    height: float,
    seed: int,
    hand: Hand = HAND,
    pen: Pen = PEN,
    paper: Paper = PAPER,
) -> DrawnPage:
    """Draw a page of text, its lines flush left and the whole in the middle.

    Args:
        text: lines separated by line breaks, words by spaces.
        size: width and height of the page in pixels.
        height: of a capital, in pixels.
        seed: of all that varies.
        hand: how it is printed.
        pen: what it is written with.
        paper: what it is written on.

    Raises:
        ValueError: ``text`` holds a character without strokes or none at all, or does not fit.
    """
    rng = np.random.default_rng(seed)
    lines = []
    for number, words in enumerate(line.split() for line in text.splitlines()):
        if words:
            baseline = round(number * hand.line_pitch * height)
            lines.append(_draw_line(words, baseline, height, hand, pen, rng))
    if not lines:
        raise ValueError("there is nothing to draw: the text has no characters")
    dx, dy = _to_middle(lines, size)
    lines = [
        replace(line, characters=tuple(c.moved(dx, dy) for c in line.characters)) for line in lines
    ]
    coverage = np.zeros(size[::-1], np.uint8)
    for line in lines:
        for character in line.characters:
            x, y, width, tall = character.box
            window = coverage[y : y + tall, x : x + width]
            np.maximum(window, character.coverage, out=window)
    # Rules lie a little below the baselines, on over the whole page.
    pitch = hand.line_pitch * height
    rules = np.arange((dy + 0.14 * height) % pitch, size[1], pitch) if paper.ruled else ()
    return DrawnPage(_photograph(coverage, pen, paper, rules, rng), coverage, tuple(lines))


def _draw_stroke(
    canvas: NDArray[np.uint8], points: NDArray[np.float64], widths: NDArray[np.float64]
) -> None:
    """Draw a stroke with round ends; ``points`` (N, 2) and ``widths`` (N,) in canvas pixels."""
    fixed = np.rint(points * 2**_SHIFT).astype(int).tolist()
    whole = np.maximum(np.rint(widths), 1).astype(int).tolist()
    for start, end, width in zip(fixed[:-1], fixed[1:], whole[1:], strict=True):
        cv2.line(canvas, start, end, 255, width, cv2.LINE_8, _SHIFT)


def _pressure(count: int, wobble: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the relative pen width at ``count`` points: a slow swing around 1."""
    phase, turns, depth = rng.uniform((0, 0.3, 0), (2 * np.pi, 1.2, 0.12 * wobble))
    return np.asarray(1 + depth * np.sin(phase + 2 * np.pi * turns * np.linspace(0, 1, count)))


def _draw_line(
    words: Sequence[str],
    baseline: int,
    height: float,
    hand: Hand,
    pen: Pen,
    rng: np.random.Generator,
) -> DrawnLine:
    """Draw one line that starts at x = 0 around ``baseline``, rising or falling a little."""
    characters: list[DrawnCharacter] = []
    end = 0.0
    rise = rng.uniform(-0.006, 0.006) * hand.wobble
    for word in words:
        for number, char in enumerate(word):
            drawn = draw_character(char, height, rng, hand=hand, pen=pen)
            gap = hand.letter_gap if number else hand.word_gap
            jitter, lift = rng.uniform(-1, 1, 2) * hand.wobble
            if characters:
                end += max(_MIN_GAP, gap * height * (1 + 0.25 * jitter))
            y = baseline + round(rise * end + 0.03 * lift * height)
            characters.append(drawn.moved(round(end) - drawn.box[0], y))
            end = characters[-1].right
    return DrawnLine(" ".join(words), tuple(characters))


def _to_middle(lines: Sequence[DrawnLine], size: tuple[int, int]) -> tuple[int, int]:
    """Return the shift that brings the text to the middle of the page."""
    characters = [character for line in lines for character in line.characters]
    left = min(character.box[0] for character in characters)
    top = min(character.box[1] for character in characters)
    width = max(character.right for character in characters) - left
    tall = max(character.bottom for character in characters) - top
    if width > size[0] or tall > size[1]:
        raise ValueError(
            f"the text takes {width}x{tall} pixels and the page has {size[0]}x{size[1]}; "
            "write smaller, or on a larger page"
        )
    return (size[0] - width) // 2 - left, (size[1] - tall) // 2 - top


def _photograph(
    coverage: NDArray[np.uint8],
    pen: Pen,
    paper: Paper,
    rules: Sequence[float] | NDArray[np.float64],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Return the picture (H, W, 3) BGR uint8 of ink on paper: rules, light, blur and noise."""
    page = np.full((*coverage.shape, 3), paper.colour, np.float32)
    for y in rules:
        _draw_rule(page, round(y))
    share = (coverage.astype(np.float32) / 255)[..., None]
    page += (np.array(pen.ink, np.float32) - page) * share
    page *= _light(coverage.shape, paper, rng)[..., None]
    if paper.blur > 0:
        page = np.asarray(cv2.GaussianBlur(page, (0, 0), paper.blur), np.float32)
    if paper.noise > 0:
        page += paper.noise * rng.standard_normal((*coverage.shape, 3), np.float32)
    return np.asarray(np.clip(page + 0.5, 0, 255), np.uint8)


def _draw_rule(page: NDArray[np.float32], y: int) -> None:
    """Tint a horizontal line of ``page`` (H, W, 3) light blue, as thin as printed rules are."""
    thickness = max(1, round(max(page.shape) / 500))
    page[y : y + thickness] = page[y : y + thickness] * 0.5 + np.array([200, 150, 110]) * 0.5


def _light(shape: tuple[int, ...], paper: Paper, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the share of the light that reaches each pixel, (H, W) 0..1."""
    y = np.linspace(-1, 1, shape[0], dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, shape[1], dtype=np.float32)
    corners = 1 - paper.vignette * (x**2 + y**2) / 2
    # The shadow's edge runs through the page at a random angle, near the middle.
    angle, offset = rng.uniform((0, -0.4), (2 * np.pi, 0.4)).tolist()
    depth = x * np.cos(angle) + y * np.sin(angle) - offset
    shade = 1 - paper.shadow / (1 + np.exp(-8 * depth))
    return np.asarray(corners * shade, np.float32)
