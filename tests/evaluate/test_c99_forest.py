"""The program that measures forests as C99, on few drawn glyphs and with a stand-in for emlearn."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from sklearn.ensemble import RandomForestClassifier

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.emnist import Samples
from emnist_edge.drawing.character import draw_character
from emnist_edge.glyph import make_glyph
from evaluate import c99_forest
from evaluate.document import marks
from export.c99.host import find_compiler
from train.common.data import TrainingData

if TYPE_CHECKING:
    from pathlib import Path

    from evaluate.c99_forest import Answers

BEGIN, END = marks("evaluate.c99_forest")
#: Answers with one class for each way that it is called.
EMLEARN = """
includedir = "."
class Model:
    def __init__(self, forest, leaf_bits):
        levels = [x for tree in forest.estimators_ for x in tree.tree_.threshold]
        self.cut = any(level % 1 for level in levels)
        self.leaf_bits = leaf_bits
    def save(self, name, file):
        answer = 40 if self.leaf_bits else 20 if self.cut else 30
        with open(file, "w") as target:
            target.write("static int em_predict(const int16_t *features, int count)\\n"
                         "{ return count == 784 ? %d : 0; }\\n" % answer)
def convert(forest, method, leaf_bits):
    assert method == "inline"
    return Model(forest, leaf_bits)
"""


@pytest.fixture(autouse=True)
def training(monkeypatch: pytest.MonkeyPatch) -> TrainingData:
    """Drawn glyphs in place of the training images; skips without a compiler."""
    if find_compiler() is None:
        pytest.skip("no C compiler: install gcc or clang")
    random = np.random.default_rng(1)
    glyphs = [make_glyph(draw_character(char, 60.0, random).coverage) for char in BYMERGE * 3]
    labels = np.tile(np.arange(len(BYMERGE), dtype=np.uint8), 3)
    count = len(labels)
    kept, held = np.arange(2 * count // 3), np.arange(2 * count // 3, count)
    data = TrainingData("drawn", Samples(np.stack(glyphs), labels, BYMERGE), None, kept, held)
    monkeypatch.setattr(c99_forest, "load_training", lambda *_: data)
    monkeypatch.setattr(c99_forest, "PREFIXES", (1,))
    monkeypatch.setattr(c99_forest, "GROWN", ((3, 60),))
    return data


def answers(table: str) -> list[list[str]]:
    """Return the cells of the rows of a table."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


def test_tables_answer_as_their_own_trees_do(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    result = CliRunner().invoke(c99_forest.main, ["--document", str(document)])
    assert result.exit_code == 0, result.output
    edge, grown, tables = answers(result.stdout)
    assert [row[:2] for row in (edge, grown, tables)] == [
        ["forest-edge", "1"],
        ["3 x 60 leaves, scikit-learn", "3"],
        ["3 x 60 leaves, tables", "3"],
    ]
    assert tables[5] == f"{len(BYMERGE)} of {len(BYMERGE)}"
    assert f"{BEGIN}\n\n{result.stdout}\n{END}\n" == document.read_text("utf-8")


def test_emlearn_is_measured_each_way(
    tmp_path: Path, training: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "emlearn.py").write_text(EMLEARN, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    measure = c99_forest.Measure(training, tmp_path)
    rows = measure.grown(3, 60, sys.executable)
    assert [row.name.partition(", ")[2] for row in rows] == [
        "scikit-learn", "tables", "emlearn", "emlearn, thresholds raised",
        "emlearn, thresholds raised, 8-bit leaves",
    ]  # fmt: skip
    assert [set(row.found.tolist()) for row in rows[2:]] == [{20}, {30}, {40}]
    assert [row.own is None for row in rows[2:]] == [False, False, True]


def test_the_majority_is_that_of_trees_and_the_first_of_equals() -> None:
    class Tree:
        def __init__(self, *likeliest: int) -> None:
            self.likeliest = likeliest

        def predict_proba(self, _: Answers) -> Answers:
            return np.eye(3, dtype=np.intp)[list(self.likeliest)]

    forest = RandomForestClassifier()
    forest.classes_ = np.arange(3)
    forest.estimators_ = [Tree(0, 2), Tree(1, 2), Tree(1, 0), Tree(0, 1)]
    assert c99_forest.by_majority(forest, np.zeros((2, 784), np.uint8)).tolist() == [0, 2]
