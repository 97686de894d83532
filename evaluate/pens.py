"""Draw a sheet of each kind of pen at three sizes, and time the glyphs made of them.

``python -m evaluate.pens --output pens.png``. The shapes are the project's own.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_device.detect.network import PageNet
from emnist_edge.cli.program import Program
from emnist_edge.drawing.ink import lay_ink
from emnist_edge.drawing.pens import CHALK, TIPS
from emnist_edge.drawing.strokes import Hand, print_character
from emnist_edge.files import writing_to
from train.tiers.penned import Penned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_edge.drawing.pens import Tip

# What is written, and how high: capitals in pixels.
_TEXT, _HEIGHTS = "ABQ4gaKt87RM", (28, 56, 112)
# Pitch of characters, height of a row, and its baseline, in cap heights.
_PITCH, _ROW, _BASELINE = 1.15, 2.1, 1.4
_PAPER, _BOARD = (240, 244, 245), (58, 68, 48)


def draw_sheet(seed: int) -> NDArray[np.uint8]:
    """Return the sheet, (H, W, 3) BGR uint8."""
    rng = np.random.default_rng(seed)
    rows = [_draw_row(tip, height, rng) for tip in TIPS.values() for height in _HEIGHTS]
    width = max(row.shape[1] for row in rows)
    framed = [
        cv2.copyMakeBorder(row, 0, 0, 0, width - row.shape[1], cv2.BORDER_REPLICATE) for row in rows
    ]
    return np.vstack(framed)


def _draw_row(tip: Tip, height: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return what ``tip`` writes with capitals ``height`` pixels high, (H, W, 3)."""
    shape = (round(_ROW * height), round((len(_TEXT) * _PITCH + 1) * height), 3)
    row = np.full(shape, _BOARD if tip is CHALK else _PAPER, np.float32)
    colour = np.array(tip.draw_ink(rng), np.float32)
    width, opacity = tip.draw_width(rng), float(rng.uniform(*tip.opacity))
    for place, char in enumerate(_TEXT):
        ink = lay_ink(_strokes(char, rng), height, tip, rng, width=width, opacity=opacity)
        left = ink.left + round((place * _PITCH + 0.5) * height)
        top = ink.top + round(_BASELINE * height)
        tall, wide = ink.amount.shape
        window = row[top : top + tall, left : left + wide]
        window += (colour - window) * (ink.amount / np.float32(255))[..., None]
    return np.clip(row + 0.5, 0, 255).astype(np.uint8)


def _strokes(char: str, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Return the strokes of ``char`` in cap heights, y down."""
    return [stroke * (1, -1) for stroke in print_character(char, Hand(), rng)]


def measure(tip: Tip, count: int, seed: int) -> float:
    """Return how many glyphs a second of one core's time are made with ``tip``."""
    rng = np.random.default_rng(seed)
    characters = [_strokes(_TEXT[number % len(_TEXT)], rng) for number in range(count)]
    network = PageNet()
    start = time.process_time()
    Penned(tips={tip.name: 1.0}).glyphs(characters, seed, page_net=network)
    return count / (time.process_time() - start)


@click.command(cls=Program)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), default="pens.png",
    show_default=True, help="Picture to write.",
)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--glyphs", type=click.IntRange(0), default=512, show_default=True, help="To time.")
def main(output: Path, seed: int, glyphs: int) -> None:
    """Draw each kind of pen, and time them."""
    with writing_to(output.parent):
        _, encoded = cv2.imencode(".png", draw_sheet(seed))
        output.write_bytes(encoded.tobytes())
    click.echo(output)
    for tip in TIPS.values() if glyphs else ():
        click.echo(f"{tip.name:<10} {measure(tip, glyphs, seed):6.0f} glyphs a second")


if __name__ == "__main__":
    main()
