"""Texts set in fonts -> pictures of what machines print."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from emnist_edge.drawing.paper import Grid, light, paint_sheet
from emnist_edge.drawing.pens import TIPS
from emnist_edge.drawing.surroundings import draw_surroundings
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_SUFFIXES = (".ttf", ".otf")
# Fonts of other signs than letters, by words of their names.
_NO_LETTERS = ("Symbol", "Dingbat", "Emoji", "Icon", "Math", "Keyboard", "Initials")
# Styles of a family that are taken.
_STYLES = 4
# Margin around, in pixels, and beside it for what turns and strays, as a share of the width.
_MARGIN, _STRAYS = 40, 0.05
# How far apart lines are, as a factor of the font's own; how dark ink is; its colours, BGR.
_LEADING, _OPACITY = (1.0, 1.6), (0.75, 1.0)
_INKS = ((30, 30, 30), (20, 20, 20), (90, 50, 30), (60, 60, 60))
# Of sheets that a perfect camera takes, and of others that have rules.
_SCANNED, _RULED = 0.3, 0.2


def find_fonts(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """Return the files of each family of fonts in ``folders``, a few styles of each, by name.

    Raises :class:`DataError` where there is none.
    """
    folders = list(folders)
    families: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(path for folder in folders for path in folder.rglob("*")):
        if path.suffix.lower() not in _SUFFIXES:
            continue
        family = str(ImageFont.truetype(path).getname()[0])
        if not any(word in family for word in _NO_LETTERS):
            families[family].append(path)
    if not families:
        raise DataError(f"{', '.join(map(str, folders))}: no fonts (TTF, OTF) are there")
    return {name: families[name][:_STYLES] for name in sorted(families)}


def set_text(
    lines: Sequence[str], font: Path, height: float, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Return a photograph (H, W, 3), BGR, of ``lines`` set in ``font``, capitals so many high."""
    paper, camera = draw_surroundings(TIPS["felt"], height, rng, scanned=_SCANNED, ruled=_RULED)
    sized = _sized(font, height)
    ascent, descent = sized.getmetrics()
    pitch = round((ascent + descent) * rng.uniform(*_LEADING))
    width = int(max(sized.getlength(line) for line in lines))
    margin = _MARGIN + int(_STRAYS * width)
    size = (width + 2 * margin, pitch * len(lines) + 2 * margin)
    ink = Image.new("L", size)
    draw = ImageDraw.Draw(ink)
    for number, line in enumerate(lines):
        draw.text((margin, margin + number * pitch), line, fill=255, font=sized)
    bleed, aim = camera.bleed(size), camera.aim(size, rng)
    blank = paint_sheet(paper, size, Grid(0, 0, height, 2 * height, 1, 1, deep=True), bleed)
    scene = camera.frame(blank, bleed, aim, size, rng)
    seen = cv2.warpPerspective(np.asarray(ink, np.float32) / 255, aim, size)
    colour = np.array(_INKS[int(rng.integers(len(_INKS)))], np.float32)
    scene += (colour - scene) * (seen * rng.uniform(*_OPACITY))[..., None]
    scene *= light(scene.shape, paper, rng)[..., None]
    return camera.expose(scene, rng)


def _sized(font: Path, height: float) -> ImageFont.FreeTypeFont:
    """Return ``font`` so large that capitals are ``height`` pixels high."""
    trial = 100
    _, top, _, bottom = ImageFont.truetype(font, trial).getbbox("H")
    return ImageFont.truetype(font, max(6, round(trial * height / (bottom - top))))
