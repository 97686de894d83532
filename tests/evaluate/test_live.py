from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.live.eye import Settings
from evaluate.cameras.live_video import TEXTS, Shot, frames, shots, write_video
from evaluate.live import faults, play

if TYPE_CHECKING:
    from pathlib import Path

PARTS = [Shot("ROOM 47\nBOX", 0, 90), Shot("MEET", 90, 180)]
RIGHT = [("ROOM 47", 0.6), ("BOX", 0.7), ("MEET", 3.6)]


def test_five_texts_are_shown_in_turn_and_none_is_in_another() -> None:
    parts = shots(seconds=2)
    assert [part.text for part in parts] == list(TEXTS)
    assert [(part.start, part.end) for part in parts[:2]] == [(0, 60), (60, 120)]
    lines = [line for text in TEXTS for line in text.splitlines()]
    assert len(set(lines)) == len(lines) == 7


def test_the_camera_moves_and_every_frame_has_its_own_noise() -> None:
    first, second, third = frames(Shot("ROOM", 0, 3), seed=1)
    assert first.shape == (480, 640, 3)
    assert first.dtype == np.uint8
    difference = second.astype(int) - first
    assert 2 < difference[:40, :40].std() < 12  # noise alone, on paper
    columns = [np.flatnonzero((frame.min(axis=2) < 110).any(axis=0))[0] for frame in (first, third)]
    assert columns[0] != columns[1]
    again = next(iter(frames(Shot("ROOM", 0, 3), seed=1)))
    assert np.array_equal(first, again)


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (RIGHT, []),
        (RIGHT[:2], ["'MEET' reported 0 times"]),
        ([*RIGHT, ("MEET", 5.0)], ["'MEET' reported 2 times"]),
        ([*RIGHT, ("MEFT", 5.0)], ["'MEFT' is not there"]),
        ([*RIGHT[:2], ("MEET", 2.9)], ["'MEET' reported at 2.9 s, shown 3 to 6 s"]),
    ],
)
def test_each_line_is_wanted_once_while_it_is_shown(
    texts: list[tuple[str, float]], found: list[str]
) -> None:
    assert faults(texts, PARTS) == found


def test_a_video_is_played_with_every_frame(tmp_path: Path) -> None:
    parts = shots(["MEET AT 9"], seconds=0.8)
    write_video(tmp_path / "one.avi", parts, seed=2)
    probe, seconds = play(tmp_path / "one.avi", Settings(), every_frame=True)
    assert len(probe.latencies) == 24
    assert probe.dropped == 0
    assert faults(probe.texts, parts) == []
    assert seconds > 0
    with pytest.raises(OSError, match="cannot be written"):
        write_video(tmp_path / "absent" / "one.avi", parts, seed=2)
