from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from emnist_device.forms.reading.covered import REASON, find_covered
from emnist_device.forms.reading.finding import SheetFinder
from emnist_device.forms.reading.sheet_ink import find_sheet_ink
from emnist_device.image.limits import DEFAULTS
from evaluate.filled.printed import print_page
from evaluate.filled.taken import photograph, scan
from tests.emnist_device.forms.reading.test_reader import by_name, reader
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import SIZE, exam, filled

pytestmark = needs_markers  # sheets are found by them
WHITE, GREY, YELLOW, BROWN = (250, 250, 250), (90, 90, 90), (120, 240, 250), (70, 110, 160)


@cache
def finder() -> SheetFinder:
    return SheetFinder([exam()], DEFAULTS)


def covered(picture: np.ndarray) -> frozenset[str]:
    sheet = finder().find(picture)
    return find_covered(picture, sheet, find_sheet_ink(picture, sheet).shares)


def around(name: str, part: float = 1.0) -> tuple[slice, slice]:
    """Return the pixels of the left ``part`` of a field, and 2 mm around it."""
    area = next(leaf.area for leaf in exam().pages[0].leaves() if leaf.name == name)
    left, top, right, bottom = area.x - 2, area.y - 2, area.x + part * area.width, area.bottom + 2
    right += 2 * (part == 1)
    return slice(round(10 * top), round(10 * bottom)), slice(round(10 * left), round(10 * right))


def with_note(name: str, colour: tuple[int, int, int], part: float = 1.0) -> np.ndarray:
    """Return the filled sheet with a note over a field, in whole or in part."""
    sheet = filled().copy()
    sheet[around(name, part)] = colour
    return sheet


def otherwise_printed(sheet: np.ndarray) -> np.ndarray:
    """Return ``sheet`` with no lines around the name, and with the answer on yellow."""
    printed = sheet.copy()
    printed[around("name")] = WHITE
    answer = printed[around("answer")]
    answer[:] = (answer * (0.5, 0.95, 1.0)).astype(np.uint8)
    return printed


def covered_by_reference(sheet: np.ndarray) -> frozenset[str]:
    """Return what covers ``sheet``, beside the picture of the empty form."""
    found = finder().find(sheet)
    empty = otherwise_printed(print_page(exam(), exam().pages[0]))
    landmarks = replace(found.candidate.landmarks, reference=empty[::2, ::2])
    beside = replace(found, candidate=replace(found.candidate, landmarks=landmarks))
    return find_covered(sheet, beside, find_sheet_ink(sheet, beside).shares)


@pytest.mark.parametrize(
    ("name", "colour"),
    [("born", YELLOW), ("answer", WHITE), ("agree", GREY), ("remark", BROWN)],
)
def test_a_covered_field_is_found(name: str, colour: tuple[int, int, int]) -> None:
    assert name in covered(cv2.resize(with_note(name, colour), None, fx=0.6, fy=0.6))


@pytest.mark.parametrize("light", [(0.3, 0.3, 0.3), (1.0, 1.0, 0.6)])
def test_what_lets_lines_through_is_found_by_its_shade(light: tuple[float, ...]) -> None:
    sheet = filled().copy()
    sheet[around("born")] = (sheet[around("born")] * light).astype(np.uint8)
    assert covered(sheet) == {"born"}


@pytest.mark.parametrize("part", [0.3, 0.6])
def test_a_field_that_is_covered_in_part_is_found(part: float) -> None:
    assert covered(with_note("name", WHITE, part)) == {"name"}


def test_a_covered_field_is_in_doubt() -> None:
    read = by_name(reader().read(with_note("name", WHITE)))
    assert (read["name"].text, read["name"].reason) == ("", REASON)
    assert [name for name, field in read.items() if field.reason == REASON] == ["name"]


def test_a_form_on_paper_is_held_against_its_empty_picture() -> None:
    """Fields may lie where nothing is printed, and on colours."""
    sheet = otherwise_printed(filled())
    assert covered(sheet) == {"name", "answer"}
    assert covered_by_reference(sheet) == frozenset()
    sheet[around("born", 0.5)] = WHITE
    sheet[around("number")] = BROWN
    assert covered_by_reference(sheet) == {"born", "number"}
    sheet[around("answer")] = WHITE
    assert "answer" in covered_by_reference(sheet)


@pytest.mark.parametrize("seed", [1, 3])
@pytest.mark.parametrize("take", [scan, photograph])
def test_nothing_covers_sheets_in_shadows_bent_and_blurred(take: object, seed: int) -> None:
    taken = take(filled(), SIZE, np.random.default_rng(seed))  # type: ignore[operator]
    assert covered(taken.picture) == frozenset()


@pytest.mark.parametrize("level", [120, 190])
def test_nothing_covers_scans_of_two_colours(level: int) -> None:
    """One lost all pale lines; the other has lost some, of an unevenly lit sheet."""
    grey = cv2.cvtColor(filled(), cv2.COLOR_BGR2GRAY).astype(float)
    grey[:, : grey.shape[1] // 4] += 2 * (level - 150)
    assert covered(np.where(grey > level, 255, 0).astype(np.uint8)) == frozenset()
