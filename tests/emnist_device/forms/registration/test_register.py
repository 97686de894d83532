from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.forms.registration.landmarks import Landmarks, landmarks_of
from emnist_device.forms.registration.markers import find_markers, read_code
from emnist_device.forms.registration.reference import Reference
from emnist_device.forms.registration.register import NoSheetError, Registered, register_by_markers
from emnist_device.image.limits import DEFAULTS
from emnist_edge.drawing.lying import Lie
from emnist_edge.drawing.pens import FELT
from emnist_edge.errors import PictureError
from evaluate.filled.printed import print_page
from evaluate.filled.taken import photograph
from evaluate.filled.writing import Manner, Stranger, fill_page
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import SIZE, exam, filled, make_template

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import Template

pytestmark = needs_markers  # sheets are found by them


@cache
def marks() -> Landmarks:
    return landmarks_of(exam().pages[0], DEFAULTS)


def points() -> np.ndarray:
    """Return the corners of all cells, in mm."""
    cells = [cell for leaf in exam().pages[0].leaves() for cell in getattr(leaf, "cells", ())]
    return np.array([[cell.x, cell.y] for cell in cells] + [[c.right, c.bottom] for c in cells])


def register(
    picture: np.ndarray, page: Landmarks | None = None, *, coded: bool = False
) -> Registered:
    page = page or marks()
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    found = find_markers(grey, frozenset(page.markers))
    return register_by_markers(picture, page, found, coded=coded)


