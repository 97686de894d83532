"""What ``evaluate.search`` compares: architectures for each tier, and recipes for one of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.artifact import SIDE
from evaluate.ingredients import LITTLE, Averaged, Mixed
from train.common.augment import Augmentation
from train.tiers.architectures import TIERS, Net
from train.tiers.photographed import Variation
from train.tiers.recipe import Recipe, Settled
from train.tiers.teaching import digests

if TYPE_CHECKING:
    from numpy.typing import NDArray


#: Table of recipes; the others are named after tiers.
RECIPES = "recipes"


@dataclass(frozen=True)
class Budget:
    """What each candidate is trained with."""

    images: int = 40_000
    epochs: int = 6
    seed: int = 1

    def of(self, recipe: Recipe) -> Recipe:
        """Return ``recipe`` for as many epochs, with the seed."""
        return replace(recipe, epochs=self.epochs, seed=self.seed)


@dataclass(frozen=True)
class Trial:
    """A candidate: its architecture and recipe, and what it learns from beside the labels.

    teachers: models, by name or file. unlabelled: images (N, 28, 28) uint8. beforehand: teachers
    are asked once, about images as they are.
    """

    net: Net
    recipe: Recipe
    teachers: tuple[str, ...] = ()
    unlabelled: NDArray[np.uint8] = field(
        default_factory=lambda: np.empty((0, SIDE, SIDE), np.uint8)
    )
    beforehand: bool = False


def describe(trial: Trial, budget: Budget) -> dict[str, Any]:
    """Return all that the training of ``trial`` depends on, besides the data."""
    return {
        **asdict(budget.of(trial.recipe)),
        "net": asdict(trial.net),
        "images": budget.images,
        "asked": list(trial.teachers),
        "teachers": digests(trial.teachers),
        "more": len(trial.unlabelled),
        "beforehand": trial.beforehand,
    }


def compare_nets(tier: str) -> dict[str, Trial]:
    """Return the candidates for ``tier``: the net that was taken, and others of about its size."""
    others = {
        "tiny": {
            "separable, deeper": Net(16, ((32, 32), (48, 48, 56)), separable=True, residual=True),
            "separable, three stages": Net(16, ((24, 24), (40, 40), (64,)), separable=True),
            "separable, squeeze": Net(16, ((32,), (48, 48, 48)), separable=True, squeeze=0.125),
            "plain": Net(12, ((16,), (24, 32))),
        },
        "small": {
            "separable": Net(32, ((64, 64), (128, 128, 160)), separable=True, residual=True),
            "deeper": Net(24, ((32, 32), (48, 48, 48, 48)), residual=True),
            "stride for pooling": replace(TIERS["small"].net, pooling="stride"),
        },
        "base": {
            "residual": replace(TIERS["base"].net, residual=True),
            "shallower": Net(32, ((48,), (96, 96), (128, 128)), dropout=0.2),
        },
    }
    nets = {"taken": TIERS[tier].net, **others[tier]}
    recipe = Recipe(augmentation=TIERS[tier].variation)
    return {name: Trial(net, recipe) for name, net in nets.items()}


def compare_recipes(teachers: tuple[str, ...], unlabelled: NDArray[np.uint8]) -> dict[str, Trial]:
    """Return the recipe that was taken, for ``small``, and what is left without each ingredient.

    With ``teachers``, also what these add, and what ``unlabelled`` images add to that.
    """
    net, whole = TIERS["small"].net, Recipe()
    still = Augmentation(0, 0, 0, 0, 0, 0)
    without = {
        "labels alone": whole,
        "labels are not smoothed": replace(whole, smoothing=0.0),
        "no weight decay": replace(whole, weight_decay=None),
        "no photographs": replace(whole, augmentation=Variation(share=0.0)),
        "no blur": replace(whole, augmentation=Variation(blurred=0.0)),
        "no little light": replace(whole, augmentation=Variation(dim=0.0)),
        "no marks": replace(whole, augmentation=Variation(marked=0.0)),
        "none awry": replace(whole, augmentation=Variation(awry=0.0)),
        "no other hand": replace(whole, augmentation=Variation(still)),
        "a hand that changes more": replace(whole, augmentation=Variation(Augmentation())),
        "images as they are": replace(whole, augmentation=None),
        "images varied less": replace(whole, augmentation=LITTLE),
        "images varied less in the last quarter": Settled(settled=LITTLE),
        "mixup": Mixed(),
        "weights averaged": Averaged(),
        "float32": replace(whole, precision="float32"),
    }
    trials = {name: Trial(net, recipe) for name, recipe in without.items()}
    trials["no gate"] = Trial(replace(net, gated=False), whole)
    if teachers:
        trials["with a teacher"] = Trial(net, whole, teachers)
        taught = Trial(net, whole, teachers, unlabelled)
        trials["with a teacher and unlabelled images"] = taught
        trials["with both, the teacher asked once"] = replace(taught, beforehand=True)
    return trials
