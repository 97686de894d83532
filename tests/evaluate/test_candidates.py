from __future__ import annotations

import numpy as np
import pytest

from evaluate.candidates import compare_nets, compare_recipes
from train.tiers.architectures import TIERS, build, weight_bytes

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.mark.parametrize("tier", TIERS)
def test_candidates_keep_to_the_size_of_their_tier_and_differ(tier: str) -> None:
    trials = compare_nets(tier)
    assert trials["taken"].net == TIERS[tier].net
    assert len({trial.net for trial in trials.values()}) == len(trials) >= 3
    sizes = [weight_bytes(build(trial.net, 47, "net")) for trial in trials.values()]
    assert max(sizes) <= TIERS[tier].most_bytes


def test_recipes_leave_out_one_thing_each() -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    trials = compare_recipes(("base-float32",), images)
    described = {
        repr((t.net, t.recipe, t.teachers, len(t.unlabelled), t.beforehand))
        for t in trials.values()
    }
    assert len(described) == len(trials)
    assert len(trials) == len(compare_recipes((), images)) + 3
    assert len(trials["with a teacher and unlabelled images"].unlabelled) == 3
