from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.detect.network import PageNet
from emnist_edge.alphabet import BYCLASS
from emnist_edge.dataset.unipen.characters import make_characters
from emnist_edge.drawing.ink import Ink, lay_ink
from emnist_edge.drawing.pens import STYLUS, TIPS, Tip
from emnist_edge.drawing.strokes import Hand, print_character
from emnist_edge.glyph import make_glyph
from tests.pen_strokes import character, cross, stroke
from train.tiers import penned
from train.tiers.penned import Penned
from train.tiers.unipen_glyphs import unipen_glyphs, usual_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Strokes = list[NDArray[np.float64]]


@cache
def network() -> PageNet:
    return PageNet()


def printed(text: str) -> list[Strokes]:
    """Return the strokes of each character of ``text``, in cap heights, y down."""
    rng = np.random.default_rng(0)
    even = Hand(wobble=0, slant=0)
    return [[part * (1, -1) for part in print_character(char, even, rng)] for char in text]


def plain(strokes: Strokes) -> NDArray[np.uint8]:
    """Return the glyph of ``strokes`` as they are."""
    rng = np.random.default_rng(0)
    return make_glyph(lay_ink(strokes, 60, replace(STYLUS, slow=0), rng, width=0.12).amount)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def test_the_same_seed_makes_the_same_glyphs() -> None:
    letters = printed("ABC7e")
    first, again, other = (Penned().glyphs(letters, seed, page_net=network()) for seed in (1, 1, 2))
    assert first.shape == (5, 28, 28)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_characters_are_no_glyphs() -> None:
    assert Penned().glyphs([], 1, page_net=network()).shape == (0, 28, 28)


@pytest.mark.parametrize("found", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
@pytest.mark.parametrize("tip", TIPS)
def test_glyphs_are_of_the_characters_whatever_the_pen(
    tip: str, found: tuple[float, float, float]
) -> None:
    letters = "ABEHKMPRTX2478adeg"
    sheets = Penned(tips={tip: 1.0}, heights=(24, 32), found=found, ruled=0)
    glyphs = sheets.glyphs(printed(letters), 3, page_net=network())
    shapes = [plain(strokes) for strokes in printed(letters)]
    alike = np.array([[likeness(glyph, shape) for shape in shapes] for glyph in glyphs])
    assert (alike.argmax(axis=1) == np.arange(len(letters))).mean() > 0.85
    assert np.median(alike.diagonal()) > 0.7


def test_each_glyph_is_of_its_own_character_over_many_sheets() -> None:
    letters = "XO" * 50  # more than a sheet has
    sheets = Penned(tips={"felt": 1.0}, found=(0, 1, 0))
    glyphs = sheets.glyphs(printed(letters), 5, page_net=network())
    ring, cross_ = plain(printed("O")[0]), plain(printed("X")[0])
    nearer = ["O" if likeness(g, ring) > likeness(g, cross_) else "X" for g in glyphs]
    assert "".join(nearer) == letters


def test_pens_do_not_go_with_the_order_of_the_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[int, str] = {}

    def remember(strokes: Strokes, height: float, tip: Tip, *rest: Any, **options: Any) -> Ink:
        taken[round(strokes[0][0, 0])] = tip.name
        return lay_ink([part - strokes[0][0] for part in strokes], height, tip, *rest, **options)

    monkeypatch.setattr("train.tiers.penned.lay_ink", remember)
    lines = [[np.array([[n, 0.0], [n, 1.0]])] for n in range(256)]
    weights = {"ballpoint": 1.0, "marker": 1.0}
    Penned(weights, (14, 15), found=(0, 1, 0)).glyphs(lines, 2, page_net=network())
    names = [taken[number] for number in range(256)]
    assert set(names) == set(weights)
    changes = sum(one != other for one, other in pairwise(names))
    assert changes > 40


def test_the_seed_decides_on_pens_too() -> None:
    one, other = (Penned().glyphs(printed("R"), seed, page_net=network()) for seed in (1, 2))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    ("found", "accepted"),
    [
        (np.s_[28:33, 20:40], True),
        (np.s_[28:32, 20:24], False),  # too little of it
        (np.s_[22:38, 22:38], False),  # too much
        (np.s_[20:40, 54:58], False),  # elsewhere
        (np.s_[0:0, 0:0], False),
    ],
)
def test_ink_that_is_not_what_was_drawn_is_not_taken(
    found: tuple[slice, slice], accepted: bool
) -> None:
    amount = np.zeros((24, 24), np.uint8)
    amount[10:14, 2:22] = 200
    seen = np.zeros((60, 60), np.uint8)
    seen[found] = 255
    glyph = penned._cut(Ink(amount, 0, 0), (0, 0, 60, 60), [lambda _window: seen])
    drawn = make_glyph(cv2.normalize(amount, None, 0, 255, cv2.NORM_MINMAX))
    assert np.array_equal(glyph, make_glyph(seen) if accepted else drawn)


def test_a_dot_is_a_blot_and_no_glyph_is_empty() -> None:
    dot = [np.zeros((1, 2))]
    glyphs = Penned().glyphs([dot, *printed("i1l"), dot] * 14, 1, page_net=network())
    assert (glyphs.max(axis=(1, 2)) == 255).all()
    dots = glyphs.reshape(14, 5, 28, 28)[:, [0, 4]]
    assert np.median((dots >= 128).mean(axis=(2, 3))) > 0.4


def test_characters_of_unipen_are_written_in_their_usual_size() -> None:
    characters = make_characters(
        [
            character("X", *cross()),
            character("-", stroke((0, 0), (1000, 30))),
            character(".", *cross()),
        ]
    )
    glyphs = unipen_glyphs(characters, 1, Penned(tips={"felt": 1.0}, heights=(30, 30), scanned=1))
    assert likeness(glyphs[0], plain([part / 1000 for part in cross()])) > 0.7
    rows, columns = ((glyphs[1] >= 128).any(axis=axis).sum() for axis in (1, 0))
    assert columns > 1.8 * rows
    assert (glyphs[2] >= 128).mean() > 0.4  # no X: as small as a full stop


def test_sizes_are_usual() -> None:
    assert usual_size(".") < usual_size(",") < usual_size("e") < usual_size("E") < usual_size("g")
    assert all(0 < usual_size(chr(code)) <= 1.3 for code in range(33, 127))
    assert {usual_size(char) for char in BYCLASS} == {0.7, 1.0, 1.2}
