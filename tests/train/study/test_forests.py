"""Forests of the study: trees that are asked and let go, and the images they were not grown on."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.errors import DataError
from train.common.data import RunOptions, load_test, load_training
from train.study import forests
from train.study.forests import WAYS, Recipe, Votes, curve, grow, run_forests
from train.study.run import Recipe as Whole

if TYPE_CHECKING:
    from pathlib import Path

GINI, _, OURS = WAYS
RECIPE = Recipe(
    depths=(3,), depth_trees=2, trees=(1, 4), balanced_trees=2, balanced_seeds=2, of_class=12
)


def noise() -> tuple[np.ndarray, np.ndarray]:
    """Return pixels and labels that tell nothing of one another."""
    rng = np.random.default_rng(3)
    return rng.integers(0, 256, (240, 784)).astype(np.float32), np.arange(240) % 4


def test_a_tree_is_spared_about_a_third_of_the_images() -> None:
    pixels, labels = noise()
    for tree, outside in grow(pixels, labels, 3, 1, GINI, 80):
        assert len(outside) / len(labels) == pytest.approx(np.exp(-1), abs=0.08)
        inside = np.setdiff1d(np.arange(len(labels)), outside)
        right = tree.predict(pixels) == labels
        assert right[inside].all()  # it knows what it was grown on, and nothing of the rest
        assert right[outside].mean() < 0.5


def test_our_way_grows_each_tree_on_all_images() -> None:
    pixels, labels = noise()
    for tree, outside in grow(pixels, labels, 2, 1, OURS, 80):
        assert len(outside) == 0
        assert (tree.predict(pixels) == labels).all()
        assert (tree.criterion, tree.max_features) == ("entropy", 64)


def test_seeds_grow_other_trees_and_one_seed_the_same() -> None:
    pixels, labels = noise()
    grown = [
        [tree.tree_.node_count for tree, _ in grow(pixels, labels, 3, seed, GINI, 80)]
        for seed in (1, 1, 2)
    ]
    assert grown[0] == grown[1] != grown[2]
    assert len(set(grown[0])) > 1


def test_votes_are_means_of_the_trees_that_were_asked() -> None:
    pixels, labels = noise()
    votes, said = Votes.none(len(labels), 5), []
    for tree, _ in grow(pixels, labels, 2, 1, GINI, 2):
        votes.add(tree, pixels, np.arange(10))
        said.append(tree.predict_proba(pixels[:10]))
    assert votes.asked[:11].tolist() == [2] * 10 + [0]
    assert votes.probabilities[:10, :4] == pytest.approx(np.sum(said, axis=0))
    found = votes.scored(labels.astype(np.uint8), "ABCDE")
    assert found["samples"] == 10


def test_a_curve_has_a_row_for_each_number_of_trees(toy_data: Path) -> None:
    training = load_training(None, toy_data, None, 0.1, 1)
    one, four = curve(training, "entropy", 80, (1, 4), seed=1)
    (first,) = curve(training, "entropy", 80, (1,), seed=1)
    assert one["validation"] == first["validation"]
    assert (one["trees"], four["trees"]) == (1, 4)
    assert one["nodes"] < four["nodes"]
    assert one["validation"]["samples"] == 94
    # After one tree, about a third of the images are out of its bag; after four, most are.
    assert one["out_of_bag"]["samples"] < 0.5 * 846 < four["out_of_bag"]["samples"]
    assert four["out_of_bag"]["accuracy"] >= one["out_of_bag"]["accuracy"]
    (shallow,) = curve(training, "gini", 2, (1,), seed=1)
    assert shallow["deepest"] == 2
    assert shallow["validation"]["accuracy"] < one["validation"]["accuracy"]


def test_forests_are_grown_once(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, test = load_training(None, toy_data, None, 0.1, 1), load_test(toy_data, None)
    found = run_forests(RECIPE, training, test, RunOptions(tmp_path))
    assert [row["way"] for row in found["balanced"]] == [
        "gini", "gini", "entropy", "entropy", "our way", "our way",
    ]  # fmt: skip
    assert [row["seed"] for row in found["balanced"]] == [1, 2, 1, 2, 1, 2]
    assert {row["images"] for row in found["balanced"]} == {47 * 12}
    assert [(row["criterion"], row["trees"]) for row in found["trees"]] == [
        ("gini", 1), ("gini", 4), ("entropy", 1), ("entropy", 4),
    ]  # fmt: skip
    assert [(row["criterion"], row["depth"]) for row in found["depths"]] == [
        ("gini", 3), ("entropy", 3),
    ]  # fmt: skip
    assert np.load(tmp_path / "balanced-gini-2" / "answers.npy").shape == (188,)

    monkeypatch.setattr(forests, "grow", lambda *_: pytest.fail("grown again"))
    again = run_forests(RECIPE, training, test, RunOptions(tmp_path, resume=True))
    assert json.loads(json.dumps([again])) == json.loads(json.dumps([found]))
    with pytest.raises(DataError, match="another recipe"):
        run_forests(Recipe(), training, test, RunOptions(tmp_path, resume=True))


def test_the_reports_forest_is_grown_as_deep_as_it_has_it() -> None:
    recipe = Recipe()
    assert (recipe.depth, recipe.balanced_trees, recipe.balanced_seeds) == (80, 100, 3)
    assert max(recipe.trees) >= 100
    assert recipe.depth_trees in recipe.trees  # the deepest of the curve over depth
    assert asdict(Whole())["forests"] == asdict(recipe)
