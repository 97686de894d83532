from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.batch.tasks import version_of
from emnist_device.correcting.pictures import Pictures, View, cut_field
from emnist_device.image.limits import Limits
from emnist_edge.errors import PictureError
from tests.emnist_device.correcting.sheets import PLACES, outcomes, read_table, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.correcting.table import ReadSheet


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    pictures = Pictures(Limits())
    yield pictures
    pictures.close()


@pytest.fixture
def sheets(tmp_path: Path) -> list[ReadSheet]:
    return read_table(write_table(tmp_path / "out.csv", outcomes(tmp_path)))


def cut(pictures: Pictures, sheet: ReadSheet, *, wide: bool = False) -> NDArray[np.uint8]:
    png = pictures.cut(sheet, sheet.fields[0], wide=wide).result()
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture


def test_a_field_is_shown_the_right_way_up(pictures: Pictures, sheets: list[ReadSheet]) -> None:
    upright, turned = (cut(pictures, sheet) for sheet in sheets)
    assert upright.shape == turned.shape
    assert float(np.abs(upright.astype(int) - turned).mean()) < 3
    height, width = upright.shape[:2]
    row = upright[height // 2 - height // 8]  # through the black corner, then the blue
    assert row[width // 8].max() < 60
    assert np.abs(row[width // 2].astype(int) - (200, 80, 30)).max() < 12
    assert upright[3, width // 2].min() > 240  # what is around it


def test_its_surroundings_show_more_of_the_sheet(
    pictures: Pictures, sheets: list[ReadSheet]
) -> None:
    for sheet in sheets:
        shown = [cut(pictures, sheet, wide=wide) for wide in (False, True)]
        near, far = (float((picture[..., 2] < 60).mean()) for picture in shown)
        assert near > 0.3 > far > 0.02


def test_a_picture_that_is_gone_or_another_is_told(
    tmp_path: Path, pictures: Pictures, sheets: list[ReadSheet]
) -> None:
    first, second = sheets
    cut(pictures, first)
    path = tmp_path / "a.png"
    path.rename(tmp_path / "old.png")
    with pytest.raises(PictureError, match=r"a\.png: is not there; put it back"):
        cut(pictures, first)
    path.write_bytes((tmp_path / "b.png").read_bytes() + b" ")
    with pytest.raises(PictureError, match=r"a\.png: is another file than was read"):
        cut(pictures, first)
    broken = tmp_path / "b.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(PictureError, match=r"b\.png: .*not a picture"):
        cut(pictures, replace(second, version=version_of(str(broken))))
    with pytest.raises(PictureError, match="where this field lies was not kept"):
        cut(pictures, replace(second, fields=(replace(second.fields[0], corners=()),)))


def test_pictures_keep_to_the_limits(sheets: list[ReadSheet]) -> None:
    strict = Pictures(Limits(pixels=1000))
    with pytest.raises(PictureError, match=r"a\.png: .*pixels"):
        cut(strict, sheets[0])
    strict.close()


@pytest.mark.parametrize(
    "corners",
    [
        PLACES[:3],
        ((0, 0),) * 4,
        ((0, 0), (1e9, 0), (1e9, 1e9), (0, 1e9)),
        ((0, 0), (float("nan"), 0), (20, 20), (0, 20)),
    ],
)
def test_corners_that_are_no_field_are_told(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(PictureError, match=r"^a\.png: "):
        cut_field(np.zeros((300, 400, 3), np.uint8), View("a.png", 1, corners, wide=False))


def test_a_grey_picture_and_a_slanted_field_are_shown() -> None:
    corners = ((100.0, 50.0), (300.0, 90.0), (295.0, 130.0), (95.0, 90.0))
    picture = np.full((300, 400), 250, np.uint8)
    cv2.fillPoly(picture, [np.array(corners, np.int32)], 30)
    shown = cut_field(picture, View("a.png", 1, corners, wide=False))
    height, width = shown.shape[:2]
    assert shown[height // 2, [width // 10, width // 2, -width // 10]].max() < 60
    assert shown[[3, -3], width // 2].min() > 200
