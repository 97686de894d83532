from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.emnist import Samples
from emnist_edge.scoring.sources import EMNIST, NOTHING, SYMBOLS, UNIPEN, read_hands
from tests.conftest import toy_recipe
from train.common.batches import Batches
from train.common.loop import best_epoch
from train.tiers.losses import loss_at_shares
from train.tiers.mixture import (
    Blend,
    Mixture,
    class_shares,
    show_times,
)
from train.tiers.teaching import with_targets

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

ALPHABET = BYMERGE + "./∅"
DOT, SLASH, NONE = 47, 48, 49


def mixture(labels: list[int], sources: list[int], held: int, written_held: int) -> Mixture:
    """Return a mixture with EMNIST's first ``held`` and the last ``written_held`` held back."""
    found, whence = np.array(labels, np.uint8), np.array(sources, np.uint8)
    kept = np.arange(held, len(labels) - written_held)
    times = show_times(found[kept], whence[kept], Blend())
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(len(labels))  # which image it is
    return Mixture(
        "bymergepart",
        Samples(images, found, ALPHABET, {"emnist": "1"}),
        None,
        kept,
        np.arange(held),
        sources=whence,
        times=times,
        shares=class_shares(found[kept], whence[kept], times, len(ALPHABET), 0.02),
        written_held=np.arange(len(labels) - written_held, len(labels)),
        unipen={"characters-train.npz": "2"},
    )


def test_an_epoch_shows_each_image_of_emnist_once_and_others_by_their_weights() -> None:
    labels = np.array([0] * 100 + [1] * 64 + [2] * 4 + [DOT] * 9 + [NONE] * 5, np.uint8)
    sources = np.repeat([EMNIST, UNIPEN, SYMBOLS, NOTHING], [100, 68, 9, 5]).astype(np.uint8)
    times = show_times(labels, sources, Blend())
    assert (times[sources == EMNIST] == 1).all()
    sums = np.bincount(sources, times)
    assert sums == pytest.approx([100, 70, 20, 10])
    # 16 times as many images, 4 times as often: by the root of the number.
    assert times[labels == 1].sum() == pytest.approx(4 * times[labels == 2].sum())
    even = show_times(labels, sources, Blend(evenness=1.0))
    assert even[labels == 1].sum() == pytest.approx(even[labels == 2].sum())


def test_the_images_of_an_epoch_come_as_often_as_their_times() -> None:
    data = mixture(
        [0] * 30 + [1] * 7 + [2] * 3 + [DOT] * 2 + [NONE], [0] * 30 + [1] * 10 + [2, 2, 3], 2, 1
    )
    shown = data.order(np.random.default_rng(1))
    assert len(shown) == data.epoch_images == round(data.times.sum())
    counts = np.bincount(shown, minlength=44)[data.kept]
    assert (np.abs(counts - data.times) < 1).all()
    assert not set(shown) & {*data.held, *data.written_held}
    assert not np.array_equal(shown, np.sort(shown))
    assert not np.array_equal(shown, data.order(np.random.default_rng(2)))


def test_shares_are_those_of_a_source_and_no_class_is_impossible() -> None:
    labels = np.array([0, 0, 0, 1, 1, DOT, NONE], np.uint8)
    sources = np.array([EMNIST] * 4 + [UNIPEN, SYMBOLS, NOTHING], np.uint8)
    shares = class_shares(labels, sources, np.array([1, 1, 1, 1, 2, 1, 1.0]), 50, 0.02)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[EMNIST, [0, 1, DOT]] == pytest.approx([0.7354, 0.2454, 0.0004], abs=1e-5)
    for source in (UNIPEN, SYMBOLS, NOTHING):  # one collection: a source of one class says nothing
        assert shares[source, [1, DOT, NONE]] == pytest.approx([0.4904, 0.2454, 0.2454], abs=1e-4)


def test_what_sources_differ_in_is_kept_out_of_what_is_learned() -> None:
    """Two classes of one shape, 9 to 1 in one source, 1 to 4 in another: neither is likelier."""
    shares = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    labels = np.eye(2, dtype=np.float32)
    said = np.concatenate(
        [np.concatenate([labels, np.tile(of_source, (2, 1))], axis=1) for of_source in shares]
    )
    seen = shares.reshape(-1)

    def loss(first: float) -> float:
        answers = np.tile(np.array([first, 1 - first], np.float32), (4, 1))
        return float(seen @ np.asarray(loss_at_shares(said, answers)))

    assert min(np.linspace(0.05, 0.95, 19), key=loss) == pytest.approx(0.5)


