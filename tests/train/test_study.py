from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import cv2
import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.corruptions import SEVERITIES
from emnist_edge.errors import DataError
from tests.conftest import waive_official_numbers
from train import cnn, folds, noise, report, study, study_models
from train.study_models import NETWORKS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

PARTS = ("cnn-1-plain", "cnn-1", "folds-forest", "noise", "page")
RECIPE = study.Recipe(
    study_models.Recipe(epochs=2, batch=50, learning_rate=0.003),
    folds.Recipe(folds=3, trees=3),
    noise.Recipe(images=100),
)


@pytest.fixture(scope="session")
def toy_runs(
    toy_run: Path, toy_mlp_run: Path, toy_forest_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the models that ship, as short trainings left them."""
    runs = tmp_path_factory.mktemp("toy-runs")
    for name, run in (("cnn", toy_run), ("mlp", toy_mlp_run), ("forest", toy_forest_run)):
        (runs / name).symlink_to(run)
    return runs


@pytest.fixture(scope="session")
def toy_study(toy_files: Path, toy_runs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a few parts of the study on the small data set."""
    output = tmp_path_factory.mktemp("toy-study")
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        run(PARTS, output, toy_runs, toy_files, resume=False)
    return output


def run(parts: tuple[str, ...], output: Path, runs: Path, data: Path, *, resume: bool) -> None:
    study.run_parts(parts, RECIPE, output, runs, data, None, None, resume, folds.Workers())


@pytest.mark.parametrize("network", NETWORKS.values(), ids=str)
def test_networks_differ_in_depth_and_regularization(network: study_models.Network) -> None:
    filters = study_models.FILTERS[: network.layers]
    model = cnn.build(47, filters=filters, regularized=network.regularized)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert [
        layer.filters for layer in model.layers if isinstance(layer, keras.layers.Conv2D)
    ] == list(filters)
    normalized = min(network.layers, 3) if network.regularized else 0
    assert kinds.count("BatchNormalization") == normalized
    assert kinds.count("GaussianNoise") == kinds.count("Dropout") == int(network.regularized)
    assert model.output_shape == (None, 47)


def test_the_study_has_eight_networks_and_one_with_a_batch_of_32() -> None:
    assert [f"cnn-{n}{kind}" for n in range(1, 5) for kind in ("-plain", "")] + [
        "cnn-1-batch-32"
    ] == list(NETWORKS)


def test_networks_learn_and_record_what_they_did(toy_study: Path) -> None:
    for name in PARTS[:2]:
        metrics = json.loads((toy_study / name / "metrics.json").read_text())
        assert metrics["recipe"]["regularized"] == (name == "cnn-1")
        assert metrics["recipe"]["batch"] == 50
        assert metrics["test"]["accuracy"] > 0.3  # of 47 classes
        assert 0 < metrics["test"]["weighted_f1"] <= 1
        assert len(metrics["history"]) == metrics["epochs"] == 2
        assert metrics["images"] == {"training": 846, "validation": 94, "test": 188}


def test_what_is_done_is_not_done_again(
    toy_study: Path, toy_runs: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.loop.train_epoch", None)  # calling any of these would fail
    monkeypatch.setattr("train.folds.run_fold", None)
    monkeypatch.setattr("train.noise.load_predictor", None)
    monkeypatch.setattr("train.loop.predict", None)
    before = {path: path.read_text() for path in toy_study.rglob("*.json")}
    run(PARTS, toy_study, toy_runs, toy_data, resume=True)
    assert {path: path.read_text() for path in toy_study.rglob("*.json")} == before


def test_an_interrupted_network_goes_on_and_another_recipe_is_refused(
    toy_study: Path, toy_runs: Path, toy_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cnn-1-plain"
    shutil.copytree(toy_study / "cnn-1-plain", folder)
    (folder / "metrics.json").unlink()
    history = json.loads((folder / "history.json").read_text())
    (folder / "history.json").write_text(json.dumps(history[:1]))
    run(("cnn-1-plain",), tmp_path, toy_runs, toy_data, resume=True)
    again = json.loads((folder / "metrics.json").read_text())["history"]
    assert again[0] == history[0]
    assert len(again) == 2
    other = study.Recipe(study_models.Recipe(epochs=3, batch=50))
    with pytest.raises(DataError, match="another recipe"):
        study.run_parts(
            ("cnn-1-plain",), other, tmp_path, toy_runs, toy_data, None, None, True,
            folds.Workers(),
        )  # fmt: skip


def test_noise_is_measured_for_every_model_that_is_there(toy_study: Path) -> None:
    files = sorted(path.stem for path in (toy_study / "noise").glob("*.json"))
    assert files == ["cnn", "cnn-1", "cnn-1-plain", "forest", "mlp"]
    found = json.loads((toy_study / "noise" / "mlp.json").read_text())
    assert found["run"]["images"] == 100
    assert list(found["accuracy"]) == list(SEVERITIES)
    assert all(len(values) == 5 for values in found["accuracy"].values())
    assert found["clean"] > noise.mean(found["accuracy"]) > 1 / 47


def test_a_model_that_changed_is_measured_again(
    toy_study: Path, toy_runs: Path, toy_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(toy_study / "noise", tmp_path / "noise")
    path = tmp_path / "noise" / "mlp.json"
    before = json.loads(path.read_text())
    path.write_text(json.dumps(before | {"run": before["run"] | {"model": "other"}, "clean": 0}))
    run(("noise",), tmp_path, toy_runs, toy_data, resume=True)
    assert json.loads(path.read_text()) == before


def test_every_figure_of_the_page_is_that_of_a_json_file(
    toy_study: Path, toy_runs: Path, tmp_path: Path
) -> None:
    results = report.read_results(toy_study, toy_runs)
    page = tmp_path / "study.md"
    report.write_page(results, page, toy_study, quick=False)
    text = page.read_text()
    for name, title in (("cnn-1-plain", "CNN, 1 layer, plain"), ("cnn-1", "CNN, 1 layer")):
        test = results.networks[name]["test"]
        row = next(line for line in text.splitlines() if line.startswith(f"| {title} |"))
        assert f"| {test['weighted_precision']:.4f} | {test['weighted_recall']:.4f} |" in row
        assert row.endswith(f"{test['macro_recall']:.4f} | {test['macro_f1']:.4f} |")
    for name in ("forest-edge", "forest, full", "MLP, 1 hidden layer", "`cnn`, 4 layers"):
        assert f"| {name}" in text
    assert f"{results.validated['forest']['mean']['accuracy']:.4f} ± " in text
    assert f"| `forest` | {results.altered['forest']['clean']:.3f} |" in text
    assert "| CNN, 4 layers | 0.90 | 0.89 | 0.89 |" in text
    assert "TRIAL" not in text
    for link in re.findall(r"\]\((.+?)\)", text):
        picture = cv2.imread(str(tmp_path / link))
        assert picture is not None
        assert picture.std() > 5
    assert len(list((tmp_path / "study").iterdir())) == 7


def test_a_page_of_nothing_is_a_page(tmp_path: Path) -> None:
    page = tmp_path / "study.md"
    report.write_page(report.read_results(tmp_path, tmp_path), page, tmp_path, quick=True)
    assert "A QUICK TRIAL" in page.read_text()


def test_pairs_count_mistakes_either_way() -> None:
    confusion = np.array([[9, 2, 0], [3, 9, 1], [0, 0, 9]])
    assert report.confused_pairs(confusion, "0O1", 5) == [("0", "O", 5), ("O", "1", 1)]


def test_a_quick_trial_says_so_and_stays_out_of_the_way(
    toy_data: Path, toy_runs: Path, tmp_path: Path
) -> None:
    options = ["--quick", "--data", str(toy_data), "--output", str(tmp_path / "study")]
    only = ["--only", "folds-forest", "--only", "page"]
    result = CliRunner().invoke(study.main, [*options, *only, "--runs", str(toy_runs)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("QUICK TRIAL")
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["quick"]
    assert "QUICK TRIAL" in (tmp_path / "study" / "quick" / "study.md").read_text()


def test_missing_data_is_said_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(study.main, ["--data", str(tmp_path), "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "emnist-bymerge-train-images" in result.output
