"""Sheets with printed boxes, combs and tables that were filled in, with the truth of each cell."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np

from emnist_edge.drawing.camera import Camera
from emnist_edge.drawing.character import DrawnCharacter, Glyphs, Pen, project, stroke_shape
from emnist_edge.drawing.pages import DrawnLine, DrawnPage
from emnist_edge.drawing.paper import Paper, light
from emnist_edge.drawing.pens import BALLPOINT, FELT, MARKER, PENCIL
from emnist_edge.drawing.strokes import Hand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Form = Literal["comb", "open comb", "parted comb", "boxes", "grid", "table"]
#: What is printed on a sheet: a comb with shared rules, one without a top, one of boxes that stand
#: apart; boxes that are far apart; a grid of square cells; a table with a text in each cell.
FORMS: tuple[Form, ...] = ("comb", "open comb", "parted comb", "boxes", "grid", "table")
#: Width and height of a sheet in pixels.
SIZE = (1100, 1400)
_MARGIN = 70
# Colours of rules, BGR.
_RULES = (
    (20, 20, 20),
    (120, 120, 120),
    (190, 130, 60),
    (80, 80, 220),
    (90, 160, 70),
    (60, 140, 240),
)
_PAPERS = ((240, 244, 245), (250, 250, 250), (205, 228, 238), (240, 226, 208))
_TIPS = (None, BALLPOINT, PENCIL, FELT, MARKER)
_TEXT = string.digits + string.ascii_uppercase
# Rules are drawn at places that are so many times finer than pixels; a power of two.
_FINE = 16


@dataclass(frozen=True)
class DrawnCell:
    """A printed cell: corners (4, 2) in pixels, clockwise from the upper left; what it holds."""

    corners: NDArray[np.float64]
    text: str


@dataclass(frozen=True)
class DrawnForm:
    """What is printed: its form, and its cells row by row."""

    form: Form
    rows: list[list[DrawnCell]]


@dataclass(frozen=True)
class DrawnSheet:
    """A page, whose lines are the rows of cells that anything is written in, and its forms."""

    page: DrawnPage
    forms: list[DrawnForm]


@dataclass(frozen=True)
class _Plan:
    """A form on the flat sheet: cells row by row, each left, top, right, bottom, and its text."""

    form: Form
    rows: list[list[tuple[tuple[float, float, float, float], str]]]


def draw_sheets(
    count: int, seed: int, glyphs: Glyphs = stroke_shape, *, photographed: bool = True
) -> Iterator[DrawnSheet]:
    """Yield sheets of all forms in turn; the same arguments draw the same.

    photographed: with perspective, uneven light, blur and noise, rather than scanned.
    """
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        yield draw_sheet(rng, glyphs, photographed=photographed)


def draw_sheet(
    rng: np.random.Generator,
    glyphs: Glyphs = stroke_shape,
    *,
    forms: tuple[Form, ...] = FORMS,
    photographed: bool = False,
    filled: float = 0.75,
) -> DrawnSheet:
    """Draw a sheet of ``forms``, of which what finds no room is left out.

    filled: fraction of the cells that are written in.
    """
    paper, camera = _surroundings(rng, photographed=photographed)
    plans = list(_plan(rng, forms, filled))
    aim = camera.aim(SIZE, rng)
    bleed = camera.bleed(SIZE)
    sheet = _print(plans, paper, bleed, rng)
    scene = camera.frame(sheet, bleed, aim, SIZE, rng)
    tip = _TIPS[int(rng.integers(len(_TIPS)))]
    width = float(rng.uniform(0.06, 0.14)) if tip is None else tip.draw_width(rng)
    ink = (60, 35, 30) if tip is None else tip.draw_ink(rng)
    pen, hand = Pen(width, ink, tip=tip), Hand(wobble=1.0)
    coverage = np.zeros(SIZE[::-1], np.uint8)
    lines = []
    for plan in plans:
        for row in plan.rows:
            drawn = []
            for cell, text in row:
                drawn += _fill(cell, text, aim, glyphs, hand, pen, rng)
            for each in drawn:
                _lay(each, scene, coverage, ink)
            if drawn:
                lines.append(DrawnLine("".join(each.char for each in drawn), tuple(drawn)))
    scene *= light(scene.shape, paper, rng)[..., None]
    page = DrawnPage(camera.expose(scene, rng), coverage, tuple(lines))
    return DrawnSheet(page, [_project(plan, aim) for plan in plans])


def _surroundings(rng: np.random.Generator, *, photographed: bool) -> tuple[Paper, Camera]:
    colour = _PAPERS[int(rng.integers(len(_PAPERS)))]
    if not photographed:
        return Paper(colour), Camera(blur=0.4, noise=float(rng.uniform(0, 1.5)))
    paper = Paper(
        colour,
        texture=float(rng.uniform(0, 0.015)),
        gradient=float(rng.uniform(0, 0.4)),
        shadow=float(rng.uniform(0.2, 0.4)) if rng.random() < 0.3 else 0.0,
        shadow_edge=float(rng.uniform(8, 200)),
    )
    return paper, Camera(
        perspective=float(rng.uniform(0, 0.03)),
        turn=float(rng.uniform(-0.06, 0.06)),
        blur=float(rng.uniform(0.4, 1.0)),
        noise=float(rng.uniform(0, 4)),
        jpeg=int(rng.integers(60, 93)) if rng.random() < 0.5 else 0,
    )


def _plan(rng: np.random.Generator, forms: tuple[Form, ...], filled: float) -> Iterator[_Plan]:
    """Yield what is printed on a sheet, from top to bottom."""
    top = float(_MARGIN)
    for form in rng.permutation(list(forms)).tolist():
        plan = _plan_one(form, top, rng, filled)
        bottom = plan.rows[-1][0][0][3]
        if bottom <= SIZE[1] - _MARGIN:
            yield plan
            top = bottom + float(rng.uniform(30, 60))


def _plan_one(form: Form, top: float, rng: np.random.Generator, filled: float) -> _Plan:
    wide = float(rng.uniform(36, 64))
    high = wide * float(rng.uniform(1.0, 1.35))
    room = SIZE[0] - 2 * _MARGIN
    rows, longest, gap = 1, 1, 0.0
    if form == "grid":
        high, rows = wide, int(rng.integers(3, 7))
    elif form == "table":
        wide, rows, longest = wide * float(rng.uniform(2.6, 4)), int(rng.integers(2, 6)), 4
        high = float(rng.uniform(42, 62))
    elif form == "parted comb":
        gap = float(rng.uniform(4, 12))
    elif form == "boxes":
        gap = 1.6 * wide
    most = int(room // (wide + gap))
    columns = max(2, int(rng.integers(max(2, most // 2), most + 1)))
    left = _MARGIN + float(rng.uniform(0, room - columns * (wide + gap)))
    return _Plan(
        form,
        [
            [
                (
                    (x, top + row * high, x + wide, top + (row + 1) * high),
                    _text(longest, rng) if rng.random() < filled else "",
                )
                for x in (left + column * (wide + gap) for column in range(columns))
            ]
            for row in range(rows)
        ],
    )


def _text(longest: int, rng: np.random.Generator) -> str:
    count = int(rng.integers(min(2, longest), longest + 1))
    return "".join(rng.choice(list(_TEXT), count))


def _print(
    plans: list[_Plan], paper: Paper, bleed: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return the printed sheet, (H, W, 3) BGR 0..255, larger than its size by ``bleed`` around."""
    width, height = (side + 2 * bleed for side in SIZE)
    page = np.full((height, width, 3), paper.colour, np.float32)
    for plan in plans:
        mask = np.zeros((height, width), np.uint8)
        thick = float(rng.uniform(1, 3.5))
        for box, _ in (cell for row in plan.rows for cell in row):
            left, top, right, bottom = (side + bleed for side in box)
            sides = [(left, bottom, right, bottom), (left, top, left, bottom)]
            sides += [(right, top, right, bottom)]
            sides += [] if plan.form == "open comb" else [(left, top, right, top)]
            for side in sides:
                _rule(mask, side, thick)
        strength = float(rng.uniform(0.3, 1.0))
        share = mask[..., None] * np.float32(strength / 255)
        page += (np.array(_RULES[int(rng.integers(len(_RULES)))], np.float32) - page) * share
    return page


