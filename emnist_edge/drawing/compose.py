"""Pages composed at random within a level of difficulty, and pages that nothing is written on.

Every page is drawn with its truth by :mod:`emnist_edge.drawing.pages`; a seed composes one page for
ever.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.drawing.character import Glyphs, stroke_shape
from emnist_edge.drawing.levels import BOARD, CHALK, TABLES
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_blank, draw_page
from emnist_edge.drawing.strokes import Hand

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emnist_edge.drawing.levels import Colour, Level, Range


@dataclass(frozen=True)
class Setting:
    """How one page is written and photographed; ``height`` is that of a capital, in pixels."""

    height: float
    hand: Hand
    pens: list[Pen]
    paper: Paper
    camera: Camera


def compose_page(
    level: Level, seed: int, glyphs: Glyphs = stroke_shape, characters: str | None = None
) -> DrawnPage:
    """Compose one page of ``level``; the same seed gives the same page.

    ``characters`` are what its words are made of: by default numbers, capitals and small letters.
    """
    rng = np.random.default_rng([level.number, seed])
    setting = _compose_setting(level, rng)
    height = setting.height
    # A character and the usual gap after it take about one cap height, spaces included.
    cell = height * (1.25 if setting.paper.boxed else max(1.0, 0.74 + setting.hand.letter_gap))
    columns = max(1, int(level.fill[0] * level.size[0] / cell))
    rows = max(1, int(level.fill[1] * level.size[1] / (setting.hand.line_pitch * height)))
    lines = [
        _words(int(rng.integers(max(1, columns // 2), columns + 1)), characters, rng)
        for _ in range(rng.integers(max(min(2, rows), rows // 2), rows + 1))
    ]
    return draw_page(
        "\n".join(" ".join(words) for words in lines),
        size=level.size,
        height=height,
        seed=int(rng.integers(2**32)),
        hand=setting.hand,
        pen=setting.pens,
        paper=setting.paper,
        camera=setting.camera,
        glyphs=glyphs,
    )


def compose_blank(level: Level, seed: int) -> DrawnPage:
    """Compose one page of ``level`` that nothing is written on."""
    rng = np.random.default_rng([level.number, seed])
    setting = _compose_setting(level, rng)
    return draw_blank(
        size=level.size,
        height=setting.height,
        seed=int(rng.integers(2**32)),
        hand=setting.hand,
        paper=setting.paper,
        camera=setting.camera,
    )


def _compose_setting(level: Level, rng: np.random.Generator) -> Setting:
    """Return how a page of ``level`` turned out."""

    def within(ends: Range) -> float:
        return float(rng.uniform(*ends))

    def signed(ends: Range) -> float:
        return within(ends) * float(rng.choice((-1, 1)))

    height = within(level.heights)
    printed = str(rng.choice(level.prints))
    boxed = printed == "boxed"
    dark = bool(rng.random() < level.dark)
    colour = BOARD if dark else _choose(level.papers, rng)
    hand = Hand(
        wobble=within(level.wobble),
        slant=within(level.slant),
        form=int(rng.integers(2)),
        letter_gap=within(level.letter_gap),
        line_pitch=within((1.8, 2.1)),
        size_spread=0 if boxed else within(level.size_spread),
        skew=0 if boxed else signed(level.skew),
        sway=0 if boxed else within(level.sway),
        touching=level.touching,
    )
    pens = [
        Pen(
            width=within(level.pens),
            ink=_fade(CHALK if dark else _choose(level.inks, rng), colour, within(level.strength)),
            grain=within(level.grain),
        )
        for _ in range(3)
    ]
    paper = Paper(
        colour=colour,
        ruled=printed == "ruled",
        squared=printed == "squared",
        boxed=boxed,
        print_colour=_choose(level.print_colours, rng),
        print_strength=within(level.print_strength),
        texture=within(level.texture),
        vignette=within(level.vignette),
        gradient=within(level.gradient),
        shadow=within(level.shadow),
        shadow_edge=within(level.shadow_edges),
    )
    camera = Camera(
        perspective=level.perspective,
        turn=signed(level.turn),
        margin=float(rng.choice(level.margins)),
        table=_choose(TABLES, rng),
        blur=within(level.blur),
        noise=within(level.noise),
        jpeg=int(rng.integers(*level.jpeg)) if level.jpeg else 0,
    )
    return Setting(height, hand, pens, paper, camera)


def compose_pages(
    level: Level, characters: int, seed: int, glyphs: Glyphs = stroke_shape
) -> Iterator[tuple[int, DrawnPage]]:
    """Yield pages of ``level`` with their seeds until they hold ``characters``."""
    seeds = np.random.default_rng([seed, level.number])
    while characters > 0:
        page_seed = int(seeds.integers(2**32))
        drawn = compose_page(level, page_seed, glyphs)
        yield page_seed, drawn
        characters -= sum(len(line.characters) for line in drawn.lines)


def compose_blanks(seed: int) -> Iterator[tuple[str, DrawnPage]]:
    """Yield pages that nothing is written on, each with a name."""
    lens = Camera(blur=0.8, noise=3)
    tilted = replace(lens, perspective=0.04, turn=0.03)
    pages = {
        "blank": (Paper(), Camera()),
        "blank, noise": (Paper(texture=0.02, gradient=0.4), lens),
        "ruled": (Paper(ruled=True), Camera()),
        "ruled, tilted": (Paper(ruled=True, gradient=0.3), tilted),
        "squared": (Paper(squared=True), Camera()),
        "squared, tilted": (Paper(squared=True, gradient=0.3), tilted),
        "boxes": (Paper(boxed=True), Camera()),
        "boxes, tilted": (Paper(boxed=True, gradient=0.3), tilted),
        "soft shadow": (Paper(shadow=0.4), lens),
        "hard shadow": (Paper(shadow=0.4, shadow_edge=300), lens),
        "table": (Paper(), replace(tilted, margin=0.08)),
        "board": (Paper(colour=BOARD, gradient=0.3, texture=0.02), lens),
    }
    for number, (name, (paper, camera)) in enumerate(pages.items()):
        page_seed = int(np.random.default_rng([seed, number]).integers(2**32))
        yield (
            name,
            draw_blank(size=(1000, 750), height=48, seed=page_seed, paper=paper, camera=camera),
        )


def _choose(colours: tuple[Colour, ...], rng: np.random.Generator) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _fade(ink: Colour, paper: Colour, strength: float) -> Colour:
    """Return ``ink`` when only ``strength`` of it is on ``paper``."""
    blue, green, red = (
        round(strength * a + (1 - strength) * b) for a, b in zip(ink, paper, strict=True)
    )
    return blue, green, red


def _words(columns: int, characters: str | None, rng: np.random.Generator) -> list[str]:
    """Return words that fill at most ``columns``, spaces counted: numbers, capitals, small."""
    words: list[str] = []
    left = columns
    while left > 0:
        length = min(left, int(rng.integers(2, 8)))
        kind = rng.choice(4, p=(0.35, 0.3, 0.2, 0.15))
        usual = (string.digits, string.ascii_uppercase, *[string.ascii_lowercase] * 2)[kind]
        alphabet = usual if characters is None else characters
        word = "".join(rng.choice(list(alphabet), length))
        words.append(word.capitalize() if kind == 3 else word)
        left -= length + 1
    return words
