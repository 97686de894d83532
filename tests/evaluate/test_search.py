from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from evaluate import search
from evaluate.candidates import Trial
from tests.conftest import toy_net, toy_tier_recipe
from tests.taught import FORGOTTEN
from train.tiers.architectures import Net, build

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_trials_are_trained_once_and_make_a_table(
    taught_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trials = {"narrow": Trial(toy_net(), toy_tier_recipe())}
    monkeypatch.setattr(search, "compare_nets", lambda _: trials)
    costs = {"macs": 5_600_000, "int8_us": 12.34}
    monkeypatch.setattr(search, "measure_int8", lambda _: costs)
    options = ["--data", str(taught_data), "--images", "400", "--epochs", "1"]
    options += ["--runs", str(tmp_path / "runs"), "--output", str(tmp_path / "search.md")]
    done = CliRunner().invoke(search.main, ["tiny", *options])
    assert done.exit_code == 0, done.output
    assert f"tiny, narrow: validation accuracy {1 - FORGOTTEN[0] / 47:.4f}" in done.output
    page = (tmp_path / "search.md").read_text()
    assert "Epochs: 1. Images: 400." in page
    (row,) = [line for line in page.splitlines() if line.startswith("| narrow |")]
    assert row.count("|") == 10
    assert " 5.6 |" in row
    assert " 12 |" in row

    monkeypatch.setattr("train.tier.fit", None)  # calling it would fail
    assert CliRunner().invoke(search.main, ["tiny", *options]).exit_code == 0
    assert (tmp_path / "search.md").read_text() == page


def test_a_table_that_there_is_not_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(search.main, ["huge", "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "no table 'huge'; there are tiny, small, base, recipes" in result.output


def test_what_int8_costs_is_measured() -> None:
    costs = search.measure_int8(build(Net(8, ((12,), (16, 16))), 10, "net"))
    at_14, at_7 = 25 * 8 + 9 * 8 * 12, 9 * (12 * 16 + 16 * 16)
    assert costs["macs"] == 196 * at_14 + 49 * at_7 + 160
    assert 1 < costs["int8_us"] < 10_000
