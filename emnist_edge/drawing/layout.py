"""Characters -> lines of writing on a flat sheet: gaps, touching neighbours, curved baselines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.drawing.paper import cell_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.drawing.character import DrawnCharacter, Glyphs, Pen, Shape
    from emnist_edge.drawing.strokes import Hand

# Characters keep at least this many pixels apart, so that none touch by accident.
_MIN_GAP = 2
# Neighbours are moved into one another until ink overlaps by this share of the pen's width, and
# not at all where their boxes would overlap by more than this, in cap heights.
_BITE, _MOST_OVERLAP = 0.5, 0.12


@dataclass(frozen=True)
class Line:
    """One line on the flat sheet, whose left end is at x = 0.

    text: words with single spaces. shapes: from left to right. drawn: the same, where they lie.
    starts: (N, 2) where the pen starts each, x and y in pixels, whole numbers.
    """

    text: str
    shapes: tuple[Shape, ...]
    drawn: tuple[DrawnCharacter, ...]
    starts: NDArray[np.float64]


def lay_line(
    words: Sequence[str],
    baseline: int,
    height: float,
    hand: Hand,
    pen: Pen,
    glyphs: Glyphs,
    rng: np.random.Generator,
    boxed: bool,
) -> Line:
    """Lay one line along ``baseline``, rising or falling a little.

    Characters of a ``boxed`` line stand in the middle of boxes, and each space leaves one empty.
    """
    rise = rng.uniform(-0.006, 0.006) * hand.wobble
    size = height * (1 + hand.size_spread * rng.uniform(-1, 1)) if hand.size_spread else height
    text = " ".join(words)
    shapes: list[Shape] = []
    drawn: list[DrawnCharacter] = []
    starts: list[tuple[int, int]] = []
    end = 0.0
    for column, char in enumerate(text):
        if char == " ":
            continue
        shape = glyphs(char, size, rng, hand, pen)
        flat = shape.placed()
        starts_word = column == 0 or text[column - 1] == " "
        gap = hand.word_gap if starts_word else hand.letter_gap
        jitter, lift = rng.uniform(-1, 1, 2) * hand.wobble
        if boxed:
            end = (column + 0.5 + 0.05 * jitter) * cell_width(height) - flat.box[2] / 2
        elif drawn:
            end += max(_MIN_GAP, gap * size * (1 + 0.25 * jitter))
        along = 0.0 if boxed else rise * end
        x, y = round(end) - flat.box[0], baseline + round(along + 0.03 * lift * size)
        if hand.touching and not (starts_word or boxed) and rng.random() < hand.touching:
            bite = max(2, round(_BITE * pen.width * size))
            way = _approach(drawn[-1], flat.moved(x, y), bite, round(_MOST_OVERLAP * size))
            # A narrow character is not written over to the one before it.
            if all(old.right + _MIN_GAP <= x - way + flat.box[0] for old in drawn[:-1]):
                x -= way
        shapes.append(shape)
        drawn.append(flat.moved(x, y))
        starts.append((x, y))
        end = max(end, drawn[-1].right)
    return Line(text, tuple(shapes), tuple(drawn), np.array(starts, float))


def bend(
    lines: Sequence[Line], hand: Hand, height: float, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Return where ``hand`` lets each line rise and sway: for each, (N, 3, 3).

    The matrices take pixels around a character's start to pixels of the sheet. Characters turn with
    their baseline and keep their shape.
    """
    phase = wave = 0.0
    if hand.sway:
        phase, wave = rng.uniform((0, 15), (2 * np.pi, 40)).tolist()
        wave = 2 * np.pi / (wave * height)
    sway = hand.sway * height
    bends = []
    for line in lines:
        middles = np.array([d.box[0] + d.box[2] / 2 for d in line.drawn])
        x, y = line.starts.T
        dy = sway * np.sin(wave * middles + phase) - hand.skew * middles
        angle = np.arctan(sway * wave * np.cos(wave * middles + phase) - hand.skew)
        matrices = np.tile(np.eye(3), (len(x), 1, 1))
        matrices[:, 0, 0] = matrices[:, 1, 1] = np.cos(angle)
        matrices[:, 1, 0], matrices[:, 0, 1] = np.sin(angle), -np.sin(angle)
        # Turn around the point of the baseline below the character's middle.
        matrices[:, 0, 2] = middles + np.cos(angle) * (x - middles)
        matrices[:, 1, 2] = y + dy + np.sin(angle) * (x - middles)
        bends.append(matrices)
    return bends


def _approach(left: DrawnCharacter, right: DrawnCharacter, bite: int, most_overlap: int) -> int:
    """Return how far ``right`` must move left for its ink to overlap that of ``left``, in pixels.

    ``bite`` is the overlap wanted. 0 where the boxes would overlap by more than ``most_overlap``.
    """
    top, bottom = max(left.box[1], right.box[1]), min(left.bottom, right.bottom)
    if top >= bottom:
        return 0
    ink, other = (
        character.coverage[top - character.box[1] : bottom - character.box[1]] >= 128
        for character in (left, right)
    )
    both = ink.any(axis=1) & other.any(axis=1)
    if not both.any():
        return 0
    last = left.right - ink[both, ::-1].argmax(axis=1)
    first = right.box[0] + other[both].argmax(axis=1)
    way = int((first - last).min()) + bite
    overlap = left.right - (right.box[0] - way)
    return way if overlap <= most_overlap + bite else 0
