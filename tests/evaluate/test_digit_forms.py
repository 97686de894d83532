from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evaluate.digit_forms import ELSEWHERE, FORMS, digit_form
from tests.pen_strokes import stroke

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Strokes = tuple[NDArray[np.int32], ...]


def ring(turns: float = 1.0, width: int = 600) -> NDArray[np.int32]:
    """Return an ellipse, from its top."""
    angle = np.linspace(0, 2 * np.pi * turns, 60)
    x, y = width / 2 * (1 + np.sin(angle)), 500 * (1 - np.cos(angle))
    return np.rint(np.column_stack([x, y])).astype(np.int32)


DOWN = stroke((300, 0), (300, 1000))
SLASH = stroke((550, 100), (50, 900))
FOOT = stroke((50, 1000), (550, 990))
SEVEN = stroke((0, 0), (600, 0), (200, 1000))
OPEN = stroke((100, 0), (50, 600), (600, 600))


@pytest.mark.parametrize(
    ("form", "strokes"),
    [
        ("0 plain", (ring(),)),
        ("0 plain", (ring(0.9),)),
        ("0 plain", (ring(1.1),)),
        ("0 slashed", (ring(), SLASH)),
        ("0 slashed", (ring(0.9), SLASH)),
        ("1 plain", (DOWN,)),
        ("1 plain", (DOWN[::-1],)),
        ("1 plain", (stroke((500, 0), (0, 1000)),)),
        ("1 with upstroke", (stroke((0, 400), (300, 0), (300, 1000)),)),
        ("1 with upstroke", (stroke((300, 1000), (300, 0), (0, 300)),)),
        ("1 with foot", (stroke((100, 200), (300, 0), (300, 1000)), FOOT)),
        ("1 with foot", (stroke((100, 200), (300, 0), (300, 1000), (50, 1000), (550, 990)),)),
        ("4 open", (OPEN, stroke((450, 0), (450, 1000)))),
        ("4 closed", (stroke((400, 0), (0, 600), (600, 600)), stroke((400, 0), (400, 1000)))),
        ("4 closed", (stroke((600, 600), (0, 600), (400, 0), (400, 1000)),)),
        ("7 plain", (SEVEN,)),
        ("7 plain", (stroke((0, 0), (600, 0)), stroke((600, 0), (200, 1000)))),
        ("7 crossed", (SEVEN, stroke((150, 500), (600, 480)))),
        ("8", (ring(),)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("scale", [1, 0.05])
def test_forms_are_told_by_strokes_of_any_size(form: str, strokes: Strokes, scale: float) -> None:
    assert digit_form(form[0], [part * scale + 7 for part in strokes]) == form


@pytest.mark.parametrize("label", "0147")
def test_a_single_point_has_a_form(label: str) -> None:
    assert digit_form(label, [np.zeros((1, 2))]) in FORMS


def test_forms_of_elsewhere_are_forms() -> None:
    assert set(ELSEWHERE) < set(FORMS)
