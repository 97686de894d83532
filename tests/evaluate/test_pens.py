from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from click.testing import CliRunner

from emnist_edge.drawing.pens import TIPS
from evaluate import pens

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sheet_shows_every_pen_at_every_size(tmp_path: Path) -> None:
    output = tmp_path / "pens.png"
    command = ["--output", str(output), "--glyphs", "0"]
    assert CliRunner().invoke(pens.main, command, catch_exceptions=False).exit_code == 0
    sheet = cv2.imread(str(output))
    assert sheet is not None
    rows = [round(2.1 * height) for _ in TIPS for height in (28, 56, 112)]
    assert len(sheet) == sum(rows)
    for row in np.split(sheet, np.cumsum(rows)[:-1]):
        assert (np.abs(row.astype(int) - row[0, 0]).max(axis=2) > 60).mean() > 0.01


def test_every_pen_is_timed(tmp_path: Path) -> None:
    command = ["--output", str(tmp_path / "pens.png"), "--glyphs", "2"]
    result = CliRunner().invoke(pens.main, command, catch_exceptions=False)
    assert [line.split()[0] for line in result.stdout.splitlines()[1:]] == list(TIPS)
