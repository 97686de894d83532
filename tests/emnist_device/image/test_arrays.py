from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from emnist_device.image.arrays import check_picture

GREY = np.arange(12, dtype=np.uint8).reshape(3, 4)
COLOUR = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)


@pytest.mark.parametrize(
    "view",
    [
        GREY,
        COLOUR,
        COLOUR[:, :, ::-1],  # RGB as BGR
        COLOUR[::-1],
        COLOUR[:, ::2],
        GREY.T,
        np.broadcast_to(GREY[0], (3, 4)),
        np.ma.masked_equal(GREY, 5),
    ],
    ids=["grey", "colour", "channels", "rows", "columns", "transposed", "broadcast", "masked"],
)
def test_any_view_of_a_picture_is_taken(view: Any) -> None:
    taken = check_picture(view)
    assert type(taken) is np.ndarray
    assert taken.flags.c_contiguous
    assert np.array_equal(taken, np.asarray(view))


class FromPillow:
    __module__ = "PIL.Image"


@pytest.mark.parametrize(
    ("image", "advice"),
    [
        (None, "None; did cv2.imread find the file"),
        ("page.png", "'page.png'; read the file with cv2.imread"),
        (Path("page.png"), "'page.png'; read the file with cv2.imread"),
        (b"\x89PNG", "decode them with cv2.imdecode"),
        ([[1, 2], [3, 4]], r"list; convert it with np\.asarray"),
        (7, "int; convert it"),
        (FromPillow(), r"PIL image; convert it with np\.asarray"),
        (np.uint8(7), "uint8; convert it"),
    ],
)
def test_what_is_no_array_is_said_with_what_to_do(image: object, advice: str) -> None:
    with pytest.raises(TypeError, match=advice):
        check_picture(image)


@pytest.mark.parametrize(
    ("image", "advice"),
    [
        (GREY / 255, r"float64; convert it with \(255 \* image\)"),
        (GREY > 5, r"bool; convert it with 255 \* image"),
        (GREY.astype(np.uint16), "uint16; scale its brightness"),
        (np.array([["a"]]), "scale its brightness"),
        (np.zeros((3, 4, 4), np.uint8), "COLOR_BGRA2BGR"),
        (np.zeros((3, 4, 1), np.uint8), r"image\[:, :, 0\]"),
        (np.zeros((3, 4, 2), np.uint8), "take the channels"),
        (np.zeros((2, 3, 4, 3), np.uint8), "one picture at a time"),
        (np.zeros(9, np.uint8), "one picture at a time"),
        (np.array(9, np.uint8), "one picture at a time"),
        (np.zeros((0, 4), np.uint8), "no pixels"),
        (np.zeros((3, 0, 3), np.uint8), "no pixels"),
    ],
)
def test_other_arrays_are_refused_with_how_to_convert_them(image: Any, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        check_picture(image)
