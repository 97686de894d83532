from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.page import Alternative, Character, Line, Page, Word
from evaluate.scoring.coverage import draw, judge, measure
from evaluate.scoring.lines import signs

if TYPE_CHECKING:
    from pathlib import Path

JUDGED = [(0.9, True), (0.8, True), (0.95, True), (0.3, False), (0.6, True)]


def test_risk_falls_as_the_doubtful_go() -> None:
    doubt = measure(JUDGED)
    assert doubt.characters == 5
    assert doubt.risk == pytest.approx(0.2)
    assert doubt.aurc == pytest.approx(0.04)
    assert "20.00 % are wrong" in str(doubt)


def test_honest_confidences_have_no_calibration_error() -> None:
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1, 20_000)
    honest = list(zip(confidence, rng.random(20_000) < confidence, strict=True))
    assert measure(honest).calibration_error < 0.02
    boastful = [(min(1.0, c + 0.2), right) for c, right in honest]
    assert measure(boastful).calibration_error > 0.1


def test_characters_are_judged_where_they_stand_and_in_either_case() -> None:
    box = Box(0, 0, 9, 9)
    small = Character("k", 0.6, box, (Alternative("K", 0.3), Alternative("h", 0.1)))
    wrong, extra = Character("5", 0.5, box, ()), Character("Z", 0.4, box, ())
    page = Page((Line((Word((small, wrong, extra), 0.1),)),), "toy", {})
    assert judge("K S", page) == [(pytest.approx(0.9), True), (0.5, False), (0.4, False)]


def test_symbols_are_judged_where_they_are_compared() -> None:
    box = Box(0, 0, 9, 9)
    slash, five = Character("/", 0.8, box, ()), Character("5", 0.6, box, ())
    page = Page((Line((Word((slash, five), 0.5),)),), "toy", {})
    assert judge("/ 6", page) == [(0.6, False)]
    assert judge("/ 6", page, signs) == [(0.8, True), (0.6, False)]


def test_curves_are_drawn(tmp_path: Path) -> None:
    draw(tmp_path / "curves.png", {"english": JUDGED, "none": JUDGED[:3]})
    assert (tmp_path / "curves.png").stat().st_size > 5000
