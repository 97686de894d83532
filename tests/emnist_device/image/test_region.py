from __future__ import annotations

import pytest

from emnist_device.box import Box
from emnist_device.image.region import parse_grid, parse_region
from emnist_edge.errors import PictureError


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("0,0,200,100", Box(0, 0, 200, 100)),
        (" 10 , 20,30, 40 ", Box(10, 20, 30, 40)),
        ("10%,20%,50%,5%", Box(20, 20, 100, 5)),
        ("66.6%,33.3%,33.4%,66.7%", Box(133, 33, 67, 67)),
        ("199,99,0.5%,1%", Box(199, 99, 1, 1)),
        ("50%,10,100,25%", Box(100, 10, 100, 25)),
        ("0,0,100%,100%", Box(0, 0, 200, 100)),
    ],
)
def test_regions(text: str, box: Box) -> None:
    assert parse_region(text).of(200, 100) == box


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1,2,3,4,5", "a,0,1,1", "-1,0,5,5", "0,0,0,5", "0,0,5,0%", "1e3,0,1,1",
             "nan,0,1,1", "1,2,3,4px", "\u0661,0,5,5"],
)  # fmt: skip
def test_what_is_no_region(text: str) -> None:
    with pytest.raises(ValueError, match=r"region|X,Y,W,H"):
        parse_region(text)


@pytest.mark.parametrize("text", ["0,0,201,5", "0,99,5,2", "60%,0,50%,5", "300,0,5,5"])
def test_a_region_outside_of_its_picture_names_its_size(text: str) -> None:
    with pytest.raises(PictureError, match=rf"the region {text} is not within .* 200 x 100 pixels"):
        parse_region(text).of(200, 100)


def test_a_region_of_less_than_a_pixel_is_said() -> None:
    with pytest.raises(PictureError, match="has no pixels of 200 x 100"):
        parse_region("0,0,0.1%,50%").of(200, 100)


def test_a_region_is_shown_as_it_is_given() -> None:
    assert str(parse_region("10%, 2.5%,30,4")) == "10%,2.5%,30,4"


def test_grids() -> None:
    assert str(parse_grid(" 3X12 ")) == "3x12"
    assert (parse_grid("3x12").rows, parse_grid("3x12").columns) == (3, 12)


@pytest.mark.parametrize("text", ["", "9", "9x", "0x5", "5x0", "-1x2", "2x3x4", "100x100", "2.5x2"])
def test_what_is_no_grid(text: str) -> None:
    with pytest.raises(ValueError, match=r"grid|ROWSxCOLUMNS"):
        parse_grid(text)
