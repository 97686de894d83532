"""Five levels of difficulty, from a clean scan to a nasty photograph, and pages composed at each.

Every page is drawn with its truth by :mod:`emnist_edge.drawing`; a seed composes one page for ever.
"""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from emnist_edge.character import Glyphs, stroke_shape
from emnist_edge.drawing import Camera, DrawnPage, Paper, Pen, draw_blank, draw_page
from emnist_edge.strokes import Hand

if TYPE_CHECKING:
    from collections.abc import Iterator

Colour = tuple[int, int, int]
Range = tuple[float, float]
Print = Literal["plain", "ruled", "squared", "boxed"]

_BLACK, _BLUE, _RED, _GREEN = (40, 32, 30), (140, 62, 34), (48, 40, 176), (60, 100, 36)
_PENCIL, _YELLOW_PENCIL = (104, 102, 100), (84, 138, 168)
_WHITE, _CREAM, _YELLOW, _PINK, _BLUISH = (
    (240, 244, 245), (205, 228, 238), (150, 226, 246), (205, 200, 240), (240, 226, 208),
)  # fmt: skip
_WOOD, _SLATE, _BEECH = (52, 74, 104), (92, 88, 84), (138, 168, 192)
_RULE_BLUE, _RULE_GREY, _RULE_RED = (200, 150, 110), (130, 130, 130), (100, 100, 210)
_BOARD, _CHALK = (58, 68, 48), (226, 236, 236)


#: Share of touching pairs that should be parted right, at any level.
TOUCHING_TARGET = 0.85


@dataclass(frozen=True)
class Level:
    """How pages of one level may turn out: ranges as pairs of their ends, choices as tuples.

    Lengths are as in :class:`Hand`, :class:`Pen`, :class:`Paper` and :class:`Camera`; ranges of
    those that have a sign (skew, turn) are of the amount.

    f1: what detection should reach.
    size: of the picture, in pixels. heights: of capitals on the sheet, in pixels.
    fill: share of the sheet's width and height that the writing may take.
    strength: share of the pen's colour that is on the paper; what is missing is faint.
    dark: share of pages that are light chalk on a dark board.
    """

    number: int
    title: str
    f1: float
    size: tuple[int, int] = (1000, 750)
    heights: Range = (44, 64)
    fill: tuple[float, float] = (0.84, 0.86)
    pens: Range = (0.1, 0.1)
    inks: tuple[Colour, ...] = (_BLACK, _BLUE)
    strength: Range = (1, 1)
    grain: Range = (0, 0)
    dark: float = 0.0
    papers: tuple[Colour, ...] = (_WHITE,)
    prints: tuple[Print, ...] = ("plain",)
    print_colours: tuple[Colour, ...] = (_RULE_BLUE, _RULE_GREY)
    print_strength: Range = (0.3, 0.6)
    texture: Range = (0, 0)
    wobble: Range = (0.8, 1.2)
    slant: Range = (-0.05, 0.15)
    size_spread: Range = (0, 0)
    skew: Range = (0, 0)
    sway: Range = (0, 0)
    touching: float = 0.0
    vignette: Range = (0, 0)
    gradient: Range = (0, 0)
    shadow: Range = (0, 0)
    shadow_edges: Range = (8, 8)
    perspective: float = 0.0
    turn: Range = (0, 0)
    margins: tuple[float, ...] = (0.0,)
    blur: Range = (0, 0)
    noise: Range = (0, 0)
    jpeg: tuple[int, int] | None = None


