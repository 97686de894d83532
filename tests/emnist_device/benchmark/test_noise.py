from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import numpy as np
import pytest

from emnist_device.benchmark import noise
from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import installed
from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS, corrupt
from emnist_edge.dataset.emnist import Samples

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.runtime.engine import Engine


class Echo:
    """A model that names the class of the sum of all pixels, and keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[NDArray[np.uint8]] = []

    def read_letters(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.seen.append(images.copy())
        return np.eye(47, dtype=np.float32)[images.sum(axis=(1, 2), dtype=int) % 47]


@pytest.fixture
def samples() -> Samples:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (50, 28, 28), dtype=np.uint8)
    return Samples(images, (np.arange(50) % 47).astype(np.uint8), BYMERGE)


@pytest.mark.parametrize("kind", ["spatter", "noise"])
def test_all_models_see_the_same_bytes_in_whatever_chunks(
    kind: str, samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Echo(), Echo()
    engines = cast("dict[str, Engine]", {"one": one, "other": other})
    monkeypatch.setattr(noise, "_CHUNK", 7)
    figures, arrays = noise.classify_corrupted(engines, samples, kind, 5)
    assert figures["models"] == ["one", "other"]
    assert arrays["predicted"].shape == (2, 5, 50)
    saw = np.concatenate(one.seen)
    assert np.array_equal(saw, np.concatenate(other.seen))
    whole = [corrupt(samples.images, kind, strength, 5) for strength in STRENGTHS]
    assert np.array_equal(saw, np.concatenate(whole))
    assert figures["sha256"] == [hashlib.sha256(images.tobytes()).hexdigest() for images in whole]
    sums = np.stack([images.sum(axis=(1, 2), dtype=int) % 47 for images in whole])
    assert np.array_equal(arrays["predicted"], [sums, sums])


def test_images_are_chosen_by_the_seed(samples: Samples) -> None:
    chosen = noise.pick(samples, 20, 3)
    assert len(chosen) == 20
    assert np.array_equal(chosen.images, noise.pick(samples, 20, 3).images)
    assert not np.array_equal(chosen.labels, noise.pick(samples, 20, 4).labels)
    assert np.array_equal(noise.pick(samples, 99, 3).images, samples.images)


def test_what_a_model_was_trained_on_is_in_its_sidecar() -> None:
    for artifact in installed():
        kinds = noise.seen(artifact)
        assert set(kinds) <= set(CORRUPTIONS)
        if artifact.name.startswith("cnn"):
            assert kinds == ["noise", "rotation", "shear", "scale", "translation", "thickness"]
        if artifact.name.startswith("mlp"):
            assert kinds == []


def test_kinds_that_are_none_are_left_out() -> None:
    artifact = installed()[0]
    for provenance, kinds in (
        ({"seen_corruptions": ["rule", "blur", "fog"]}, ["blur", "rule"]),
        ({"seen_corruptions": None}, []),
        ({}, []),
    ):
        assert noise.seen(replace(artifact, provenance=provenance)) == kinds
