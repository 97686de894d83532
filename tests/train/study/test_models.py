"""The networks of the study: what each is made of, and how it is trained."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest

from train import cnn
from train.common import loop
from train.study import models
from train.study.described import layers_of, optimizer_of
from train.study.models import FILTERS, GROUPS, NETWORKS, Recipe, names_of, own_recipe

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def kinds(name: str) -> dict[str, int]:
    """Return how often each kind of layer is in the network ``name``, by its first word."""
    layers = sorted(layer.split()[0] for layer in layers_of(models.build(NETWORKS[name], 47)))
    return {kind: len(list(of)) for kind, of in groupby(layers)}


def test_depth_is_compared_with_and_without_regularization() -> None:
    assert names_of("depth") == [
        *(f"cnn-{layers}{kind}" for layers in range(1, 5) for kind in ("-plain", "")),
        "cnn-1-batch-32",
    ]
    for layers in range(1, 5):
        plain, whole = NETWORKS[f"cnn-{layers}-plain"], NETWORKS[f"cnn-{layers}"]
        assert plain.design.filters == whole.design.filters == FILTERS[:layers]
        assert kinds(plain.name) == {"convolution": layers, "dense": 2, "max": min(layers, 3)}
        assert kinds(whole.name) == {
            **kinds(plain.name), "noise": 1, "batch": min(layers, 3), "dropout": 1,
        }  # fmt: skip
    assert own_recipe(NETWORKS["cnn-1-batch-32"], Recipe()).batch == 32


def test_one_thing_alone_is_added_to_a_network_without_any() -> None:
    bare = kinds("cnn-4-plain")
    more = {"noise-0.1": "noise", "dropout": "dropout", "normalized": "batch"}
    for name, kind in more.items():
        found = kinds(f"cnn-4-{name}")
        assert {key for key in found if found[key] != bare.get(key)} == {kind}
    assert [NETWORKS[f"cnn-4-noise-{noise}"].design.noise for noise in models.NOISES] == [
        0.05, 0.1, 0.2, 0.3,
    ]  # fmt: skip
    assert kinds("cnn-4-augmented") == bare
    assert own_recipe(NETWORKS["cnn-4-augmented"], Recipe()).augmentation is not None
    assert own_recipe(NETWORKS["cnn-4-plain"], Recipe()).augmentation is None


@pytest.mark.parametrize("layers", range(1, 5))
def test_the_reports_networks_are_as_it_has_them(layers: int) -> None:
    network = NETWORKS[f"report-{layers}"]
    said = layers_of(models.build(network, 47))
    convolutions = [layer for layer in said if layer.startswith("convolution")]
    filters = cnn.FILTERS[:layers]
    assert convolutions == [f"convolution {count} 3x3 valid" for count in filters]
    assert said.count("dropout 0.3") == layers
    assert said[0] == "noise 0.3"
    assert network.design.noise * loop.PIXEL_STD == pytest.approx(0.1, abs=0.001)
    recipe = own_recipe(network, Recipe())
    assert (recipe.batch, recipe.learning_rate, recipe.epochs) == (32, 0.001, 20)
    assert optimizer_of(recipe) == "Adam, constant"
    assert (recipe.of_class, recipe.augmentation) == (1920, None)


def test_what_is_balanced_is_the_protocols() -> None:
    balanced = [name for name in NETWORKS if own_recipe(NETWORKS[name], Recipe()).of_class]
    assert balanced == names_of("protocol")
    assert len(balanced) == 8


def test_a_seed_changes_the_seed_alone() -> None:
    assert len(names_of("seeds")) == 10
    for name in names_of("seeds"):
        network, first = NETWORKS[name], NETWORKS[name.split("-seed-")[0]]
        assert replace(network, name=first.name, repeat=0) == first
        recipe = own_recipe(network, Recipe(seed=5))
        assert recipe == replace(own_recipe(first, Recipe(seed=5)), seed=recipe.seed)
        assert recipe.seed == 4 + int(name[-1])


def test_a_recipe_that_normalizes_by_image_does_not_know_other_images() -> None:
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (8, 28, 28), dtype=np.uint8)
    fainter = (images // 2).astype(np.uint8)
    standardized = models.build(NETWORKS["cnn-4-standardized"], 47)
    by_image = models.build(NETWORKS["cnn-4-by-image"], 47)
    assert not by_image.non_trainable_variables or all(
        "seed" in variable.path for variable in by_image.non_trainable_variables
    )
    usual = models.build(NETWORKS["cnn-4"], 47)
    changed = {
        name: np.abs(loop.predict(network, images) - loop.predict(network, fainter)).max()
        for name, network in (("standardized", standardized), ("usual", usual))
    }
    assert changed["standardized"] < 0.01  # of what is rounded off
    assert changed["usual"] > 5 * changed["standardized"]


def test_every_network_has_a_name_and_a_design_of_its_own() -> None:
    networks = [network for group in GROUPS.values() for network in group]
    assert len({network.name for network in networks}) == len(networks) == len(NETWORKS)
    assert len({replace(network, name="") for network in networks}) == len(networks)
