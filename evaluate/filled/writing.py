"""What a hand writes on a printed page: characters in cells, lines, ticks, crosses, bubbles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from emnist_device.forms.model import BETWEEN, MarkField
from emnist_edge.drawing.ink import lay_ink
from emnist_edge.drawing.pens import BALLPOINT, FELT, PENCIL
from emnist_edge.drawing.strokes import FORMS, Hand, print_character, sample_path
from evaluate.filled.printed import RESOLUTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from emnist_device.forms.model import Area, FormPage, Leaf
    from emnist_edge.dataset.unipen.characters import Characters
    from emnist_edge.drawing.pens import Tip

#: Kinds of pens that forms are filled with.
PENS = (BALLPOINT, BALLPOINT, PENCIL, FELT)
# Height of capitals, in heights of a cell, and the highest in mm.
_HEIGHTS, _HIGHEST = (0.5, 0.78), 6.0
# How high marks are, in heights of capitals; a dash is a quarter as high as wide.
_HIGH = {".": 0.1, ",": 0.25, "-": 0.1, "/": 1.1}
# How far characters are off the middle of their cell, in its widths.
_STRAY = 0.09


class Writer(Protocol):
    """Somebody who writes single characters."""

    def strokes(self, char: str, rng: np.random.Generator) -> Sequence[NDArray[np.float64]]:
        """Return the strokes of ``char``, in cap heights, y down, from any origin."""


class Stranger:
    """A hand of the project's own strokes."""

    def __init__(self, hand: Hand | None = None) -> None:
        self._hand = hand or Hand()

    def strokes(self, char: str, rng: np.random.Generator) -> Sequence[NDArray[np.float64]]:
        """Return the strokes of ``char``."""
        return [stroke * (1, -1) for stroke in print_character(char, self._hand, rng)]


