from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.benchmark.macs import count_macs
from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import read_sidecar
from emnist_edge.dataset import emnist
from emnist_edge.errors import DataError
from export import common, network, tier
from export.run import Run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # TensorFlow's are not ours to mend


def converted_already(patch: pytest.MonkeyPatch, models: Path) -> None:
    """Let conversion give the files that are in ``models``, which saves its time."""

    def convert(_: object, calibration: object) -> bytes:
        kind = "float32" if calibration is None else "int8"
        return (models / f"tiny-{kind}.tflite").read_bytes()

    patch.setattr(network, "convert", convert)


def test_the_sidecar_says_what_it_is_and_how_good(
    toy_tier_models: Path, toy_tier_run: Path
) -> None:
    artifact = read_sidecar(toy_tier_models / "tiny-int8.json")
    metrics = json.loads((toy_tier_run / "metrics.json").read_text())
    facts = artifact.provenance
    assert facts["weight_bytes"] == metrics["weight_bytes"] <= facts["most_bytes"]
    assert facts["seen_corruptions"] == []
    content = (toy_tier_models / artifact.file).read_bytes()
    assert facts["macs"] == count_macs(content, artifact.file) > 0
    assert facts["images"] == {"training": 846, "validation": 94, "labelled": 940, "test": 188}
    assert list(facts["test_data"]) == list(emnist.members(emnist.SPLITS["bymerge"], "test"))
    test = artifact.accuracy["test"]
    assert test["accuracy_low"] < test["accuracy"] < test["accuracy_high"]
    assert 0 <= test["risk_90"] <= test["risk_95"] <= 1 - test["accuracy"] + 1e-5
    assert test["log_loss"] > 0
    assert artifact.input_type == "int8"
    # Weights and biases are most of the file, whose rest describes them.
    assert metrics["weight_bytes"] < artifact.bytes < metrics["weight_bytes"] + 30_000


def test_int8_and_float32_agree_through_the_runtime(toy_tier_models: Path, toy_data: Path) -> None:
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    int8, float32 = (
        Engine(toy_tier_models / f"tiny-{kind}.tflite").probabilities(samples.images)
        for kind in ("int8", "float32")
    )
    # Total variation, against that of the answers to other images.
    apart, chance = (
        np.abs(int8 - other).sum(axis=1).mean() / 2 for other in (float32, np.roll(float32, 7, 0))
    )
    assert apart < 0.05 * chance
    assert np.array_equal(int8.argmax(axis=1), float32.argmax(axis=1))
    accuracy = float((int8.argmax(axis=1) == samples.labels).mean())
    sidecar = read_sidecar(toy_tier_models / "tiny-int8.json")
    assert accuracy == pytest.approx(sidecar.accuracy["test"]["accuracy"], abs=1e-6)


def test_the_card_describes_the_tier(toy_tier_models: Path) -> None:
    card = (toy_tier_models / "MODEL_CARD.md").read_text()
    test = read_sidecar(toy_tier_models / "tiny-int8.json").accuracy["test"]
    rows = [line for line in card.splitlines() if line.startswith("| `tiny-int8` ")]
    (row,) = [row for row in rows if f"| {test['log_loss']:.4f} |" in row]
    assert "## Tiny" in card
    assert f"{100 * test['calibration_error']:.2f} %" in row
    assert "trained on labels alone" in card.lower()


def test_other_seeds_are_measured_and_no_other_recipe(
    toy_tier_run: Path,
    toy_tier_models: Path,
    toy_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    converted_already(monkeypatch, toy_tier_models)
    other = tmp_path / "other"
    shutil.copytree(toy_tier_run, other)
    metrics = json.loads((other / "metrics.json").read_text())
    metrics["recipe"]["seed"] = 2
    (other / "metrics.json").write_text(json.dumps(metrics))
    output, card = tmp_path / "models", tmp_path / "MODEL_CARD.md"
    exported, _ = tier.export("tiny", toy_tier_run, output, card, toy_data, [other])
    (found,) = exported.provenance["other_seeds"]
    assert found["seed"] == 2
    # A copy, so that it does just as well.
    assert found["test"]["accuracy"] == exported.accuracy["test"]["accuracy"]
    shown = f"{100 * found['test']['accuracy']:.2f} %"
    assert f"Of 2 seeds, int8 on the test images, mean and range: accuracy {shown} (" in (
        card.read_text()
    )
    assert sorted(path.name for path in output.iterdir()) == sorted(
        f"tiny-{kind}.{suffix}" for kind in ("int8", "float32") for suffix in ("json", "tflite")
    )

    metrics["recipe"]["smoothing"] = 0.3
    (other / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(DataError, match="in more than its seed"):
        tier.export("tiny", toy_tier_run, output, card, toy_data, [other])


def test_balanced_recall_undoes_the_classes_shares() -> None:
    """Of a rare class that the probabilities name second, the balanced choice is right."""
    images = np.zeros((12, 28, 28), np.uint8)
    labels = np.array([0] * 9 + [1], np.uint8)
    samples = emnist.Samples(images[:10], labels, "AB")
    run = Run(None, "", {}, samples, np.array([], np.int64), None)  # type: ignore[arg-type]
    probabilities = np.array([[0.95, 0.05], [0.8, 0.2]], np.float32)
    judged = common.judge(probabilities, np.array([0, 1], np.uint8), run)
    assert judged["macro_recall"] == 0.5
    assert judged["balanced_recall"] == 1.0


def test_what_loses_too_much_or_is_another_tier_is_not_written(
    toy_tier_run: Path,
    toy_tier_models: Path,
    toy_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    converted_already(monkeypatch, toy_tier_models)
    card = tmp_path / "MODEL_CARD.md"
    with pytest.raises(DataError, match="a run of tiny, not of base"):
        tier.export("base", toy_tier_run, tmp_path, card, toy_data)
    monkeypatch.setattr(tier, "MOST_DROP", -0.5)
    options = ["--run", str(toy_tier_run), "--output", str(tmp_path), "--card", str(card)]
    result = CliRunner().invoke(tier.main, ["tiny", *options, "--data", str(toy_data)])
    assert result.exit_code == 1
    assert "tiny-int8 loses" in result.output
    assert list(tmp_path.iterdir()) == []


def test_no_run_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(tier.main, ["small", "--run", str(tmp_path)])
    assert result.exit_code == 1
    assert "python -m train.tier small" in result.output