def thickly_filled(template: Template, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Return a sheet whose cells are full of a black felt pen's strokes."""
    pen = Manner(FELT, 0.2, np.array([20, 20, 20], np.float32), 0.95, 0.78, 0.05)
    monkeypatch.setattr(Manner, "draw", lambda _: pen)
    page = template.pages[0]
    texts = {leaf.name: "8" * len(getattr(leaf, "cells", ())) for leaf in page.leaves()}
    rng = np.random.default_rng(8)
    return fill_page(print_page(template, page), page, texts, Stranger(), rng)


@pytest.mark.parametrize("dpi", [100, 200])
def test_a_thick_pen_on_a_grey_scan_is_registered(
    dpi: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fields = (
        "a: {kind: digits, box: [20, 45, 36, 9], cells: 4}\n"
        "b: {kind: date, format: DD.MM.YYYY, box: [80, 45, 85, 9], cells: auto}\n"
        "c: {kind: number, decimals: 1, box: [20, 90, 30, 9], cells: 3}"
    )
    template = make_template(tmp_path, fields)
    page = landmarks_of(template.pages[0], DEFAULTS)
    lie = Lie(SIZE, (round(8.27 * dpi), round(11.69 * dpi)), turn=0.4, distance=1e6, fill=0.99)
    picture = lie.shoot(thickly_filled(template, monkeypatch), (245, 245, 245))
    registered = register(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), page)
    assert registered.found > 0.8
    cells = np.array([[20.0, 45], [56, 54], [165, 54], [50, 99]])
    off = np.hypot(*(registered.mapping.place(cells) - lie.place(cells)).T)
    assert (off / registered.mapping.resolution(cells)).max() < 0.3


def test_a_survey_of_bubbles_with_words_beside_them_is_registered(tmp_path: Path) -> None:
    fields = "\n".join(
        f"q{n}: {{kind: choice, box: [20, {60 + 20 * n}, 120, 6], shape: bubble, "
        "options: [agree, neither, disagree]}"
        for n in range(8)
    )
    template = make_template(tmp_path, fields)
    page = landmarks_of(template.pages[0], DEFAULTS)
    lie = Lie(SIZE, (1240, 1754), turn=0.5, distance=1e6, fill=0.99)
    sheet = print_page(template, template.pages[0])
    registered = register(lie.shoot(sheet, (245, 245, 245)), page)
    middles = np.array([[area[0] + 2.25, area[1] + 3] for area in page.areas.tolist()])
    off = np.hypot(*(registered.mapping.place(middles) - lie.place(middles)).T)
    assert (off / registered.mapping.resolution(middles)).max() < 0.3


def test_pale_boxes_may_be_lost_where_code_and_markers_tell() -> None:
    """A scan of two colours has none of them."""
    lie = Lie(SIZE, (1240, 1754), turn=0.5, distance=1e6, fill=0.99)
    grey = cv2.cvtColor(lie.shoot(filled(), (245, 245, 245)), cv2.COLOR_BGR2GRAY)
    picture = cv2.threshold(grey, 128, 255, cv2.THRESH_BINARY)[1]
    with pytest.raises(PictureError, match="another form, or too blurred"):
        register(picture)
    registered = register(picture, coded=True)
    assert furthest(registered, lie) < 0.3
    bent = Lie(SIZE, (1240, 1754), tilt=20, towards=40, radius=300, along=20).shoot(filled())
    grey = cv2.cvtColor(bent, cv2.COLOR_BGR2GRAY)
    with pytest.raises(PictureError, match=r"its QR code is that of this form, but .* lay the"):
        register(cv2.threshold(grey, 128, 255, cv2.THRESH_BINARY)[1], coded=True)


def furthest(registered: Registered, lie: Lie) -> float:
    """Return how far off the corners of cells are at most, in mm."""
    off = np.hypot(*(registered.mapping.place(points()) - lie.place(points())).T)
    return float((off / registered.mapping.resolution(points())).max())


@pytest.mark.parametrize(
    ("tilt", "turn", "radius", "along"),
    [(0, 0.5, np.inf, 0), (28, 185, np.inf, 0), (12, 95, 700, 30), (20, 265, 900, 100)],
)
def test_cells_are_found_to_half_a_millimetre(
    tilt: float, turn: float, radius: float, along: float
) -> None:
    lie = Lie(SIZE, (1200, 1600), tilt=tilt, towards=50, turn=turn, radius=radius, along=along)
    noise = np.random.default_rng(1).normal(0, 3, (1600, 1200, 3))
    picture = np.clip(lie.shoot(filled()) + noise, 0, 255).astype(np.uint8)
    registered = register(picture)
    assert furthest(registered, lie) < 0.5
    assert registered.error < 0.3
    assert registered.found > 0.8


def test_a_photograph_in_a_shadow_is_registered() -> None:
    taken = photograph(filled(), SIZE, np.random.default_rng(5))
    assert furthest(register(taken.picture), taken.lie) < 0.5


def test_one_marker_may_be_hidden_but_not_two() -> None:
    lie = Lie(SIZE, (1000, 1400), tilt=10)
    picture = lie.shoot(filled())
    for count, (corner, _) in enumerate([((12, 12), 0), ((197, 284), 2)]):
        x, y = lie.place(np.array([corner], float))[0].astype(int)
        cv2.circle(picture, (x, y), 45, (90, 110, 150), cv2.FILLED)
        if count == 0:
            assert furthest(register(picture), lie) < 0.6
    with pytest.raises(PictureError, match="2 of 4 corner markers can be seen"):
        register(picture)


def test_a_picture_that_is_too_small_for_a_sheet_is_told_from_an_empty_table() -> None:
    with pytest.raises(PictureError, match=r"on 640 x 480 pixels, .* 55 dpi at most") as small:
        register(np.full((480, 640, 3), 120, np.uint8))
    with pytest.raises(NoSheetError, match=r"on 800 x 600 pixels, .* 68 dpi at most"):
        register(np.full((600, 800, 3), 120, np.uint8))
    with pytest.raises(NoSheetError, match="seen; take a picture of the whole sheet"):
        register(np.full((1800, 1300, 3), 120, np.uint8))
    assert not isinstance(small.value, NoSheetError)


def test_what_does_not_fit_is_refused_with_the_reason() -> None:
    sheet = filled()
    with pytest.raises(PictureError, match="no corner marker can be seen"):
        register(np.full((800, 600, 3), 255, np.uint8))
    small = Lie(SIZE, (420, 594), fill=0.98).shoot(sheet)
    with pytest.raises(PictureError, match=r"dpi|marker"):
        register(small)
    two = np.hstack([Lie(SIZE, (1000, 1400)).shoot(sheet)] * 2)
    with pytest.raises(PictureError, match="more than one sheet"):
        register(two)


def test_another_form_with_the_same_markers_is_refused() -> None:
    page = exam().pages[0]
    bare = np.full((2970, 2100, 3), 250, np.uint8)
    printed = print_page(exam(), page)
    for corner in ((0, 0), (0, 1850), (2720, 0), (2720, 1850)):
        rows, columns = (slice(at, at + 250) for at in corner)
        bare[rows, columns] = printed[rows, columns]
    with pytest.raises(PictureError, match="print of this form is found on it"):
        register(Lie(SIZE, (1000, 1400)).shoot(bare))


def test_a_cut_off_sheet_is_refused() -> None:
    lie = Lie(SIZE, (1000, 1400), fill=0.98)
    picture = lie.shoot(filled())
    right = int(lie.place(np.array([[170.0, 100.0]]))[0, 0])
    with pytest.raises(PictureError, match=r"cut off|markers can be seen"):
        register(picture[:, :right])


def test_the_code_is_read() -> None:
    template = exam()
    area = template.pages[0].code
    assert area is not None
    sheet = cv2.cvtColor(print_page(template, template.pages[0], 12), cv2.COLOR_BGR2GRAY)
    grown = area.grown(4)
    left, top, right, bottom = (
        round(10 * at) for at in (grown.x, grown.y, grown.right, grown.bottom)
    )
    window = sheet[top:bottom, left:right]
    assert read_code(window) == f"EEF1 EXAM 1 12 {template.digest.upper()}"
    assert read_code(np.full((100, 100), 255, np.uint8)) == ""


def test_a_page_is_found_by_its_print_alone() -> None:
    """Its markers are gone, as on a form that exists on paper."""
    empty = print_page(exam(), exam().pages[0])
    sheet = filled().copy()
    for picture in (empty, sheet):
        for corner in ((0, 0), (0, 1850), (2720, 0), (2720, 1850)):
            picture[corner[0] : corner[0] + 250, corner[1] : corner[1] + 250] = 250
    page = marks()
    shape = page.print.shape
    grey = cv2.cvtColor(cv2.resize(empty, shape[::-1], interpolation=cv2.INTER_AREA), 6)
    landmarks = Landmarks(page.size, {}, page.areas, 255 - grey, False, 1.0, (), empty)
    reference = Reference(landmarks)
    lie = Lie(SIZE, (1200, 1600), tilt=15, towards=80, turn=172, radius=1200)
    assert furthest(reference.register(lie.shoot(sheet)), lie) < 0.5
    with pytest.raises(PictureError, match="print of this form"):
        reference.register(np.full((800, 600, 3), 230, np.uint8))
