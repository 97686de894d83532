"""Five levels of difficulty, from a clean scan to a nasty photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Colour = tuple[int, int, int]
Range = tuple[float, float]
Print = Literal["plain", "ruled", "squared", "boxed"]

_BLACK, _BLUE, _RED, _GREEN = (40, 32, 30), (140, 62, 34), (48, 40, 176), (60, 100, 36)
_PENCIL, _YELLOW_PENCIL = (104, 102, 100), (84, 138, 168)
_WHITE, _CREAM, _YELLOW, _PINK, _BLUISH = (
    (240, 244, 245), (205, 228, 238), (150, 226, 246), (205, 200, 240), (240, 226, 208),
)  # fmt: skip
_RULE_BLUE, _RULE_GREY, _RULE_RED = (200, 150, 110), (130, 130, 130), (100, 100, 210)
#: A blackboard and what is written on it; tables that sheets lie on: wood, slate and beech.
BOARD, CHALK = (58, 68, 48), (226, 236, 236)
TABLES = ((52, 74, 104), (92, 88, 84), (138, 168, 192))


#: Share of touching pairs that should be parted right, at any level.
TOUCHING_TARGET = 0.85


@dataclass(frozen=True)
class Level:
    """How pages of one level may turn out: ranges as pairs of their ends, choices as tuples.

    Units are those of :class:`emnist_edge.drawing.strokes.Hand` and of Pen, Paper and Camera in
    :mod:`emnist_edge.drawing.pages`; skew and turn are amounts, to either side.

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
    letter_gap: Range = (0.18, 0.26)
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
