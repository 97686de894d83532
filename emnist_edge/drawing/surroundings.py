"""What people write on, and what they photograph it with, at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.drawing.camera import Camera
from emnist_edge.drawing.paper import Paper

if TYPE_CHECKING:
    from emnist_edge.drawing.pens import Tip

#: How often each kind of pen (:data:`emnist_edge.drawing.pens.TIPS`) is taken, as weights.
USUAL_TIPS = {
    "ballpoint": 4.0, "pencil": 2.0, "felt": 2.5, "marker": 1.5, "chalk": 0.75, "stylus": 1.5
}  # fmt: skip
# Papers, and boards for chalk; BGR.
_PAPERS = ((240, 244, 245), (205, 228, 238), (150, 226, 246), (205, 200, 240), (240, 226, 208))
_BOARDS = ((58, 68, 48), (50, 46, 44), (70, 84, 40))


def draw_surroundings(
    tip: Tip, height: float, rng: np.random.Generator, *, scanned: float, ruled: float
) -> tuple[Paper, Camera]:
    """Return the paper, or the board, that ``tip`` writes on, and the camera.

    Args:
        tip: the kind of pen; what a stylus writes is never photographed.
        height: of a capital, in pixels: the lens is sharp enough for it.
        rng: of what varies.
        scanned: fraction of sheets that a perfect camera takes.
        ruled: fraction of the other sheets of paper that have rules.
    """
    colours = _BOARDS if tip.name == "chalk" else _PAPERS
    colour = colours[int(rng.integers(len(colours)))]
    if rng.random() < scanned or tip.name == "stylus":
        return Paper(colour), Camera(blur=0.4, noise=float(rng.uniform(0, 1.5)))
    lines = ruled > 0 and tip.name != "chalk" and rng.random() < ruled
    paper = Paper(
        colour,
        ruled=lines,
        print_strength=float(rng.uniform(0.2, 0.6)),
        texture=float(rng.uniform(0, 0.02)),
        vignette=float(rng.uniform(0, 0.3)),
        gradient=float(rng.uniform(0, 0.35)),
        shadow=float(rng.uniform(0.2, 0.4)) if rng.random() < 0.25 else 0.0,
        shadow_edge=float(np.exp(rng.uniform(np.log(8), np.log(200)))),
    )
    camera = Camera(
        perspective=float(rng.uniform(0, 0.02)),
        turn=float(rng.uniform(-0.03, 0.03)),
        blur=float(rng.uniform(0.4, min(1.1, 0.03 * height + 0.2))),
        noise=float(rng.uniform(0, 5)),
        jpeg=int(rng.integers(50, 93)) if rng.random() < 0.5 else 0,
    )
    return paper, camera


def pick_name(weights: dict[str, float], rng: np.random.Generator) -> str:
    """Return one of the names, as often as its weight says."""
    values = np.array(list(weights.values()), float)
    return list(weights)[int(rng.choice(len(values), p=values / values.sum()))]
