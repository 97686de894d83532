from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.detect.close_contrast import find_close_contrasts
from emnist_device.detect.closeup import CloseUp, find_close_ups, find_mark
from emnist_edge.drawing.pages import Paper, Pen, draw_page

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cut(text: str, margin: float = 0.0, *, pen: float = 0.12, seed: int = 3) -> NDArray[np.uint8]:
    """Return what is written, cut out with a margin in its heights, dark on light."""
    page = draw_page(text, size=(900, 700), height=120, seed=seed, pen=Pen(width=pen))
    x, y, width, height = cv2.boundingRect((page.coverage > 99).astype(np.uint8))
    more = round(margin * height)
    rows = slice(max(y - more, 0), y + height + more)
    return page.picture[rows, max(x - more, 0) : x + width + more]


def find_close_up(picture: NDArray[np.uint8]) -> CloseUp | None:
    """Return the likeliest of what may fill ``picture``."""
    return next(iter(find_close_ups(picture)), None)


def find_close_contrast(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """Return the likeliest of the contrasts that ``picture`` may have, and its scale."""
    seen = next(find_close_contrasts(picture))
    return seen.contrast, seen.scale


@pytest.mark.parametrize("inverted", [False, True], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("margin", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("char", ["1", "8", "L", "T", "i", "M"])
def test_what_one_character_fills(char: str, margin: float, *, inverted: bool) -> None:
    picture = cut(char, margin)
    close_up = find_close_up(255 - picture if inverted else picture)
    assert close_up is not None
    assert close_up.alone
    share = close_up.writing.height / close_up.contrast.shape[0]
    least = 0.6 if char == "i" else 0.9
    assert least / (1 + 2 * margin) < share <= 1


@pytest.mark.parametrize("text", ["47", "HARBOR", "8 3 5", "11"])
def test_several_characters_are_no_single_mark(text: str) -> None:
    close_up = find_close_up(cut(text))
    assert close_up is not None
    assert not close_up.alone


def test_a_speck_is_no_part_of_the_mark() -> None:
    picture = cut("7", 0.5)
    whole = find_close_up(picture)
    picture[4:10, 4:10] = 40
    dusty = find_close_up(picture)
    assert whole is not None
    assert dusty is not None
    assert dusty.alone
    assert cv2.boundingRect(find_mark(dusty)[0]) == cv2.boundingRect(find_mark(whole)[0])


def test_two_lines_of_one_character_are_two_marks() -> None:
    close_up = find_close_up(cut("7\n3"))
    assert close_up is not None
    assert not close_up.alone


@pytest.mark.parametrize("pen", [0.05, 0.12, 0.22])
def test_the_polarity_of_a_tight_crop_is_that_of_its_rim(pen: float) -> None:
    picture = cv2.cvtColor(cut("8", pen=pen), cv2.COLOR_BGR2GRAY)
    dark = picture < 128
    for image in (picture, 255 - picture):
        contrast, scale = find_close_contrast(image)
        ink = cv2.resize(contrast, picture.shape[::-1], interpolation=cv2.INTER_AREA) > 100
        assert (ink == dark).mean() > 0.93
        assert scale == pytest.approx(contrast.shape[0] / picture.shape[0])


@pytest.mark.parametrize("inverted", [False, True], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("margin", [0.03, 0.06])
def test_the_outline_of_a_bold_character_is_no_box(margin: float, *, inverted: bool) -> None:
    for char in "2358BDEHMNR":
        picture = cv2.cvtColor(cut(char, margin, pen=0.2), cv2.COLOR_BGR2GRAY)
        contrast, _ = find_close_contrast(255 - picture if inverted else picture)
        ink = cv2.resize(contrast, picture.shape[::-1], interpolation=cv2.INTER_AREA) > 100
        assert (ink == (picture < 128)).mean() > 0.93, char


@pytest.mark.parametrize("inverted", [False, True], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("pen", [0.12, 0.2])
@pytest.mark.parametrize("char", ["E", "B", "H", "F", "D", "M", "U"])
def test_where_the_rim_is_ink_the_other_polarity_is_looked_at_too(
    char: str, pen: float, *, inverted: bool
) -> None:
    picture = cv2.cvtColor(cut(char, pen=pen), cv2.COLOR_BGR2GRAY)
    right = 0
    for seen in find_close_contrasts(255 - picture if inverted else picture):
        ink = cv2.resize(seen.contrast, picture.shape[::-1], interpolation=cv2.INTER_AREA) > 100
        right += (ink == (picture < 128)).mean() > 0.93
    assert right == 1


@pytest.mark.parametrize("char", ["8", "E", "1", "B"])
def test_where_the_rim_is_paper_there_is_one_polarity(char: str) -> None:
    for picture in (cut(char, 0.15), 255 - cut(char, 0.15)):
        assert len(list(find_close_contrasts(picture))) == 1


@pytest.mark.parametrize("char", ["L", "H", "T"])
def test_broad_strokes_along_the_sides_are_ink_as_a_whole(char: str) -> None:
    """Strokes are wider than half of the closing that leaves the paper."""
    picture = np.full((200, 200), 235, np.uint8)
    strokes = {
        "L": (np.s_[:, :60], np.s_[140:]),
        "H": (np.s_[:, :60], np.s_[:, 140:], np.s_[80:120]),
        "T": (np.s_[:60], np.s_[:, 70:130]),
    }
    for stroke in strokes[char]:
        picture[stroke] = 40
    dark = picture < 128
    agree = [
        (cv2.resize(seen.contrast, dark.shape, interpolation=cv2.INTER_AREA) > 100) == dark
        for seen in find_close_contrasts(picture)
    ]
    assert max(share.mean() for share in agree) > 0.95


@pytest.mark.parametrize("inverted", [False, True], ids=["dark on light", "light on dark"])
@pytest.mark.parametrize("outside", [0, 10], ids=["cut out", "with paper around"])
@pytest.mark.parametrize("char", ["2", "5", "7", "E", "T"])
def test_a_box_that_its_character_touches_is_no_ink(
    char: str, outside: int, *, inverted: bool
) -> None:
    inner = cv2.cvtColor(cut(char), cv2.COLOR_BGR2GRAY)
    paper, width = int(inner.max()), inner.shape[1]
    cell = cv2.copyMakeBorder(inner, 0, 0, 25, 25, cv2.BORDER_CONSTANT, value=paper)
    cell = cv2.copyMakeBorder(cell, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=70)
    cell = cv2.copyMakeBorder(cell, *(outside,) * 4, cv2.BORDER_CONSTANT, value=paper)
    extents = []
    for close_up in find_close_ups(255 - cell if inverted else cell):
        ink, scale = find_mark(close_up)
        x, _, extent, _ = cv2.boundingRect(ink)
        if close_up.alone:
            extents.append((x / scale, extent / scale))
    assert (pytest.approx(outside + 29, abs=4), pytest.approx(width, abs=6)) in extents


def test_a_channel_that_coloured_paper_lacks_shows_no_ink() -> None:
    ink = cv2.cvtColor(cut("8", 0.1), cv2.COLOR_BGR2GRAY)[..., None] < 128
    yellow, red = np.array((0, 240, 255), np.uint8), np.array((0, 0, 200), np.uint8)
    contrast, _ = find_close_contrast(np.where(ink, red, yellow))
    found = cv2.resize(contrast, ink.shape[1::-1], interpolation=cv2.INTER_AREA) > 100
    assert (found == ink[..., 0]).mean() > 0.93


@pytest.mark.parametrize("inverted", [False, True], ids=["dark on light", "light on dark"])
def test_the_paper_of_a_box_that_its_character_fills_is_that_within(*, inverted: bool) -> None:
    for char in "02358":
        inner = cv2.cvtColor(cut(char, 0.05), cv2.COLOR_BGR2GRAY)
        boxed = cv2.copyMakeBorder(inner, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=60)
        contrast, scale = find_close_contrast(255 - boxed if inverted else boxed)
        edge = round(6 * scale)
        within = cv2.resize(contrast, boxed.shape[::-1], interpolation=cv2.INTER_AREA)[6:-6, 6:-6]
        assert ((within > 100) == (inner[2:-2, 2:-2] < 128)).mean() > 0.93, char
        assert contrast[:edge].max() < 100


def box_around(inner: NDArray[np.uint8], sides: str, line: int = 3) -> NDArray[np.uint8]:
    """Return ``inner`` with the lines of a box along some sides: t, b, l, r."""
    image = cv2.copyMakeBorder(inner, 14, 14, 14, 14, cv2.BORDER_CONSTANT, value=(245, 245, 245))
    grey = (60, 60, 60)
    image[:line] = grey if "t" in sides else image[:line]
    image[-line:] = grey if "b" in sides else image[-line:]
    image[:, :line] = grey if "l" in sides else image[:, :line]
    image[:, -line:] = grey if "r" in sides else image[:, -line:]
    return image


@pytest.mark.parametrize("sides", ["tblr", "tb", "tl", "b", "tblr inverted"])
def test_lines_of_the_box_that_was_cut_out_are_no_ink(sides: str) -> None:
    image = box_around(cut("5"), sides)
    image = 255 - image if "inverted" in sides else image
    close_up = find_close_up(image)
    assert close_up is not None
    assert close_up.alone
    ink, scale = find_mark(close_up)
    x, _, width, _ = cv2.boundingRect(ink)
    assert x / scale > 10
    assert (x + width) / scale < image.shape[1] - 10


@pytest.mark.parametrize("char", ["T", "L", "E", "7", "C"])
def test_strokes_along_the_rim_are_those_of_the_character(char: str) -> None:
    contrast, _ = find_close_contrast(cut(char))
    height, width = contrast.shape
    _, _, ink_width, ink_height = cv2.boundingRect((contrast > 100).astype(np.uint8))
    assert (ink_width, ink_height) == (pytest.approx(width, abs=6), pytest.approx(height, abs=6))


def test_a_strip_of_the_table_is_no_mark() -> None:
    page = draw_page("2890", size=(1280, 560), height=60, seed=1)
    page.picture[:, :20] = (40, 50, 60)
    assert find_close_up(page.picture) is None


@pytest.mark.parametrize(
    "paper", [Paper(), Paper(vignette=0.4, shadow=0.4), Paper(boxed=True)], ids=repr
)
def test_pages_are_no_close_ups(paper: Paper) -> None:
    page = draw_page("HARBOR 12\nMEET 94\nKEY 301\nROOM 5\nNOTE", size=(800, 600), height=50,
                     seed=2, paper=paper)  # fmt: skip
    assert find_close_up(page.picture) is None


def test_tables_blots_and_grain_are_no_close_ups() -> None:
    table = np.full((300, 300), 235, np.uint8)
    for place in range(10, 300, 70):
        table[place : place + 4] = table[:, place : place + 4] = 40
    blot = np.full((200, 300), 235, np.uint8)
    cv2.circle(blot, (150, 100), 80, 40, -1)
    grain = np.random.default_rng(1).normal(128, 30, (200, 200)).clip(0, 255).astype(np.uint8)
    blank = np.full((50, 50), 200, np.uint8)
    box = cv2.rectangle(np.full((200, 200), 235, np.uint8), (30, 30), (170, 170), 40, 4)
    for picture in (table, blot, grain, blank, box):
        assert find_close_up(picture) is None


@pytest.mark.parametrize("size", [(28, 28), (100, 100), (640, 480)], ids=str)
def test_light_that_fades_is_no_mark(size: tuple[int, int]) -> None:
    width, height = size
    for low, high in ((0, 255), (60, 200), (100, 160)):
        along = np.linspace(low, high, width)[None].repeat(height, axis=0)
        corner = (along + np.linspace(low, high, height)[:, None]) / 2
        for light in (along, corner):
            picture = light.astype(np.uint8)
            assert find_close_up(picture) is None
            assert find_close_up(255 - picture) is None


@pytest.mark.parametrize("char", ["1", "8", "M"])
def test_what_one_character_out_of_focus_fills(char: str) -> None:
    close_up = find_close_up(cv2.GaussianBlur(cut(char, 0.1), (0, 0), 5))
    assert close_up is not None
    assert close_up.alone


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 3), (3, 4000), (4000, 3)])
def test_degenerate_pictures(shape: tuple[int, int]) -> None:
    for picture in (np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)):
        assert find_close_up(picture) is None
    noise = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    find_close_up(noise)
