from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emnist_device.forms.model import MarkField
from emnist_device.forms.reading.marks import chance_of_mark, read_marks, share_of_empty
from tests.emnist_device.forms.templates import needs_markers
from tests.form_sheets import make_template

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_markers  # sheets are found by them


@pytest.fixture
def group(tmp_path: Path) -> MarkField:
    template = make_template(
        tmp_path, "g: {kind: choice, box: [20, 60, 100, 6], options: [A, B, C], required: true}"
    )
    (_, leaf), *_ = template.leaves()
    assert isinstance(leaf, MarkField)
    return leaf


def test_more_ink_is_more_probably_a_mark() -> None:
    chances = [chance_of_mark(share, 0.01) for share in (0, 0.01, 0.03, 0.055, 0.1, 0.2, 0.8)]
    assert chances == sorted(chances)
    assert chances[1] < 0.001
    assert chances[3] == pytest.approx(0.5)
    assert chances[5] > 0.99


def test_what_is_empty_is_told_by_the_empty_ones_alone() -> None:
    assert share_of_empty([0.3]) == 0
    assert share_of_empty([0.3, 0.01, 0.02, 0.5, 0.012]) == 0.012
    assert share_of_empty([]) == 0


def test_one_mark_is_read(group: MarkField) -> None:
    found = read_marks(group, [0.0, 0.25, 0.004], 0.002)
    assert (found.text, found.reason) == ("B", "")
    assert found.probability > 0.99


def test_no_mark_is_blank_and_doubted_where_one_must_be(group: MarkField) -> None:
    found = read_marks(group, [0.0, 0.0, 0.0], 0.0)
    assert (found.text, found.reason) == ("", "is blank")


def test_two_marks_are_doubted(group: MarkField) -> None:
    found = read_marks(group, [0.2, 0.25, 0.0], 0.0)
    assert found.reason == "has 2 marks, where one may be made"


def test_a_blackened_box_beside_a_tick_was_taken_back(group: MarkField) -> None:
    found = read_marks(group, [0.95, 0.2, 0.0], 0.0)
    assert (found.text, found.reason) == ("B", "a mark was taken back")


def test_a_faint_mark_is_in_doubt(group: MarkField) -> None:
    found = read_marks(group, [0.0, 0.045, 0.0], 0.0)
    assert found.probability < 0.7
    assert {text for text, _ in found.texts[:2]} == {"", "B"}