class UnipenWriter:
    """One of UNIPEN's writers: each character as that person wrote it.

    Args:
        characters: of UNIPEN, smoothed.
        writer: whose; where that person did not write a character, another one's is taken.
    """

    def __init__(self, characters: Characters, writer: int) -> None:
        self._characters = characters
        labels, writers = characters.labels, characters.writers
        self._own: dict[str, NDArray[np.intp]] = {}
        for char in np.unique(labels).tolist():
            every = np.flatnonzero(labels == char)
            own = every[writers[every] == writer]
            self._own[char] = own if len(own) else every

    def strokes(self, char: str, rng: np.random.Generator) -> Sequence[NDArray[np.float64]]:
        """Return the strokes of ``char``."""
        index = int(rng.choice(self._own[char]))
        strokes = [stroke.astype(float) for stroke in self._characters[index].strokes]
        points = np.concatenate(strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        form = np.concatenate(sample_path(FORMS[char].split(";")[0])) if char in FORMS else None
        high = _HIGH.get(char, 0.3) if form is None else float(np.ptp(form[:, 1]))
        scale = max(high, 0.08) / max(float(extent[1]), 0.25 * float(extent.max()), 1.0)
        return [(stroke - low) * scale for stroke in strokes]


@dataclass(frozen=True)
class Manner:
    """How a sheet is filled in.

    tip, width, colour, opacity: of the pen. size: of capitals, in heights of a cell. stray: how far
    characters are off the middle of their cells, in its widths.
    """

    tip: Tip
    width: float
    colour: NDArray[np.float32]
    opacity: float
    size: float
    stray: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Manner:
        """Return one at random."""
        tip = PENS[int(rng.integers(len(PENS)))]
        return cls(
            tip,
            tip.draw_width(rng),
            np.array(tip.draw_ink(rng), np.float32),
            float(rng.uniform(*tip.opacity)),
            float(rng.uniform(*_HEIGHTS)),
            float(rng.uniform(0.02, _STRAY)),
        )


def fill_page(
    sheet: NDArray[np.uint8],
    page: FormPage,
    texts: Mapping[str, str],
    writer: Writer,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Return ``sheet`` with ``texts`` written in the fields of ``page``.

    Those of combs have a character, or a space, for each cell.
    """
    paper = sheet.astype(np.float32)
    manner = Manner.draw(rng)
    for leaf in page.leaves():
        text = texts.get(leaf.name, "")
        if isinstance(leaf, MarkField):
            for option in leaf.options:
                if option.value in text.split(BETWEEN):
                    _mark(paper, option.area, leaf, manner, rng)
        elif leaf.cells:
            for cell, char in zip(leaf.cells, text, strict=False):
                if char != " ":
                    _write(paper, cell, writer.strokes(char, rng), manner, rng)
        elif text:
            _write_line(paper, leaf, text, writer, manner, rng)
    return np.clip(paper + 0.5, 0, 255).astype(np.uint8)


def _write(
    paper: NDArray[np.float32],
    cell: Area,
    strokes: Sequence[NDArray[np.float64]],
    manner: Manner,
    rng: np.random.Generator,
) -> None:
    """Write a character about in the middle of ``cell``."""
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    height = min(manner.size * cell.height, _HIGHEST) * RESOLUTION
    height = min(height, 0.9 * cell.width * RESOLUTION / max(float(extent[0]), 0.1))
    middle = (np.array([cell.x, cell.y]) + np.array([cell.width, cell.height]) / 2) * RESOLUTION
    middle = middle + rng.normal(0, manner.stray * cell.width * RESOLUTION, 2)
    if extent[1] < 0.5:  # a point or a dash stands where it does in a line
        middle = middle + np.array([0, (0.45 - extent[1] / 2) * height * (extent[0] < 0.3)])
    lay(paper, [stroke - low - extent / 2 for stroke in strokes], middle, height, manner, rng)


def lay(
    paper: NDArray[np.float32],
    strokes: Sequence[NDArray[np.float64]],
    origin: NDArray[np.float64],
    height: float,
    manner: Manner,
    rng: np.random.Generator,
) -> None:
    """Lay ``strokes``, in cap heights of ``height`` pixels, on ``paper`` with 0 at ``origin``."""
    ink = lay_ink(
        strokes, height, manner.tip, rng, width=manner.width, opacity=manner.opacity, timed=False
    )
    left, top = (np.rint(origin).astype(int) + np.array([ink.left, ink.top])).tolist()
    tall, wide = ink.amount.shape
    x, y = max(left, 0), max(top, 0)
    window = paper[y : max(top + tall, 0), x : max(left + wide, 0)]
    amount = ink.amount[y - top :, x - left :][: window.shape[0], : window.shape[1]]
    window += (manner.colour - window) * (amount / np.float32(255))[..., None]


def _write_line(
    paper: NDArray[np.float32],
    leaf: Leaf,
    text: str,
    writer: Writer,
    manner: Manner,
    rng: np.random.Generator,
) -> None:
    """Write ``text`` along the field ``leaf``, smaller where it would not fit."""
    area = leaf.area
    drawn = [(char, writer.strokes(char, rng)) for char in text if char != " "]
    wide = sum(float(np.ptp(np.concatenate(strokes)[:, 0])) + 0.28 for _, strokes in drawn)
    wide += 0.7 * text.count(" ")
    height = min(0.6 * area.height, 5.0, (area.width - 4.0) / max(wide, 1e-6)) * RESOLUTION
    at = (area.x + 2.0) * RESOLUTION
    bottom = (area.bottom - 0.2 * area.height) * RESOLUTION
    left = iter(drawn)
    for each in text:
        if each == " ":
            at += 0.7 * height
            continue
        char, strokes = next(left)
        points = np.concatenate(strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        place = np.array([at, bottom - (0.4 * height if char == "-" else 0)])
        moved = [stroke - low - (0, extent[1]) for stroke in strokes]
        lay(paper, moved, place, height, manner, rng)
        at += (float(extent[0]) + 0.28) * height


def _mark(
    paper: NDArray[np.float32],
    option: Area,
    leaf: MarkField,
    manner: Manner,
    rng: np.random.Generator,
) -> None:
    """Tick, cross or fill an option, as its shape asks for."""
    side = min(option.width, option.height) * RESOLUTION
    middle = np.array([option.x + option.width / 2, option.y + option.height / 2]) * RESOLUTION
    strokes = [stroke + rng.normal(0, 0.012, stroke.shape) for stroke in _sign(leaf, rng)]
    # The pen is as wide as when it writes characters.
    cap = manner.size * 8.0 * RESOLUTION
    lay(paper, [stroke * side / cap for stroke in strokes], middle, cap, manner, rng)


def _sign(leaf: MarkField, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Return the strokes of a mark around 0, in sides of its box: filled, a cross or a tick."""
    if leaf.shape == "bubble" or rng.random() < 0.2:
        turns = np.linspace(0, 10 * np.pi, 90)
        radii = np.linspace(0.05, 0.42, 90)
        return [np.column_stack([radii * np.cos(turns), radii * np.sin(turns)])]
    stray = rng.normal(0, 0.06, (4, 2))
    if rng.random() < 0.5:
        ends = np.array([[-0.4, -0.4], [0.4, 0.4], [0.4, -0.4], [-0.4, 0.4]]) + stray
        return [np.linspace(ends[0], ends[1], 8), np.linspace(ends[2], ends[3], 8)]
    start, turn, end = np.array([[-0.35, 0.0], [-0.1, 0.35], [0.55, -0.6]]) + stray[:3]
    return [np.vstack([np.linspace(start, turn, 6), np.linspace(turn, end, 10)])]