def _rule(mask: NDArray[np.uint8], side: tuple[float, float, float, float], thick: float) -> None:
    """Draw the upright or level line from (left, top) to (right, bottom) on ``mask`` (H, W)."""
    left, top, right, bottom = side
    corners = np.array([left, top, right, bottom]) + np.array([-1, -1, 1, 1]) * thick / 2
    x, y, end, low = np.rint(corners * _FINE).astype(int).tolist()
    points = np.array([(x, y), (end, y), (end, low), (x, low)]) - _FINE // 2
    cv2.fillConvexPoly(mask, points, 255, cv2.LINE_AA, shift=_FINE.bit_length() - 1)


def _fill(
    cell: tuple[float, float, float, float],
    text: str,
    aim: NDArray[np.float64],
    glyphs: Glyphs,
    hand: Hand,
    pen: Pen,
    rng: np.random.Generator,
) -> list[DrawnCharacter]:
    """Return ``text`` written about in the middle of ``cell``, as the camera sees it."""
    left, top, right, bottom = cell
    height = (bottom - top) * float(rng.uniform(0.5, 0.85))
    height = min(height, 0.9 * (right - left) / (0.8 * max(len(text), 1) + 0.1))
    drawn, x = [], 0.0
    for char in text:
        shape = glyphs(char, height, rng, hand, pen)
        flat = shape.placed()
        drawn.append((shape, x - flat.box[0]))
        x += flat.box[2] + 0.15 * height
    start = (left + right - x + 0.15 * height) / 2 + float(rng.normal(0, 0.04 * (right - left)))
    if len(text) > 1:
        start = max(start, left + 0.1 * height)
    base = (top + bottom + height) / 2 + float(rng.normal(0, 0.06 * (bottom - top)))
    placed = []
    for shape, offset in drawn:
        move = np.array([[1, 0, start + offset], [0, 1, base], [0, 0, 1]])
        placed.append(shape.placed(aim @ move))
    return placed


def _lay(
    character: DrawnCharacter,
    scene: NDArray[np.float32],
    coverage: NDArray[np.uint8],
    ink: tuple[int, int, int],
) -> None:
    """Lay the ink of ``character`` on ``scene`` (H, W, 3) and on ``coverage`` (H, W)."""
    x, y, width, height = character.box
    window = np.s_[max(y, 0) : max(y + height, 0), max(x, 0) : max(x + width, 0)]
    own = character.coverage[max(-y, 0) :, max(-x, 0) :]
    own = own[: scene[window].shape[0], : scene[window].shape[1]]
    share = own.astype(np.float32)[..., None] / 255
    scene[window] += (np.array(ink, np.float32) - scene[window]) * share
    np.maximum(coverage[window], own, out=coverage[window])


def _project(plan: _Plan, aim: NDArray[np.float64]) -> DrawnForm:
    """Return ``plan`` as the camera sees it."""
    rows = [
        [
            DrawnCell(
                project(aim, np.array([(x, y), (right, y), (right, low), (x, low)], float)), text
            )
            for (x, y, right, low), text in row
        ]
        for row in plan.rows
    ]
    return DrawnForm(plan.form, rows)
