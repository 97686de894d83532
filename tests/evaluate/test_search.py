from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from evaluate import search
from tests.conftest import toy_net, toy_tier_recipe
from tests.taught import FORGOTTEN
from train.tiers.architectures import TIERS, build, weight_bytes

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.mark.parametrize("tier", TIERS)
def test_candidates_keep_to_the_size_of_their_tier_and_differ(tier: str) -> None:
    trials = search.compare_nets(tier)
    assert trials["taken"].net == TIERS[tier].net
    assert len({trial.net for trial in trials.values()}) == len(trials) >= 3
    sizes = [weight_bytes(build(trial.net, 47, "net")) for trial in trials.values()]
    assert max(sizes) <= TIERS[tier].most_bytes


def test_recipes_leave_out_one_thing_each() -> None:
    images = np.zeros((3, 28, 28), np.uint8)
    trials = search.compare_recipes(("base-float32",), images)
    described = {
        repr((t.net, t.recipe, t.teachers, len(t.unlabelled), t.beforehand))
        for t in trials.values()
    }
    assert len(described) == len(trials)
    assert len(trials) == len(search.compare_recipes((), images)) + 3
    assert len(trials["with a teacher and unlabelled images"].unlabelled) == 3


def test_trials_are_trained_once_and_make_a_table(
    taught_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = {"narrow": search.Trial(toy_net(), toy_tier_recipe())}
    monkeypatch.setattr(search, "compare_nets", lambda _: trials)
    monkeypatch.setattr(search, "time_int8", lambda _: 12.34)
    options = ["--data", str(taught_data), "--images", "400", "--epochs", "1"]
    options += ["--runs", str(tmp_path / "runs"), "--output", str(tmp_path / "search.md")]
    done = CliRunner().invoke(search.main, ["tiny", *options])
    assert done.exit_code == 0, done.output
    assert f"tiny, narrow: validation accuracy {1 - FORGOTTEN[0] / 47:.4f}" in done.output
    page = (tmp_path / "search.md").read_text()
    assert "Epochs: 1. Images: 400." in page
    (row,) = [line for line in page.splitlines() if line.startswith("| narrow |")]
    assert row.count("|") == 10
    assert " 12 |" in row

    monkeypatch.setattr("train.tier.fit", None)  # calling it would fail
    assert CliRunner().invoke(search.main, ["tiny", *options]).exit_code == 0
    assert (tmp_path / "search.md").read_text() == page


def test_a_table_that_there_is_not_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(search.main, ["huge", "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "no table 'huge'; there are tiny, small, base, recipes" in result.output


def test_int8_is_timed() -> None:
    assert 1 < search.time_int8(build(toy_net(), 47, "net")) < 10_000