def test_a_batch_says_label_and_shares_and_keras_finds_the_label() -> None:
    plain = mixture([*range(40), 1, 2, DOT, NONE], [0] * 40 + [1, 1, 2, 3], 0, 0)
    data = with_targets(plain, 0.05, (), 0.7)
    assert isinstance(data, Mixture)
    _, said = Batches(data, toy_recipe(), 0)[0]
    chosen = Batches(data, toy_recipe(), 0).indices[: len(said)]
    assert said.shape == (50, 100)
    assert np.array_equal(said.argmax(axis=1), data.samples.labels[chosen])
    assert np.array_equal(said[:, 50:], data.shares[data.sources[chosen]])


def test_a_teacher_answers_at_the_shares_of_each_source() -> None:
    labels = [*range(40), 1, 1, 2, DOT, NONE, 1]
    data = mixture(labels, [EMNIST] * 40 + [UNIPEN] * 3 + [SYMBOLS, NOTHING, UNIPEN], 0, 1)
    said = np.random.default_rng(1).dirichlet(np.ones(47), 4).astype(np.float32)
    targets = np.zeros((len(labels), 50), np.float32)
    targets[np.arange(len(labels)), labels] = 0.25
    targets[data.sources == SYMBOLS] *= 4
    learned = replace(data, targets=targets, teacher=lambda images: said[: len(images)])
    chosen = np.array([3, 40, 42, 43])
    answers = learned.taught(learned.answers(chosen), np.zeros((4, 28, 28), np.uint8))
    assert answers[:, :50].sum(axis=1) == pytest.approx(1)
    assert np.array_equal(answers[:, 50:], data.shares[data.sources[chosen]])
    for row, index in enumerate(chosen[:3]):
        likely = np.append(said[row], [0, 0, 0]) * data.shares[data.sources[index]]
        wanted = targets[index] + 0.75 * likely / likely.sum()
        assert answers[row, :50] == pytest.approx(wanted, abs=1e-6)
    assert answers[3, DOT] == 1  # no teacher knows symbols


def test_a_teacher_of_all_classes_is_heard_of_each() -> None:
    data = mixture([*range(40), DOT, NONE], [EMNIST] * 40 + [SYMBOLS, NOTHING], 0, 0)
    said = np.random.default_rng(1).dirichlet(np.ones(50), 3).astype(np.float32)
    targets = np.zeros((42, 50), np.float32)
    learned = replace(data, targets=targets, teacher=lambda images: said[: len(images)])
    chosen = np.array([3, 40, 41])
    answers = learned.taught(learned.answers(chosen), np.zeros((3, 28, 28), np.uint8))
    wanted = said * data.shares[data.sources[chosen]]
    wanted /= wanted.sum(axis=1, keepdims=True)
    assert answers[:, :50] == pytest.approx(wanted, abs=1e-6)
    assert wanted[:, 47:].min() > 0


def test_further_images_of_emnist_are_shown_once() -> None:
    data = with_targets(mixture([0, 1, 2, 2], [0, 0, 1, 1], 1, 1), 0.0, (), 0.7)
    assert isinstance(data, Mixture)
    more = Samples(np.ones((5, 28, 28), np.uint8), np.zeros(5, np.uint8), ALPHABET)
    joined = data.joined(more, np.zeros((9, 50), np.float32))
    assert isinstance(joined, Mixture)
    assert joined.epoch_images == data.epoch_images + 5
    shown = joined.order(np.random.default_rng(1))
    assert set(range(4, 9)) <= set(shown.tolist())
    assert (joined.sources[4:] == EMNIST).all()
    assert np.array_equal(joined.written_held, data.written_held)


def test_a_network_with_this_loss_is_saved_and_loaded(tmp_path: Path) -> None:
    pixels = keras.Input((4,))
    model = keras.Model(pixels, keras.layers.Dense(3, activation="softmax")(pixels))
    model.compile(loss=loss_at_shares)
    model.save(tmp_path / "model.keras")
    assert keras.models.load_model(tmp_path / "model.keras").loss is loss_at_shares


def answering(labels: NDArray[np.uint8], data: Mixture, sure: float) -> NDArray[np.float32]:
    """Return answers at ``data.frequencies`` that are for ``labels`` at equal ones."""
    answers = np.full((len(labels), len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1))
    answers[np.arange(len(labels)), labels] = sure
    answers *= data.frequencies
    return (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32)


