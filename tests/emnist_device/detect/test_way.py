"""The way of a picture through detection, by the order that the import contract gives its steps."""

from __future__ import annotations

import sys
import tomllib
from itertools import groupby
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.image.picture import read_picture
from emnist_edge import Reader
from tests.conftest import ROOT

if TYPE_CHECKING:
    from types import FrameType

    from numpy.typing import NDArray

PACKAGE = "emnist_device.detect."
#: Those that call the steps, and what is handed from step to step.
CALLERS, HANDED_ON = {"finder", "hypotheses"}, {"layout", "view"}


def order_of_steps() -> list[str]:
    """Return the modules of detection, first those that a picture comes to first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    (layers,) = (
        contract["layers"]
        for contract in contracts["contracts"]
        if contract.get("containers") == ["emnist_device.detect"]
    )
    return [name for layer in reversed(layers) for name in layer.split(" | ")]


def steps_of(picture: NDArray[np.uint8]) -> list[str]:
    """Return the modules that finder and hypotheses call for ``picture``, in order."""
    called: list[str] = []

    def profile(frame: FrameType, event: str, _: object) -> None:
        names = [each and each.f_globals.get("__name__", "") for each in (frame, frame.f_back)]
        if event == "call" and all(name and name.startswith(PACKAGE) for name in names):
            module, caller = (str(name).removeprefix(PACKAGE).split(".")[0] for name in names)
            if caller in CALLERS and module not in CALLERS | HANDED_ON:
                called.append(module)

    reader = Reader()
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        assert reader.read(picture).text
    finally:
        sys.setprofile(before)
    return [module for module, _ in groupby(called)]


def digit() -> NDArray[np.uint8]:
    picture = np.zeros((28, 28), np.uint8)
    cv2.putText(picture, "7", (6, 23), cv2.FONT_HERSHEY_SIMPLEX, 0.85, 255, 2, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("kind", ["page", "digit"])
def test_a_picture_takes_each_step_once_and_in_order(kind: str) -> None:
    page = kind == "page"
    steps = steps_of(read_picture(ROOT / "samples" / "note.jpg") if page else digit())
    places = [order_of_steps().index(step) for step in steps]
    assert len(set(steps)) == len(steps)
    assert places == sorted(places)
    assert ("look" in steps) == page
    assert {"sizes", "closeup", "decision"} <= set(steps)
