"""Each threshold has an example that it decides: with half or twice its value, one is not right.

Which thresholds no example holds, ``HELD_BY_NONE`` says.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass

import cv2
import pytest

from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from evaluate.sensitivity import Move, apply, steps_of
from tests.emnist_device.detect.examples import (  # noqa: F401  # registered
    close,
    closeups,
    decisions,
    found,
    lattice,
    lines,
    page,
    parts,
    recounts,
    scale,
)
from tests.emnist_device.detect.examples.registry import EXAMPLES, Example

STEPS = steps_of(THRESHOLDS)
HELD_BY_NONE = {
    # They bound time, and decide what is found on pages of thousands of characters alone.
    "Lines compared 2", "Columns step 0.5", "Columns step 2", "Columns most_places 0.5",
    "Columns most_places 2", "Columns looks 0.5", "Columns looks 2", "Columns nearly 0.5",
    # Several thresholds tell the same close-ups, and each alone may be loose.
    "Rim even 0.5", "Rim behind 0.5", "Rim behind 2", "Rim beside_one 0.5", "Rim beside_all 0.5",
    "Rim beside_ring 0.5", "Rim beside_ring 2", "Rim inside 0.5", "CloseContrasts closing 2",
    "CloseContrasts kept 0.5", "CloseContrasts stray 0.5", "CloseContrasts stray 2",
    "CloseContrasts line_blur 0.5", "CloseContrasts line_blur 2", "Sheets convex 0.5",
    "CloseUps apart_narrow 0.5",
    # Two estimates of the paper stand in for each other, and what they differ in is at an edge.
    "Paper side 0.5", "Paper window 2", "Paper disc 2", "Paper ink 0.5", "Paper ink 2",
    "Contrasts table_edge 2",
    # Drawn pages have no writing that is near these.
    "Contrasts sign_side 0.5", "Contrasts sign_side 2", "Contrasts sign_window 0.5",
    "Contrasts table 0.5", "Contrasts table 2",
    "Scales smooth 0.5", "Scales height 0.5", "Scales frame 0.5", "Scales printed_edge 0.5",
    "Scales printed_edge 2", "Scales near 0.5", "Scales near 2",
    "StrokeLevels nearby 2", "StrokeLevels weak_grain 0.5",
}  # fmt: skip


def is_right(example: Example, thresholds: Thresholds) -> bool:
    """Say whether ``example`` is right; a value that makes no sense at all may raise."""
    try:
        return example(thresholds)
    except (cv2.error, ValueError, ArithmeticError, LookupError):
        return False


def as_id(value: object) -> str:
    return str(getattr(value, "__name__", value))


def planted() -> list[tuple[str, str, float]]:
    return [
        (name, field.name, factor)
        for name, step in STEPS.items()
        for field in fields(step)
        if not is_dataclass(getattr(step, field.name))
        for factor in (0.5, 2)
    ]


@pytest.mark.parametrize(
    ("step", "example"),
    [(step, example) for step, examples in EXAMPLES.items() for example in examples],
    ids=as_id,
)
def test_what_is_right_is_found(step: str, example: Example) -> None:
    assert example(THRESHOLDS)


@pytest.mark.parametrize(("step", "name", "factor"), planted())
def test_a_threshold_that_is_far_off_shows(step: str, name: str, factor: float) -> None:
    value = getattr(STEPS[step], name)
    thresholds = apply(THRESHOLDS, Move(step, name, type(value)(factor * value)))
    shows = any(not is_right(example, thresholds) for example in EXAMPLES[step])
    assert shows or f"{step} {name} {factor}" in HELD_BY_NONE
