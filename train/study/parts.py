"""The parts of the study, in the order in which they run, and about how long each takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from train import cnn, mlp
from train.study import folds
from train.study.models import ALTERED, GROUPS, NETWORKS, SHIPPED, Recipe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from train.study.models import Network

# Seconds on two cores. Of an epoch of ByMerge's part in batches of 256, by the number of layers,
# as the published page has them; filters of the network that ships, small batches and varied images
# as trainings of single epochs said, by as many times.
_EPOCH = {1: 15, 2: 21, 3: 33, 4: 30}
_WIDE, _SMALL_BATCH, _VARIED, _BALANCED = 1.6, 1.9, 1.2, 0.7
_SHIPPED_EPOCH, _MLP_EPOCH = 50, 5
_ALTERED = 60  # for each model whose robustness is measured
_OTHERS = {
    "forests": 2000, "folds-forest": 300,
    "folds-mlp": 4 * mlp.Recipe.epochs * _MLP_EPOCH,  # five folds of four fifths
    "folds-cnn": 4 * cnn.Recipe.epochs * _SHIPPED_EPOCH,
    "activations": 4 * mlp.Recipe.epochs * _MLP_EPOCH, "answers": 60,
    "noise": _ALTERED * (len(ALTERED) + len(SHIPPED)), "page": 60,
}  # fmt: skip


def _seconds(network: Network) -> float:
    """Return about how many seconds the training of ``network`` takes."""
    seconds = float(Recipe.epochs * _EPOCH[network.layers])
    seconds *= _WIDE if network.design.filters == cnn.FILTERS[: network.layers] else 1
    seconds *= _SMALL_BATCH if network.batch else 1
    seconds *= _VARIED if network.augmented else 1
    return seconds * (_BALANCED if network.balanced else 1)


#: What ``--only`` takes: groups of parts, by name.
GROUPED: Mapping[str, tuple[str, ...]] = {
    **{group: tuple(network.name for network in networks) for group, networks in GROUPS.items()},
    "folds": tuple(f"folds-{model}" for model in folds.MODELS),
}
#: Seconds that each part takes, in their order.
SECONDS = {
    **{name: _seconds(network) for name, network in NETWORKS.items()},
    **{name: float(seconds) for name, seconds in _OTHERS.items()},
}
PARTS = tuple(SECONDS)


def chosen(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the parts that ``names``, of groups and of parts, stand for; all for none."""
    wanted = {part for name in names for part in GROUPED.get(name, (name,))}
    return tuple(part for part in PARTS if part in wanted or not names)