def test_each_source_is_judged_at_its_own_frequencies() -> None:
    i, el = BYMERGE.index("I"), BYMERGE.index("L")
    labels = [i] * 30 + [el] * 12 + [i, el, el, DOT, DOT, SLASH, NONE, NONE]
    sources = [EMNIST] * 41 + [UNIPEN] * 4 + [SYMBOLS] * 3 + [NOTHING] * 2
    data = mixture(labels, sources, 40, 8)
    assert data.frequencies.sum() == pytest.approx(1)
    assert data.frequencies[i] == pytest.approx(3 * data.frequencies[el])
    assert data.frequencies[[DOT, NONE]] == pytest.approx(1 / 50)
    told = data.samples.labels.copy()
    told[0], told[-3], told[-1] = el, DOT, DOT

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return answering(told[images[:, 0, 0]], data, 0.9)

    row = data.judge(predict, data.frequencies)
    assert row["validation_accuracy"] == pytest.approx(1 - 1 / 40)
    assert row["validation_macro_recall"] == pytest.approx((29 / 30 + 1) / 2)
    assert row["unipen_accuracy"] == row["unipen_kind_known"] == 1
    assert row["symbols_macro_recall"] == 0.5
    assert row["nothing_refused"] == 0.5
    assert row["merit"] == pytest.approx((row["validation_accuracy"] + 1) / 2)
    assert best_epoch([{**row, "merit": 0.1}, row, {**row, "validation_accuracy": 1.0}]) == 1


def test_what_looks_alike_goes_by_the_frequencies_of_emnist_there_alone() -> None:
    i, el = BYMERGE.index("I"), BYMERGE.index("L")
    labels = [i] * 30 + [el] * 17 + [DOT, NONE]
    data = mixture(labels, [EMNIST] * 42 + [UNIPEN] * 5 + [SYMBOLS, NOTHING], 40, 6)

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        answers = np.zeros((len(images), len(ALPHABET)), np.float32)
        answers[:, [i, el]] = 0.48, 0.52  # no shape tells
        return answers

    def at_frequencies(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        answers = predict(images) * data.frequencies
        return (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32)

    for row in (data.judge(predict), data.judge(at_frequencies, data.frequencies)):
        assert row["validation_macro_recall"] == 0.5
        assert row["validation_accuracy"] == 0.75  # all were taken for I
        assert row["unipen_accuracy"] == 1


def test_what_a_network_owes_to_the_hands_of_emnist_is_taken_out() -> None:
    zero, o = BYMERGE.index("0"), BYMERGE.index("O")
    labels = [zero] * 80 + [o] * 40 + [zero, o] + [zero] * 20 + [o] * 80 + [DOT, NONE]
    data = mixture(labels, [EMNIST] * 121 + [UNIPEN] * 101 + [SYMBOLS, NOTHING], 120, 102)
    wide_ones = np.arange(len(labels)) // 40 == 2  # what EMNIST calls O, and nobody else wrote

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        wide = wide_ones[images[:, 0, 0]]
        answers = np.full((len(images), len(ALPHABET)), 1e-6)
        answers[:, zero], answers[:, o] = np.where(wide, 0.1, 0.8), np.where(wide, 0.9, 0.2)
        answers *= data.frequencies
        return (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32)

    shares = data.evened(predict)
    assert shares.sum() == pytest.approx(1)
    assert shares[[DOT, NONE]] == pytest.approx(data.frequencies[[DOT, NONE]])
    odds, usual = shares[zero] / shares[o], data.frequencies[zero] / data.frequencies[o]
    assert odds > 1.1 * usual
    before, after = data.judge(predict, data.frequencies), data.judge(predict, shares)
    assert after["validation_accuracy"] == before["validation_accuracy"]
    assert after["unipen_accuracy"] >= before["unipen_accuracy"]


def test_hands_are_read_among_their_kind_and_in_either_case() -> None:
    labels = np.array([BYMERGE.index(char) for char in "0Oa"], np.uint8)
    answers = np.zeros((3, 50), np.float32)
    answers[:, DOT] = 0.5  # no class of ByMerge
    for row, (best, second) in enumerate([("O", "0"), ("0", "O"), ("A", "4")]):
        answers[row, [BYMERGE.index(best), BYMERGE.index(second)]] = 0.3, 0.2
    found = read_hands(answers, labels)
    assert found == {"unipen_accuracy": 0, "unipen_kind_known": 1}
    wrong = read_hands(answers[[2, 2, 2]], labels)
    assert wrong["unipen_kind_known"] == pytest.approx(1 / 3)


def test_a_record_tells_the_strokes() -> None:
    data = mixture([0, 1, 2, 2], [0, 0, 1, 1], 1, 1)
    assert data.record() == {
        "split": "bymergepart",
        "data": {"emnist": "1"},
        "limit": None,
        "unipen": {"characters-train.npz": "2"},
    }
