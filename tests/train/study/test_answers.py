"""Answers that are kept: each model is asked once about the test images."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.runtime.engine import Engine
from emnist_edge.errors import DataError
from tests.train.study.conftest import PARTS
from train.common.data import RunOptions, load_test
from train.study import answers
from train.study.models import NETWORKS, SHIPPED

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_answers_are_read_as_they_were_kept(tmp_path: Path) -> None:
    probabilities = np.array([[0.1, 0.9], [0.8, 0.2], [0.4, 0.6]])
    assert answers.keep(tmp_path, probabilities).tolist() == [1, 0, 1]
    assert answers.read(tmp_path, 3).tolist() == [1, 0, 1]
    with pytest.raises(DataError, match="not of 4 images"):
        answers.read(tmp_path, 4)
    (tmp_path / answers.NAME).write_bytes(b"cut")
    with pytest.raises(DataError, match="damaged; train anew"):
        answers.read(tmp_path, 3)


def test_all_models_have_answers_that_give_their_scores(toy_study: Path, toy_data: Path) -> None:
    test = load_test(toy_data, None)
    known = answers.known(toy_study, test)
    trained = [name for name in PARTS if name in NETWORKS]
    assert sorted(known) == sorted([*trained, *SHIPPED])
    for name, predicted in known.items():
        right = float((predicted == test.labels).mean())
        if name in NETWORKS:
            metrics = json.loads((toy_study / name / "metrics.json").read_text())
            assert metrics["test"]["accuracy"] == pytest.approx(right, abs=1e-6)
        else:
            found = json.loads((toy_study / "answers" / name / "model.json").read_text())
            assert found["accuracy"] == pytest.approx(right, abs=1e-6)
            assert np.trace(found["confusion"]) == right * len(test)


def test_a_model_that_ships_is_asked_again_only_if_it_changed(
    toy_study: Path, toy_models: Path, toy_data: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    shutil.copytree(toy_study / "answers", tmp_path / "answers")
    other = tmp_path / "answers" / "mlp-int8" / "model.json"
    before = json.loads(other.read_text())
    other.write_text(json.dumps(before | {"run": before["run"] | {"model": "other"}}))
    asked: list[str] = []

    def note(path: Path) -> object:
        asked.append(path.stem)
        return Engine(path)

    monkeypatch.setattr(answers, "Engine", note)
    options = RunOptions(tmp_path / "answers", resume=True)
    found = answers.ask_shipped(toy_models, load_test(toy_data, None), options)
    assert asked == ["mlp-int8"]
    assert found["mlp-int8"] == before
