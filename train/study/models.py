"""The networks of the study, and how each is trained.

The depth of networks is compared with fewer filters than the network that ships has, so that all
train on two CPU cores. From the four-layer network without regularization, one thing at a time is
changed; where the report's own way is measured, networks are as it has them. The models that ship
stand beside them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from emnist_edge.artifact import read_sidecar
from train import cnn
from train.common import loop
from train.common.augment import Augmentation
from train.common.lazy import keras
from train.study.balanced import OF_CLASS
from train.study.described import layers_of, optimizer_of

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.artifact import Artifact

#: Of one to four convolutions.
FILTERS = (16, 32, 64, 96)
LAYERS = (1, 2, 3, 4)
#: Of Gaussian noise; 0.3 is 25 grey levels, a tenth of black, as the report has it on pixels 0..1.
NOISES = (0.05, 0.1, 0.2, 0.3)
_REPORTS_NOISE = 0.3
_REPORTS_BATCH = 32


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The recipe of all networks, unless they have another of their own.

    constant: the learning rate stays as it is, instead of falling to zero along a half cosine.
    of_class: images of each class in an epoch of a network that learns equally many of each; None
    where it learns all images.
    """

    epochs: int = 20
    batch: int = 256
    learning_rate: float = 0.001
    constant: bool = False
    of_class: int | None = OF_CLASS

    def optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """Return the optimizer of a training of ``steps`` batches."""
        if self.constant:
            return keras.optimizers.Adam(self.learning_rate)
        return super().optimizer(steps)


@dataclass(frozen=True)
class Network:
    """One network of the study.

    name: of its folder. batch: None takes the recipe's. augmented: images are varied. balanced: it
    learns equally many images of each class (:mod:`train.study.balanced`). repeat: added to the
    seed of weights and order; the images held back stay the same.
    """

    name: str
    design: cnn.Design
    batch: int | None = None
    constant: bool = False
    augmented: bool = False
    balanced: bool = False
    repeat: int = 0

    @property
    def layers(self) -> int:
        """Number of convolutions."""
        return len(self.design.filters)

    @property
    def plain(self) -> bool:
        """Whether nothing regularizes it."""
        design = self.design
        return not (design.noise or design.normalization or design.dropout or self.augmented)


def _plain(layers: int) -> cnn.Design:
    return cnn.Design(FILTERS[:layers], noise=0.0, normalization=None, dropout=0.0)


def _regularized(layers: int) -> cnn.Design:
    return cnn.Design(FILTERS[:layers])


def _reports(layers: int) -> cnn.Design:
    """Return the report's network: no padding, a dropout for each layer, its noise and filters."""
    return cnn.Design(cnn.FILTERS[:layers], noise=_REPORTS_NOISE, dropouts=True, valid=True)


#: One to four layers, without and with dropout, noise and normalization; one in batches of 32.
_DEPTH = (
    *(
        Network(f"cnn-{layers}{kind}", design(layers))
        for layers in LAYERS
        for kind, design in (("-plain", _plain), ("", _regularized))
    ),
    Network("cnn-1-batch-32", _regularized(1), batch=_REPORTS_BATCH),
)
_FOUR, _BARE = _regularized(4), _plain(4)
#: One thing alone, added to four layers without any.
_ALONE = (
    *(Network(f"cnn-4-noise-{noise}", replace(_BARE, noise=noise)) for noise in NOISES),
    Network("cnn-4-augmented", _BARE, augmented=True),
    Network("cnn-4-dropout", replace(_BARE, dropout=0.3)),
    Network("cnn-4-normalized", replace(_BARE, normalization="batch")),
)
#: One thing of the report's, in four layers with regularization.
_REPORTS_ALONE = (
    Network("cnn-4-dropouts", replace(_FOUR, dropouts=True)),
    Network("cnn-4-valid", replace(_FOUR, valid=True)),
    Network("cnn-4-constant", _FOUR, constant=True),
)
#: Ways to a network that is both accurate and robust.
_RECIPES = (
    Network("cnn-4-louder", replace(_FOUR, noise=0.3)),
    Network("cnn-4-louder-augmented", replace(_FOUR, noise=0.3), augmented=True),
    Network("cnn-4-unnormalized", replace(_BARE, noise=0.3, dropout=0.3), augmented=True),
    Network("cnn-4-standardized", replace(_FOUR, noise=0.3, standardized=True), augmented=True),
    Network("cnn-4-by-image", replace(_FOUR, noise=0.3, normalization="image"), augmented=True),
)
#: By the report's own protocol: its networks trained in its way, and ours in ours.
_PROTOCOL = (
    *(
        Network(f"report-{layers}", _reports(layers), _REPORTS_BATCH, constant=True, balanced=True)
        for layers in LAYERS
    ),
    *(
        Network(
            f"balanced-{layers}", cnn.Design(cnn.FILTERS[:layers]), augmented=True, balanced=True
        )
        for layers in LAYERS
    ),
)
_SEEDED = ("cnn-1", "cnn-2", "cnn-3", "cnn-4", "cnn-4-plain")
_SEEDS = tuple(
    replace(network, name=f"{network.name}-seed-{seed}", repeat=seed - 1)
    for seed in (2, 3)
    for network in _DEPTH
    if network.name in _SEEDED
)

#: Networks by what they are trained for, in the order in which they are.
GROUPS = {
    "depth": _DEPTH,
    "protocol": _PROTOCOL,
    "alone": _ALONE,
    "recipes": _RECIPES,
    "deviations": _REPORTS_ALONE,
    "seeds": _SEEDS,
}
NETWORKS = {network.name: network for group in GROUPS.values() for network in group}
#: Whose robustness is measured.
ALTERED = tuple(
    network.name for group in ("depth", "alone", "recipes") for network in GROUPS[group]
)

#: The models that ship and stand in the tables: a forest, a network of one hidden layer, the CNN.
FOREST, MLP, CNN = SHIPPED = ("forest-edge", "mlp-int8", "cnn-int8")


def names_of(group: str) -> list[str]:
    """Return the names of the networks of ``group``, a key of ``GROUPS``."""
    return [network.name for network in GROUPS[group]]


def shipped(models: Path) -> dict[str, Artifact]:
    """Return the sidecars of those of ``SHIPPED`` that are in the folder ``models``, by name.

    Raises :class:`ModelError` for one that is not a sidecar.
    """
    paths = {name: models / f"{name}.json" for name in SHIPPED}
    return {name: read_sidecar(path) for name, path in paths.items() if path.exists()}


def build(network: Network, classes: int) -> keras.Model:
    """Return ``network``, untrained."""
    return cnn.build(classes, network.design, pool_first=True, name=network.name)


def own_recipe(network: Network, recipe: Recipe) -> Recipe:
    """Return ``recipe`` as ``network`` has it."""
    return replace(
        recipe,
        batch=network.batch or recipe.batch,
        constant=network.constant,
        augmentation=Augmentation() if network.augmented else None,
        of_class=recipe.of_class if network.balanced else None,
        seed=recipe.seed + network.repeat,
    )


def describe(network: Network, recipe: Recipe, classes: int) -> dict[str, Any]:
    """Return all that a training of ``network`` depends on, besides the data, for its record."""
    own = own_recipe(network, recipe)
    return {
        "design": asdict(network.design),
        **asdict(own),
        "optimizer": optimizer_of(own),
        "architecture": layers_of(build(network, classes)),
    }
