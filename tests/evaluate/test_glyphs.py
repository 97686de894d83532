from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.alphabet import BYMERGE
from emnist_edge.drawing.pages import draw_page
from evaluate.glyphs import compare, known_charset, main

if TYPE_CHECKING:
    from pathlib import Path


def test_cells_are_read_and_scored(tmp_path: Path) -> None:
    letters = "HRAEMK"
    cells = [
        cv2.cvtColor(draw_page(char, size=(96, 96), height=44, seed=4).picture, cv2.COLOR_BGR2GRAY)
        for char in letters
    ]
    labels = [*letters[:-1], "Z"]
    np.savez(tmp_path / "cells.npz", images=np.stack(cells), labels=labels)
    result = CliRunner().invoke(main, [str(tmp_path / "cells.npz")])
    assert result.exit_code == 0, result.output
    assert "any class    read_character    83.33 % (43.65 to 96.99) of 6" in result.output
    assert "kinds known  read_character    83.33 %" in result.output
    assert "read_character takes Z for K 1x" in result.output


def test_comparing_ignores_case() -> None:
    score = compare(["A", "b", "O"], ["a", "B", ""])
    assert (score.samples, score.right, dict(score.confusions)) == (3, 2, {("O", ""): 1})


def test_the_charset_is_of_the_kinds_of_the_labels() -> None:
    assert known_charset(["A", "x"], BYMERGE) == BYMERGE[10:]
    assert known_charset(["1"], BYMERGE) == "0123456789"
    assert known_charset(["1", "A"], BYMERGE) == BYMERGE


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"images": np.zeros((2, 9, 9), np.uint8)}, "no NPZ file with images and labels"),
        ({"images": np.zeros((2, 9), np.uint8), "labels": ["A", "B"]}, "needs images"),
        ({"images": np.zeros((0, 9, 9), np.uint8), "labels": np.zeros(0, "U1")}, "needs images"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, arrays: dict[str, object], said: str) -> None:
    np.savez(tmp_path / "cells.npz", **arrays)  # type: ignore[arg-type]
    result = CliRunner().invoke(main, [str(tmp_path / "cells.npz")])
    assert result.exit_code == 1
    assert said in result.output
    (tmp_path / "text.npz").write_text("text")
    for name in ("text.npz", "missing.npz"):
        assert CliRunner().invoke(main, [str(tmp_path / name)]).exit_code == 1
