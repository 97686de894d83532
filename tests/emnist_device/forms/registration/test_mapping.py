from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.forms.registration.mapping import DEGREES, TERMS, Mapping
from emnist_edge.drawing.lying import Lie

SIZE = (210.0, 297.0)
POINTS = np.array([[0.0, 0.0], [210, 0], [30, 200], [105, 148.5], [210, 297]])


def plane(scale: float = 5.0) -> Mapping:
    return Mapping(SIZE, np.diag([scale, scale, 1.0]))


def test_a_plane_is_placed_and_found_again() -> None:
    mapping = Mapping(SIZE, np.array([[5.0, 0.4, 12], [-0.3, 4.8, 40], [0.0002, 0.0004, 1]]))
    np.testing.assert_allclose(mapping.find(mapping.place(POINTS)), POINTS, atol=1e-8)


def test_a_bend_moves_points_on_the_page() -> None:
    bend = np.zeros((TERMS, 2))
    bend[0] = (1.0, -2.0)
    np.testing.assert_allclose(
        plane().bent(bend).place(POINTS), plane().place(POINTS + np.array([1.0, -2.0]))
    )
    assert DEGREES[0] == 0
    assert DEGREES.max() == 4


def test_resolution_is_that_of_the_picture() -> None:
    np.testing.assert_allclose(plane(7).resolution(POINTS), 7)
    np.testing.assert_allclose(plane(7).scaled(0.5).resolution(POINTS), 3.5)


def test_what_is_cut_lies_where_it_is() -> None:
    picture = np.zeros((600, 600), np.uint8)
    picture[200:300, 100:250] = 255  # at 5 pixels to a mm: 20..50 and 40..60 mm
    cut = plane().cut(picture, (10, 30, 60, 70), 10)
    assert cut.shape == (400, 500)
    assert (cut[105:295, 105:395] == 255).all()
    assert cut[:95].max() == 0
    assert cut[:, :95].max() == 0
    assert cut[305:].max() == 0
    assert cut[:, 405:].max() == 0


@settings(max_examples=30, deadline=None)
@given(
    tilt=st.floats(0, 35),
    towards=st.floats(0, 360),
    turn=st.floats(0, 360),
    radius=st.floats(400, 5000),
    along=st.floats(0, 180),
)
def test_a_drawn_sheet_shows_each_point_where_it_says(
    tilt: float, towards: float, turn: float, radius: float, along: float
) -> None:
    lie = Lie(SIZE, (300, 400), tilt=tilt, towards=towards, turn=turn, radius=radius, along=along)
    pixels = lie.place(POINTS)
    np.testing.assert_allclose(lie._find(pixels), POINTS, atol=0.3)
    assert pixels.min() > -60
    assert (pixels < (360, 460)).all()


def test_a_shot_shows_the_sheet_and_the_table() -> None:
    sheet = np.full((594, 420, 3), 255, np.uint8)
    sheet[200:240, 100:140] = 0  # the middle is at 60 mm, 110 mm
    lie = Lie(SIZE, (300, 400), tilt=20, turn=90, radius=900)
    picture = lie.shoot(sheet)
    assert picture.shape == (400, 300, 3)
    x, y = np.rint(lie.place(np.array([[60.0, 110.0]]))[0] - 0.5).astype(int)
    assert picture[y, x].max() < 20
    assert tuple(picture[0, 0]) == (60, 75, 95)
    assert picture[200, 150].min() == pytest.approx(255, abs=2)
