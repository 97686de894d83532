"""UNIPEN's texts -> pictures of what people wrote, with the truth about each character."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.dataset.unipen.characters import TEXT_HEIGHT, Texts
from emnist_edge.dataset.unipen.cleaning import smooth
from emnist_edge.drawing.character import DrawnCharacter, project
from emnist_edge.drawing.ink import lay_ink
from emnist_edge.drawing.pages import DrawnLine, DrawnPage
from emnist_edge.drawing.paper import Grid, light, paint_sheet
from emnist_edge.drawing.surroundings import draw_surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Character, Text
    from emnist_edge.drawing.camera import Camera
    from emnist_edge.drawing.ink import Ink
    from emnist_edge.drawing.pens import Tip

#: Height of letters and digits in pixels, as in the experiment that these lines were first drawn
#: for; the order in which texts are taken.
HEIGHT, ORDER = 34, 428
#: Texts have so many characters, and their pictures are at most so many pixels wide and high: a
#: line or a few. Longer ones are tables of a tablet's whole surface.
_FEWEST, _MOST, _WIDEST, _HIGHEST = 12, 50, 2400, 500
# Paper around, in pixels.
_MARGIN = 40
# A character starts a new line where it starts so far to the left of the one before it, in heights;
# or below it.
_BACK = 2.0


def choose_texts(texts: Texts, count: int, *, symbols: bool = False) -> list[Text]:
    """Return at most ``count`` of the texts that stand clear and are a line or a few.

    Their strokes are smoothed. ``symbols``: whether symbols are drawn, and count.
    """
    steady = replace(texts, characters=smooth(texts.characters))
    order = np.random.default_rng(ORDER).permutation(np.flatnonzero(texts.clean))
    chosen = (steady[index] for index in order.tolist())
    return list(islice((text for text in chosen if _fits(text, symbols=symbols)), count))


def _fits(text: Text, *, symbols: bool) -> bool:
    shown = [c for c in text.characters if symbols or c.label.isalnum()]
    if not _FEWEST <= len(shown) <= _MOST:
        return False
    points = np.concatenate([stroke for character in shown for stroke in character.strokes])
    width, height = np.ptp(points, axis=0) * HEIGHT / TEXT_HEIGHT + 2 * _MARGIN
    return bool(width <= _WIDEST and height <= _HIGHEST)


def draw_text(
    text: Text, tip: Tip, seed: int, *, symbols: bool = False, height: int = HEIGHT
) -> DrawnPage:
    """Return ``text`` as its writer's strokes would look, written with a pen of the kind ``tip``.

    A stylus writes on a screen, chalk on a board; all but the stylus are photographed.

    Args:
        text: what is written.
        tip: the kind of pen.
        seed: of all that varies.
        symbols: draw what is no letter or digit as well.
        height: of letters and digits, in pixels.
    """
    rng = np.random.default_rng(seed)
    lines = [
        [character for character in line if symbols or character.label.isalnum()]
        for line in split_lines(text.characters)
    ]
    lines = [line for line in lines if line]
    paper, camera = draw_surroundings(tip, height, rng, scanned=0, ruled=0)
    size, aim, to_sheet = _lay_out([each for line in lines for each in line], camera, rng, height)
    bleed = camera.bleed(size)
    blank = paint_sheet(paper, size, Grid(0, 0, height, 2 * height, 1, 1, deep=True), bleed)
    scene = camera.frame(blank, bleed, aim, size, rng)
    colour = np.array(tip.draw_ink(rng), np.float32)
    width, opacity = tip.draw_width(rng), float(rng.uniform(*tip.opacity))
    coverage = np.zeros(size[::-1], np.uint8)
    drawn: list[tuple[DrawnCharacter, ...]] = []
    for line in lines:
        placed = []
        for character in line:
            seen = [project(aim, to_sheet(stroke)) / height for stroke in character.strokes]
            ink = lay_ink(seen, height, tip, rng, width=width, opacity=opacity, timed=True)
            placed.append(_place(character.label, ink, colour, scene, coverage))
        drawn.append(tuple(placed))
    scene *= light(scene.shape, paper, rng)[..., None]
    return DrawnPage(camera.expose(scene, rng), coverage, tuple(map(_line, drawn)))


def _lay_out(
    characters: Sequence[Character], camera: Camera, rng: np.random.Generator, height: int
) -> tuple[
    tuple[int, int], NDArray[np.float64], Callable[[NDArray[np.floating]], NDArray[np.float64]]
]:
    """Return a picture's size, the homography from sheet to picture, and what scales strokes.

    Letters and digits are ``height`` pixels high. There is room for what turns and strays.
    """
    scale = height / TEXT_HEIGHT
    points = np.concatenate([stroke for each in characters for stroke in each.strokes]) * scale
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    reach = (abs(np.sin(camera.turn)) / 2 + camera.perspective) * (extent.max() + 2 * _MARGIN)
    around = _MARGIN + reach
    wide, high = np.ceil(extent + 2 * around).astype(int).tolist()
    return (
        (wide, high),
        camera.aim((wide, high), rng),
        lambda stroke: np.asarray(stroke * scale - low + around, np.float64),
    )


def _place(
    char: str,
    ink: Ink,
    colour: NDArray[np.float32],
    scene: NDArray[np.float32],
    coverage: NDArray[np.uint8],
) -> DrawnCharacter:
    """Lay ``ink`` on ``scene`` (H, W, 3) and ``coverage`` (H, W), and return where it is."""
    x, y, width, height = cv2.boundingRect(ink.amount)
    amount = ink.amount[y : y + height, x : x + width]
    left, top = ink.left + x, ink.top + y
    window = np.s_[top : top + height, left : left + width]
    scene[window] += (colour - scene[window]) * (amount / np.float32(255))[..., None]
    np.maximum(coverage[window], amount, out=coverage[window])
    return DrawnCharacter(char, (left, top, width, height), amount)


def split_lines(characters: Sequence[Character]) -> list[list[Character]]:
    """Return the lines that ``characters``, in the order they were written, stand in."""
    boxes = [_box(character) for character in characters]
    lines = [[characters[0]]]
    for (one, other), character in zip(pairwise(boxes), characters[1:], strict=True):
        back = one[0] - other[0]
        below = back > 0 and other[1] > one[3]
        if back > _BACK * TEXT_HEIGHT or below:
            lines.append([])
        lines[-1].append(character)
    return lines


def room(text: Text) -> list[float]:
    """Return the room to the left of each character but the first; infinite where a line starts.

    In median heights of letters and digits; negative where the character starts before another one
    of its line ends.
    """
    found: list[float] = []
    for number, line in enumerate(split_lines(text.characters)):
        boxes = [_box(character) for character in line]
        ends = np.maximum.accumulate([box[2] for box in boxes])
        found += [np.inf] if number else []
        found += [(box[0] - end) / TEXT_HEIGHT for box, end in zip(boxes[1:], ends, strict=False)]
    return found


def _box(character: Character) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of ``character``."""
    points = np.concatenate(character.strokes)
    return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def _line(characters: tuple[DrawnCharacter, ...]) -> DrawnLine:
    touching = (n for n, (one, other) in enumerate(pairwise(characters)) if one.touches(other))
    return DrawnLine("".join(c.char for c in characters), characters, tuple(touching))
