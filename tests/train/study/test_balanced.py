"""Equally many images of each class: to learn from, and to be tested on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emnist_edge.dataset.emnist import Samples
from train.common.data import TrainingData
from train.study.balanced import Balanced, draw_scores


def data_of(counts: list[int]) -> Balanced:
    """Return balanced data of so many images of each class, the last of each held back."""
    labels = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    images = np.zeros((len(labels), 28, 28), np.uint8)
    held = np.cumsum(counts) - 1
    kept = np.setdiff1d(np.arange(len(labels)), held)
    samples = Samples(images, labels, "ABC"[: len(counts)])
    return Balanced.of(TrainingData("toy", samples, None, kept, held), of_class=10)


def test_an_epoch_shows_equally_many_of_each_class() -> None:
    data = data_of([4, 31, 11])
    order = data.order(np.random.default_rng(1))
    assert len(order) == data.epoch_images == 30
    assert set(order) <= set(data.kept)
    assert np.bincount(data.samples.labels[order]).tolist() == [10, 10, 10]
    times = np.bincount(order, minlength=len(data.samples))
    assert sorted(times[data.samples.labels == 0]) == [0, 3, 3, 4]  # three images, one held back
    assert times[data.samples.labels == 1].max() == 1
    assert times[data.samples.labels == 2].tolist() == [*[1] * 10, 0]


def test_epochs_draw_anew_and_the_same_for_a_seed() -> None:
    data = data_of([4, 31, 11])
    one, again, other = (data.order(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert set(one) != set(other)


def test_the_best_epoch_is_the_one_that_reads_all_classes() -> None:
    data = data_of([4, 31, 11])
    data = replace(data, held=np.array([2, 3, 34, 45]))  # two of the first class, one of each other

    def predict(images: np.ndarray) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[0, 0, 0, 2]]

    row = data.judge(predict)
    assert row["validation_accuracy"] == 0.75
    assert row["merit"] == row["validation_macro_recall"] == pytest.approx(2 / 3)
    assert "validation_loss" in row


def test_scores_are_those_of_equally_many_of_each_class() -> None:
    """A common class that is read well hides no rare one that is not."""
    labels = np.repeat([0, 1], [900, 100])
    predicted = np.where(labels == 0, 0, np.arange(1000) % 2)
    found = draw_scores(predicted, labels, 3, of_class=400, draws=300)
    assert (predicted == labels).mean() == 0.95
    assert found["macro_recall"] == found["accuracy"] == pytest.approx(0.75, abs=0.005)
    f1 = (2 * 400 / (400 + 600) + 2 * 200 / (400 + 200)) / 2
    assert found["macro_f1"] == pytest.approx(f1, abs=0.005)
    assert found["macro_precision"] == pytest.approx((400 / 600 + 1) / 2, abs=0.005)
    # Of 400 draws with a chance of a half, the deviation is a fortieth.
    assert found["macro_f1_low"] < f1 - 0.015 < f1 + 0.015 < found["macro_f1_high"]
    assert found["macro_f1_high"] - found["macro_f1_low"] < 0.08
    assert (found["of_class"], found["draws"]) == (400, 300)
    assert found == draw_scores(predicted, labels, 3, of_class=400, draws=300)


def test_all_right_is_one_whatever_is_drawn() -> None:
    labels = np.repeat([0, 2], [7, 3])
    found = draw_scores(labels, labels, 4)
    assert {found[key] for key in found if key.startswith(("macro", "accuracy"))} == {1.0}
