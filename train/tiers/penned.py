"""Strokes -> glyphs, as the device would cut them out of photographs of what pens wrote.

Characters are written on sheets, each with a pen, a paper and a camera of its own, and photographed
by :mod:`emnist_edge.drawing.camera`. What is ink there is found as the device does, one of its
three ways: by the page network, by contrast in close-ups, or in a cell that holds one character.
Then :func:`emnist_edge.glyph.make_glyph` makes glyphs, as always.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.detect.cell import find_cell_inks
from emnist_device.detect.contrast import find_contrast
from emnist_device.detect.network import PageNet
from emnist_device.detect.scale import choose_zoom, rescale
from emnist_edge.artifact import SIDE
from emnist_edge.drawing.character import project
from emnist_edge.drawing.ink import lay_ink
from emnist_edge.drawing.paper import Grid, light, paint_sheet
from emnist_edge.drawing.pens import TIPS
from emnist_edge.drawing.surroundings import USUAL_TIPS, draw_surroundings, pick_name
from emnist_edge.glyph import make_glyph
from train.tiers.photographed import Photograph, curve

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from emnist_edge.drawing.camera import Camera
    from emnist_edge.drawing.ink import Ink
    from emnist_edge.drawing.paper import Paper
    from emnist_edge.drawing.pens import Tip

    Strokes = Sequence[NDArray[np.floating]]
    #: Left, top, right and bottom of a part of the picture, and what finds the ink there.
    Window = tuple[int, int, int, int]
    Look = Callable[[Window], NDArray[np.uint8]]

# Characters to a row and to a column of a sheet, the pitch of both, and paper around, in cap
# heights: no character comes near another, however the camera is held.
_ROWS, _PITCH, _RIM = 8, 1.9, 0.7
# Paper around a character that is looked at for it, in cap heights.
_AROUND = 0.3
# Less of the ink than this fraction, or more: the device would not have found such a character, or
# what was found is noise.
_LEAST_FOUND, _MOST_FOUND = 0.4, 2.0
# Less of it than this fraction is where it was drawn: noise, too.
_LEAST_INSIDE = 0.9
# Width of a usual pen in cap heights, as the device measures it; thresholds of close-ups.
_PEN, _PHOTOGRAPH = 0.08, Photograph()


@dataclass(frozen=True)
class Penned:
    """Of which sheets there are how many: limits of distributions, fractions and weights.

    tips: how often each kind of pen (:data:`emnist_edge.drawing.pens.TIPS`) is taken, as weights.
    heights: of a capital, in pixels, logarithm uniform. spread: factor by which a character may be
    larger or smaller than usual. found: weights of the page network, contrast and cells. scanned:
    fraction of sheets that a perfect camera takes. ruled: fraction of those that the page network
    sees, which takes rules out.
    """

    tips: dict[str, float] = field(default_factory=lambda: dict(USUAL_TIPS))
    heights: tuple[float, float] = (14, 48)
    spread: float = 1.25
    found: tuple[float, float, float] = (0.6, 0.25, 0.15)
    scanned: float = 0.25
    ruled: float = 0.2

    def glyphs(
        self,
        characters: Sequence[Strokes],
        seed: int,
        *,
        timed: bool = False,
        page_net: PageNet | None = None,
    ) -> NDArray[np.uint8]:
        """Return the glyph of each of ``characters``, (N, 28, 28) uint8.

        Args:
            characters: the strokes of each, (n, 2) float, x to the right and y down, in cap
                heights.
            seed: of all that varies: the same gives the same glyphs.
            timed: see :func:`emnist_edge.drawing.ink.lay_ink`.
            page_net: the page network, where it was loaded already.
        """
        glyphs = np.zeros((len(characters), SIDE, SIDE), np.uint8)
        # Neighbours in a data set are of one class or writer: no pen goes with that.
        order = np.random.default_rng(seed).permutation(len(characters))
        network = page_net if page_net is not None else PageNet()
        for number, start in enumerate(range(0, len(order), _ROWS**2)):
            chosen = order[start : start + _ROWS**2]
            rng = np.random.default_rng([seed, number])
            sheet = [characters[index] for index in chosen.tolist()]
            glyphs[chosen] = self._sheet(sheet, rng, network, timed=timed)
        return glyphs

    def _sheet(
        self,
        characters: Sequence[Strokes],
        rng: np.random.Generator,
        network: PageNet,
        *,
        timed: bool,
    ) -> NDArray[np.uint8]:
        """Return the glyphs (N, 28, 28) of the characters of one sheet."""
        tip = TIPS[pick_name(self.tips, rng)]
        height = float(np.exp(rng.uniform(*np.log(self.heights))))
        way = int(rng.choice(3, p=np.array(self.found) / sum(self.found)))
        ruled = self.ruled if way == 0 else 0.0
        paper, camera = draw_surroundings(tip, height, rng, scanned=self.scanned, ruled=ruled)
        inks = [self._write(strokes, height, tip, rng, timed=timed) for strokes in characters]
        side = round((_ROWS * _PITCH + 2 * _RIM) * height)
        aim = camera.aim((side, side), rng)
        picture = _photograph(inks, tip.draw_ink(rng), height, side, aim, paper, camera, rng)
        measured = height * float(np.exp(rng.normal(0, 0.15)))
        seen = _Sheet(picture, measured, network, rng)
        looks = ((seen.by_network, seen.by_contrast, seen.by_cell)[way], seen.by_contrast)
        glyphs = np.empty((len(inks), SIDE, SIDE), np.uint8)
        for number, ink in enumerate(inks):
            window = _window(number, max(ink.amount.shape) / 2, height, aim, side)
            glyphs[number] = _cut(ink, window, looks)
        return glyphs

    def _write(
        self, strokes: Strokes, height: float, tip: Tip, rng: np.random.Generator, *, timed: bool
    ) -> Ink:
        factor = float(np.exp(rng.uniform(-1, 1) * np.log(self.spread)))
        width, opacity = tip.draw_width(rng), float(rng.uniform(*tip.opacity))
        return lay_ink(
            strokes, factor * height, tip, rng, width=width / factor, opacity=opacity, timed=timed
        )


def _photograph(
    inks: Sequence[Ink],
    colour: tuple[int, int, int],
    height: float,
    side: int,
    aim: NDArray[np.float64],
    paper: Paper,
    camera: Camera,
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """Return the picture (side, side, 3) of a sheet with ``inks``, seen through ``aim``."""
    size, pitch = (side, side), _PITCH * height
    bleed = camera.bleed(size)
    grid = Grid(0, _RIM * height + pitch / 2, height, pitch, _ROWS, _ROWS, deep=False)
    sheet = paint_sheet(paper, size, grid, bleed)
    for number, ink in enumerate(inks):
        tall, wide = ink.amount.shape
        x, y = _middle(number, height) + bleed - np.array([wide, tall]) / 2
        place = sheet[round(y) : round(y) + tall, round(x) : round(x) + wide]
        share = (ink.amount * np.float32(1 / 255))[..., None]
        place += (np.array(colour, np.float32) - place) * share
    scene = camera.frame(sheet, bleed, aim, size, rng)
    scene *= light(scene.shape, paper, rng)[..., None]
    return camera.expose(scene, rng)


def _middle(number: int, height: float) -> NDArray[np.float64]:
    """Return where the middle of character ``number`` of a sheet is, x and y in pixels."""
    row, column = divmod(number, _ROWS)
    return (_RIM + _PITCH * (np.array([column, row]) + 0.5)) * height


def _window(
    number: int, reach: float, height: float, aim: NDArray[np.float64], side: int
) -> Window:
    """Return the part of the picture that shows character ``number``: x, y, right, bottom.

    ``reach`` is how far from its middle the character goes, in pixels of the sheet.
    """
    half = min(reach + _AROUND * height, _PITCH / 2 * height)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    seen = project(aim, _middle(number, height) + corners)
    # The corners of turned cells are left out, not those of their neighbours taken in.
    (left, right), (top, bottom) = (np.sort(axis)[[1, 2]] for axis in seen.T)
    x, y, right, bottom = (int(np.clip(round(v), 0, side)) for v in (left, top, right, bottom))
    return x, y, right, bottom


def _cut(ink: Ink, window: Window, looks: Sequence[Look]) -> NDArray[np.uint8]:
    """Return the glyph of ``ink`` by the first of ``looks`` that finds it, or of what was drawn."""
    x, y, right, bottom = window
    side = min(right - x, bottom - y)
    # Half of the paper around is free of ink, or what is there is none.
    free = (side - max(ink.amount.shape)) / (4 * side)
    drawn = cv2.countNonZero(ink.amount) / ((right - x) * (bottom - y))
    for look in looks:
        found = look(window)
        solid = cv2.compare(found, 128, cv2.CMP_GE)
        rim = max(round(free * min(solid.shape)), 0)
        inner = solid[rim : solid.shape[0] - rim, rim : solid.shape[1] - rim]
        pixels = cv2.countNonZero(solid)
        likely = _LEAST_FOUND * drawn <= pixels / max(solid.size, 1) <= _MOST_FOUND * drawn
        if likely and cv2.countNonZero(inner) >= _LEAST_INSIDE * pixels:
            return make_glyph(found)
    return make_glyph(cv2.normalize(ink.amount, None, 0, 255, cv2.NORM_MINMAX))


class _Sheet:
    """A photographed sheet, and the three ways to find the ink in a window of it.

    height: of a capital, in pixels, as it was measured.
    """

    def __init__(
        self,
        picture: NDArray[np.uint8],
        height: float,
        network: PageNet,
        rng: np.random.Generator,
    ) -> None:
        self._picture, self._height, self._network, self._rng = picture, height, network, rng

    @cached_property
    def _contrast(self) -> tuple[NDArray[np.uint8], float]:
        contrast, scale, _ = find_contrast(self._picture)
        return contrast, scale

    @cached_property
    def _coverage(self) -> tuple[NDArray[np.uint8], float]:
        contrast, scale = self._contrast
        zoom = choose_zoom(self._height * scale, contrast.shape)
        seen = rescale(contrast, zoom, _PEN * self._height * scale)
        return self._network(seen).coverage, scale * zoom

    def by_network(self, window: Window) -> NDArray[np.uint8]:
        """Find ink as on a page."""
        return _part(*self._coverage, window)

    def by_contrast(self, window: Window) -> NDArray[np.uint8]:
        """Find ink by its contrast alone, as in close-ups, at another threshold each time."""
        seen = _part(*self._contrast, window)
        level = self._rng.uniform(*_PHOTOGRAPH.threshold) * int(seen.max(initial=0)) / 255
        return cv2.LUT(seen, curve(max(level, 1.0), self._rng.uniform(*_PHOTOGRAPH.sharpness)))

    def by_cell(self, window: Window) -> NDArray[np.uint8]:
        """Find ink as in the box of a form, cut out by itself."""
        x, y, right, bottom = window
        ink, _ = next(find_cell_inks(self._picture[y:bottom, x:right]))  # the likeliest
        return ink


def _part(image: NDArray[np.uint8], scale: float, window: Window) -> NDArray[np.uint8]:
    """Return what is in ``window`` of the picture in ``image``, which is ``scale`` as large."""
    x, y, right, bottom = (round(v * scale) for v in window)
    return image[y:bottom, x:right]
