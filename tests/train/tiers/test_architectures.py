from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from emnist_edge import artifact
from emnist_edge.corruptions import corrupt
from train.common.loop import predict
from train.tiers.architectures import TIERS, Net, build, weight_bytes

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

PLAIN = Net(8, ((12,), (16, 16)))


def test_exports_know_the_same_tiers() -> None:
    assert tuple(TIERS) == artifact.TIERS


@pytest.mark.parametrize("name", TIERS)
def test_each_tier_keeps_to_its_size(name: str) -> None:
    tier = TIERS[name]
    model = build(tier.net, 47, name)
    assert model.output_shape == (None, 47)
    assert 0.6 * tier.most_bytes < weight_bytes(model) <= tier.most_bytes


def test_bytes_are_counted() -> None:
    model = build(PLAIN, 10, "plain")
    kernels = 25 * 8 + 9 * (8 * 12 + 12 * 16 + 16 * 16) + 16 * 10
    assert weight_bytes(model) == kernels + 4 * (8 + 12 + 16 + 16 + 10)

    separable = build(replace(PLAIN, separable=True), 10, "separable")
    kernels = 25 * 8 + 9 * (8 + 12 + 16) + 8 * 12 + 12 * 16 + 16 * 16 + 16 * 10
    biases = 8 + (8 + 12) + (12 + 16) + (16 + 16) + 10
    assert weight_bytes(separable) == kernels + 4 * biases

    # Two turns, each of two shears.
    turned = build(replace(PLAIN, turned=5), 10, "turned")
    assert weight_bytes(turned) == weight_bytes(model) + 4 * 28 * (5 + 4)


@pytest.mark.parametrize(
    "change",
    [
        {"separable": True},
        {"residual": True},
        {"squeeze": 0.5},
        {"pooling": "stride"},
        {"dropout": 0.5},
        {"gated": False},
        {"turned": 5.0},
    ],
)
def test_each_choice_changes_the_network_and_it_gives_probabilities(
    change: dict[str, object],
) -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 28, 28), dtype=np.uint8)
    plain, changed = (build(net, 47, "net") for net in (PLAIN, replace(PLAIN, **change)))  # type: ignore[arg-type]
    kinds = [sorted(type(layer).__name__ for layer in model.layers) for model in (plain, changed)]
    assert kinds[0] != kinds[1]
    probabilities = predict(changed, images)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert np.ptp(probabilities, axis=0).max() > 0


def test_faint_grain_on_paper_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    clean = np.zeros((20, 28, 28), np.uint8)
    clean[:, 4:24, 12:16] = 255
    grainy = np.where(clean > 0, 230, rng.integers(0, 40, clean.shape)).astype(np.uint8)
    model = build(PLAIN, 47, "gated")
    assert predict(model, grainy) == pytest.approx(predict(model, clean), abs=1e-5)
    nothing, faded = np.zeros_like(clean), corrupt(clean, "fade", 5, 1)
    assert predict(model, faded) == pytest.approx(predict(model, nothing), abs=1e-5)
    assert predict(model, faded) != pytest.approx(predict(model, clean), abs=1e-5)
