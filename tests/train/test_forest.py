from __future__ import annotations

import json
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.emnist import Samples
from tests.conftest import toy_forest_recipe
from train import forest
from train.common.data import RunOptions, TrainingData
from train.common.priors import DIGITS

if TYPE_CHECKING:
    from pathlib import Path


def test_criteria_depths_and_edge_forests_are_compared(toy_forest_run: Path) -> None:
    metrics = json.loads((toy_forest_run / "metrics.json").read_text())
    assert [row["criterion"] for row in metrics["criteria"]] == ["gini", "entropy"]
    assert [row["depth"] for row in metrics["depths"]] == [3, 10, 80]
    assert [row["deepest"] <= row["depth"] for row in metrics["depths"]] == [True] * 3
    assert metrics["depths"][0]["nodes"] < metrics["depths"][1]["nodes"]
    for row in (*metrics["criteria"], *metrics["depths"], *metrics["edges"]):
        assert row["seconds"] >= 0
        assert row["validation"]["samples"] == 94
    accuracies = {row["name"]: row["validation"]["accuracy"] for row in metrics["edges"]}
    assert accuracies[metrics["chosen"]] == max(accuracies.values())
    assert metrics["test"]["accuracy"] > 0.5  # of 47 classes
    full = metrics["full"]
    assert (full["trees"], full["depth"], full["test"]["samples"]) == (8, 80, 188)


def test_forests_are_chosen_on_images_that_they_have_not_seen(tmp_path: Path) -> None:
    """Noise with labels: only a forest that has grown on an image can know its label."""
    rng = np.random.default_rng(6)
    images = rng.integers(0, 256, (300, 28, 28), dtype=np.uint8)
    samples = Samples(images, (np.arange(300) % 10).astype(np.uint8), BYMERGE[:10])
    data = TrainingData("noise", samples, None, np.arange(200), np.arange(200, 300))
    grown = forest.Trainer(toy_forest_recipe(), data, tmp_path, jobs=1)
    test = samples.pick(np.arange(200))
    found = [
        grown.sweep("gini", 80),
        grown.edge(forest.Edge(2, 28), "gini"),
        grown.full("gini", test),
    ]
    for one in found:
        assert one["validation"]["samples"] == 100
        assert one["validation"]["accuracy"] < 0.3
    assert found[-1]["test"]["accuracy"] > 0.9  # of what it has grown on


def test_digits_count_as_they_do_in_bymerge(tmp_path: Path) -> None:
    """Blank images with labels: a forest can but say how common these are."""
    labels = np.repeat(np.array([0, 10, 11], np.uint8), [200, 60, 20])
    samples = Samples(np.zeros((280, 28, 28), np.uint8), labels, BYMERGE)
    data = TrainingData("blank", samples, None, np.arange(280), np.arange(280))
    trainer = forest.Trainer(toy_forest_recipe(), data, tmp_path, jobs=1)
    grown = trainer.grown(trainer.forest(40, bootstrap=False))
    found = grown.predict_proba(np.zeros((1, 784)))[0]
    assert found == pytest.approx([DIGITS, 0.75 * (1 - DIGITS), 0.25 * (1 - DIGITS)], abs=1e-3)


def test_what_forests_are_grown_for_is_said(toy_forest_run: Path) -> None:
    metrics = json.loads((toy_forest_run / "metrics.json").read_text())
    assert sum(metrics["class_shares"][:10]) == pytest.approx(DIGITS, abs=1e-4)
    assert sum(metrics["class_shares"]) == pytest.approx(1, abs=1e-4)


def test_the_test_images_have_no_say_in_the_choice() -> None:
    results = [
        {"validation": {"accuracy": validation}, "test": {"accuracy": 1 - validation}}
        for validation in (0.5, 0.8, 0.8, 0.6)
    ]
    assert forest.best(results) is results[1]


def test_edge_forests_keep_to_their_nodes(toy_forest_run: Path) -> None:
    metrics = json.loads((toy_forest_run / "metrics.json").read_text())
    for row in metrics["edges"]:
        kept = joblib.load(toy_forest_run / f"{row['name']}.joblib")
        assert forest.count_nodes(kept) == row["nodes"] <= 3000
        assert len(kept.estimators_) == row["trees"] == kept.n_estimators <= 10
        assert kept.get_params()["min_samples_split"] == row["split"]


def test_the_full_forest_is_not_kept(toy_forest_run: Path) -> None:
    assert sorted(path.name for path in toy_forest_run.glob("*.joblib")) == [
        "edge-4-28.joblib",
        "edge-60-28.joblib",
    ]


def test_forests_that_are_there_are_not_grown_again(
    toy_forest_run: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = json.loads((toy_forest_run / "metrics.json").read_text())
    monkeypatch.setattr("sklearn.ensemble.RandomForestClassifier", None)  # calling it would fail
    recipe = toy_forest_recipe()
    again = forest.train(recipe, RunOptions(toy_forest_run, toy_data, resume=True))
    assert json.loads(json.dumps(again)) == before
    with pytest.raises(TypeError):
        forest.train(recipe, RunOptions(toy_forest_run, toy_data))
    (toy_forest_run / "metrics.json").write_text(json.dumps(before))


def test_quick_on_few_images(toy_data: Path, tmp_path: Path) -> None:
    arguments = ["--quick", "--limit", "470", "--data", str(toy_data), "--output", str(tmp_path)]
    result = CliRunner().invoke(forest.main, arguments)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert len(lines) == 2 + 2 + 1 + 1 + 2  # criteria, depths, edge, full, scores
    assert lines[-1].startswith("full: test accuracy")
    again = CliRunner().invoke(forest.main, [*arguments, "--resume"])
    assert again.output.splitlines() == lines[-2:]
    other = CliRunner().invoke(forest.main, [*arguments, "--resume", "--seed", "2"])
    assert other.exit_code == 1
    assert "another recipe" in other.output


def test_too_few_images_are_refused(toy_data: Path, tmp_path: Path) -> None:
    arguments = ["--quick", "--limit", "100", "--data", str(toy_data), "--output", str(tmp_path)]
    result = CliRunner().invoke(forest.main, arguments)
    assert result.exit_code == 1
    assert "of 47 classes; take more" in result.output