LEVELS = {
    level.number: level
    for level in (
        Level(1, "clean scan", 0.99),
        Level(
            2,
            "ruled paper, slight skew, several pens",
            0.98,
            fill=(0.82, 0.78),
            pens=(0.06, 0.16),
            inks=(_BLACK, _BLUE, _PENCIL),
            prints=("ruled",),
            size_spread=(0, 0.1),
            skew=(0, 0.02),
            texture=(0, 0.01),
            blur=(0.3, 0.6),
            noise=(0, 1.5),
        ),
        Level(
            3,
            "photograph: tinted paper, coloured ink, uneven light, perspective",
            0.97,
            fill=(0.8, 0.78),
            pens=(0.06, 0.16),
            inks=(_BLACK, _BLUE, _RED, _GREEN, _PENCIL),
            strength=(0.8, 1),
            dark=0.1,
            papers=(_WHITE, _CREAM, _YELLOW, _PINK, _BLUISH),
            prints=("plain", "ruled"),
            texture=(0.005, 0.015),
            size_spread=(0, 0.15),
            skew=(0, 0.03),
            sway=(0, 0.1),
            vignette=(0, 0.3),
            gradient=(0.2, 0.5),
            perspective=0.03,
            turn=(0, 0.03),
            blur=(0.6, 1.1),
            noise=(2, 4),
        ),
        Level(
            4,
            "shadow edges, squares and boxes, touching characters, JPEG",
            0.95,
            size=(900, 680),
            heights=(34, 50),
            fill=(0.76, 0.74),
            pens=(0.06, 0.16),
            inks=(_BLACK, _BLUE, _RED, _GREEN, _PENCIL),
            strength=(0.7, 1),
            grain=(0, 0.3),
            dark=0.1,
            papers=(_WHITE, _CREAM, _YELLOW, _PINK, _BLUISH),
            prints=("squared", "boxed", "ruled"),
            print_colours=(_RULE_BLUE, _RULE_GREY, _RULE_RED),
            print_strength=(0.3, 0.8),
            texture=(0.005, 0.02),
            size_spread=(0, 0.2),
            skew=(0.02, 0.06),
            sway=(0.05, 0.25),
            touching=0.3,
            vignette=(0, 0.3),
            gradient=(0, 0.4),
            shadow=(0.25, 0.45),
            shadow_edges=(40, 300),
            perspective=0.04,
            turn=(0.01, 0.05),
            blur=(0.6, 1.1),
            noise=(2, 5),
            jpeg=(55, 80),
        ),
        Level(
            5,
            "all of it harder: faint ink, low resolution, a table around the sheet",
            0.90,
            size=(720, 540),
            heights=(25, 36),
            fill=(0.76, 0.7),
            pens=(0.07, 0.14),
            inks=(_BLACK, _BLUE, _RED, _PENCIL, _YELLOW_PENCIL),
            strength=(0.5, 0.8),
            grain=(0, 0.4),
            dark=0.1,
            papers=(_WHITE, _CREAM, _YELLOW, _PINK, _BLUISH),
            prints=("plain", "ruled", "squared", "boxed"),
            print_strength=(0.25, 0.5),
            texture=(0.01, 0.02),
            wobble=(1, 1.5),
            size_spread=(0.1, 0.25),
            skew=(0.03, 0.08),
            sway=(0.1, 0.35),
            touching=0.55,
            vignette=(0, 0.3),
            gradient=(0, 0.35),
            shadow=(0.3, 0.45),
            shadow_edges=(20, 400),
            perspective=0.05,
            turn=(0.02, 0.07),
            margins=(0.0, 0.06, 0.09),
            blur=(0.6, 1.0),
            noise=(3, 6),
            jpeg=(45, 70),
        ),
    )
}  # fmt: skip


def compose_page(level: Level, seed: int, glyphs: Glyphs = stroke_shape) -> DrawnPage:
    """Compose one page of ``level``; the same seed gives the same page."""
    rng = np.random.default_rng([level.number, seed])

    def within(ends: Range) -> float:
        return float(rng.uniform(*ends))

    def signed(ends: Range) -> float:
        return within(ends) * float(rng.choice((-1, 1)))

    height = within(level.heights)
    printed = str(rng.choice(level.prints))
    boxed = printed == "boxed"
    dark = bool(rng.random() < level.dark)
    colour = _BOARD if dark else _choose(level.papers, rng)
    hand = Hand(
        wobble=within(level.wobble),
        slant=within(level.slant),
        form=int(rng.integers(2)),
        letter_gap=within((0.18, 0.26)),
        line_pitch=within((1.8, 2.1)),
        size_spread=0 if boxed else within(level.size_spread),
        skew=0 if boxed else signed(level.skew),
        sway=0 if boxed else within(level.sway),
        touching=level.touching,
    )
    pens = [
        Pen(
            width=within(level.pens),
            ink=_fade(_CHALK if dark else _choose(level.inks, rng), colour, within(level.strength)),
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
        table=_choose((_WOOD, _SLATE, _BEECH), rng),
        blur=within(level.blur),
        noise=within(level.noise),
        jpeg=int(rng.integers(*level.jpeg)) if level.jpeg else 0,
    )
    # A character and the gap after it take about one cap height, spaces included.
    columns = int(level.fill[0] * level.size[0] / (1.25 * height if boxed else height))
    rows = int(level.fill[1] * level.size[1] / (hand.line_pitch * height))
    lines = [
        _words(int(rng.integers(columns // 2, columns + 1)), rng)
        for _ in range(rng.integers(max(2, rows // 2), rows + 1))
    ]
    return draw_page(
        "\n".join(" ".join(words) for words in lines),
        size=level.size,
        height=height,
        seed=int(rng.integers(2**32)),
        hand=hand,
        pen=pens,
        paper=paper,
        camera=camera,
        glyphs=glyphs,
    )


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
        "board": (Paper(colour=_BOARD, gradient=0.3, texture=0.02), lens),
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


def _words(columns: int, rng: np.random.Generator) -> list[str]:
    """Return words that fill at most ``columns``, spaces counted: numbers, capitals, small."""
    words: list[str] = []
    left = columns
    while left > 0:
        length = min(left, int(rng.integers(2, 8)))
        kind = rng.choice(4, p=(0.35, 0.3, 0.2, 0.15))
        alphabet = (string.digits, string.ascii_uppercase, *[string.ascii_lowercase] * 2)[kind]
        word = "".join(rng.choice(list(alphabet), length))
        words.append(word.capitalize() if kind == 3 else word)
        left -= length + 1
    return words
