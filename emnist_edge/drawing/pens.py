"""Kinds of pens: how wide, dark, rough and fast a ballpoint, pencil, marker or chalk writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Colour = tuple[int, int, int]
Range = tuple[float, float]


@dataclass(frozen=True)
class Tip:
    """How a kind of pen writes. Lengths are in cap heights, fractions from 0 to 1.

    widths: of strokes. inks: colours, BGR 0..255. opacity: fraction of the paper's colour that one
    stroke hides at full load.
    nib: narrow over broad side of the tip; 1 is round, less a chisel held at 40 degrees.
    slow: how much wider strokes are where the hand is slow; exponent of 1 over the speed.
    swing, swing_length: how far width and load stray, and over which length they do.
    ends: width at the start and the end of a stroke, over that in between; ends of length
        ``taper``.
    load: fraction of the ink that a place gets. tooth: load that the highest grain of the paper
        asks for, grain: its size. soft: load from no ink to full ink.
    """

    name: str
    widths: Range
    inks: tuple[Colour, ...]
    opacity: Range = (1.0, 1.0)
    nib: float = 1.0
    slow: float = 0.0
    swing: float = 0.0
    swing_length: float = 1.0
    ends: tuple[float, float] = (1.0, 1.0)
    taper: float = 0.12
    load: float = 1.0
    tooth: float = 0.0
    grain: float = 0.03
    soft: float = 1.0

    def draw_width(self, rng: np.random.Generator) -> float:
        """Return a width of this kind of pen, in cap heights."""
        return float(rng.uniform(*self.widths))

    def draw_ink(self, rng: np.random.Generator) -> Colour:
        """Return a colour of this kind of pen."""
        return self.inks[int(rng.integers(len(self.inks)))]


_BLACKS: tuple[Colour, ...] = ((40, 32, 30), (58, 50, 46))
_BLUES: tuple[Colour, ...] = ((140, 62, 34), (150, 84, 40))
_OTHERS: tuple[Colour, ...] = ((48, 40, 176), (60, 100, 36))

BALLPOINT = Tip(
    "ballpoint", (0.045, 0.09), (*_BLACKS, *_BLUES, *_BLUES, *_OTHERS), opacity=(0.85, 1.0),
    slow=0.1, swing=0.08, swing_length=0.6, ends=(0.9, 0.7), taper=0.08, load=0.9, tooth=0.4,
    grain=0.012, soft=0.5,
)  # fmt: skip
PENCIL = Tip(
    "pencil", (0.06, 0.12), ((104, 102, 100), (84, 82, 80), (70, 70, 72)), opacity=(0.7, 0.95),
    slow=0.12, swing=0.15, ends=(0.8, 0.6), taper=0.2, load=0.82, tooth=0.7, grain=0.01, soft=0.45,
)  # fmt: skip
FELT = Tip(
    "felt", (0.09, 0.16), (*_BLACKS, *_BLUES, *_OTHERS), opacity=(0.88, 1.0),
    slow=0.22, swing=0.04, ends=(1.12, 1.05), taper=0.08, tooth=0.15, soft=0.6,
)  # fmt: skip
MARKER = Tip(
    "marker", (0.15, 0.25), (*_BLACKS, *_BLUES, *_OTHERS), opacity=(0.7, 0.95),
    nib=0.45, slow=0.06, swing=0.03, tooth=0.12, grain=0.05, soft=0.6,
)  # fmt: skip
CHALK = Tip(
    "chalk", (0.1, 0.18), ((226, 236, 236), (205, 215, 215), (150, 226, 246), (190, 190, 240)),
    opacity=(0.75, 1.0), slow=0.05, swing=0.2, swing_length=0.3, ends=(1.0, 0.85), load=0.9,
    tooth=0.9, grain=0.011, soft=0.3,
)  # fmt: skip
STYLUS = Tip("stylus", (0.06, 0.14), (*_BLACKS, *_BLUES, *_OTHERS, (0, 0, 0)), slow=0.04)

#: All kinds of pens by name.
TIPS = {tip.name: tip for tip in (BALLPOINT, PENCIL, FELT, MARKER, CHALK, STYLUS)}
