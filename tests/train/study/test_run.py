from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.artifact import read_sidecar
from emnist_edge.errors import DataError, ModelError
from tests.conftest import MISLABELLED, stopped_after_an_epoch, teach_networks
from tests.taught import known
from train.common.data import RunOptions, load_test, load_training
from train.study import folds, noise, report
from train.study import models as study_models
from train.study import run as study
from train.study.models import CNN, FOREST, MLP, NETWORKS, SHIPPED

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

PARTS = ("cnn-1-plain", "cnn-1", "folds-forest", "noise", "page")
RECIPE = study.Recipe(
    study_models.Recipe(epochs=2, batch=50, learning_rate=0.003),
    folds.Recipe(folds=3, trees=3),
    noise.Recipe(images=100),
)


@pytest.fixture(scope="session")
def toy_study(toy_files: Path, toy_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a few parts of the study on the small data set."""
    output = tmp_path_factory.mktemp("toy-study")
    with pytest.MonkeyPatch.context() as patch:
        teach_networks(patch)
        run(PARTS, output, toy_models, toy_files, resume=False)
    return output


def written(results: report.Results, folder: Path, study: Path | None = None) -> str:
    """Return the page of ``results``; the network whose activations are drawn is in ``study``."""
    page = folder / "study.md"
    report.write_page(results, page, study or folder, quick=False)
    return page.read_text(encoding="utf-8")


def section(text: str, title: str) -> list[str]:
    """Return the lines of a section that hold anything, without its heading."""
    lines = text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0].splitlines()
    return [line for line in lines if line]


def row(lines: list[str], title: str) -> list[str]:
    """Return the cells of the one row of ``lines`` that starts with ``title``."""
    (found,) = (line for line in lines if line.startswith(f"| {title} |"))
    return found.removeprefix("| ").removesuffix(" |").split(" | ")


def cells(test: dict[str, float]) -> list[str]:
    """Return the cells of a model's scores."""
    return [
        f"{test[f'{average}_{score}']:.4f}"
        for average in ("weighted", "macro")
        for score in ("precision", "recall", "f1")
    ]


def run(parts: tuple[str, ...], output: Path, models: Path, data: Path, *, resume: bool) -> None:
    options = RunOptions(output, data, resume=resume)
    study.run_parts(parts, RECIPE, models, options, folds.Workers())


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_is_trained_as_its_name_says(
    name: str, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of its depth, regularized unless it is plain, in batches of its own where it says so."""
    trained: list[tuple[keras.Model, int]] = []

    def fit(model: keras.Model, data: object, recipe: study_models.Recipe, _: Path) -> object:
        trained.append((model, recipe.batch))
        raise DataError("enough")

    monkeypatch.setattr("train.common.loop.fit", fit)
    training = load_training(None, toy_data, None, 0.1, 1)
    with pytest.raises(DataError, match="enough"):
        study_models.train_network(
            NETWORKS[name], RECIPE.networks, training, training.samples, RunOptions(tmp_path)
        )
    ((model, batch),) = trained
    layers, plain = int(name.split("-")[1]), "plain" in name
    filters = [one.filters for one in model.layers if isinstance(one, keras.layers.Conv2D)]
    assert filters == list(study_models.FILTERS[:layers])
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("BatchNormalization") == (0 if plain else min(layers, 3))
    assert kinds.count("GaussianNoise") == kinds.count("Dropout") == int(not plain)
    assert batch == (32 if name == "cnn-1-batch-32" else RECIPE.networks.batch)
    recorded = json.loads((tmp_path / "run.json").read_text())["recipe"]
    assert (recorded["batch"], recorded["regularized"]) == (batch, not plain)
    assert model.output_shape == (None, 47)


def test_the_study_has_eight_networks_and_one_with_a_batch_of_32() -> None:
    assert [f"cnn-{n}{kind}" for n in range(1, 5) for kind in ("-plain", "")] + [
        "cnn-1-batch-32"
    ] == list(NETWORKS)


def test_networks_record_what_they_learned(toy_study: Path) -> None:
    for name in PARTS[:2]:
        metrics = json.loads((toy_study / name / "metrics.json").read_text())
        assert metrics["recipe"]["regularized"] == (name == "cnn-1")
        assert metrics["recipe"]["batch"] == 50
        assert metrics["validation"]["accuracy"] == pytest.approx(known(name), abs=1e-6)
        assert metrics["test"]["accuracy"] == pytest.approx(known(name), abs=MISLABELLED / 188)
        assert 0 < metrics["test"]["weighted_f1"] < 1
        assert len(metrics["history"]) == metrics["epochs"] == 2
        assert metrics["images"] == {"training": 846, "validation": 94, "test": 188}


def test_what_is_done_is_not_done_again(
    toy_study: Path, toy_models: Path, toy_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.common.loop.train_epoch", None)  # calling any of these would fail
    monkeypatch.setattr("train.study.folds.run_fold", None)
    monkeypatch.setattr("train.study.noise.load_predictor", None)
    monkeypatch.setattr("train.common.loop.predict", None)
    before = {path: path.read_text() for path in toy_study.rglob("*.json")}
    run(PARTS, toy_study, toy_models, toy_data, resume=True)
    assert {path: path.read_text() for path in toy_study.rglob("*.json")} == before


def test_an_interrupted_network_goes_on_and_another_recipe_is_refused(
    toy_models: Path, taught_data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cnn-1-plain"
    with stopped_after_an_epoch():
        run(("cnn-1-plain",), tmp_path, toy_models, taught_data, resume=False)
    history = json.loads((folder / "history.json").read_text())
    assert len(history) == 1
    run(("cnn-1-plain",), tmp_path, toy_models, taught_data, resume=True)
    again = json.loads((folder / "metrics.json").read_text())["history"]
    assert again[0] == history[0]
    assert len(again) == 2
    other = study.Recipe(study_models.Recipe(epochs=3, batch=50))
    with pytest.raises(DataError, match="another recipe"):
        study.run_parts(
            ("cnn-1-plain",),
            other,
            toy_models,
            RunOptions(tmp_path, taught_data, resume=True),
            folds.Workers(),
        )


def test_noise_is_measured_for_every_model_that_is_there(toy_study: Path, toy_models: Path) -> None:
    files = sorted(path.stem for path in (toy_study / "noise").glob("*.json"))
    assert files == ["cnn-1", "cnn-1-plain", "cnn-int8", "forest-edge", "mlp-int8"]
    found = json.loads((toy_study / "noise" / "mlp-int8.json").read_text())
    assert found["run"]["images"] == 100
    assert found["run"]["model"] == read_sidecar(toy_models / "mlp-int8.json").sha256
    assert list(found["accuracy"]) == list(noise.KINDS)
    assert all(len(values) == 5 for values in found["accuracy"].values())
    assert found["clean"] == pytest.approx(1 - MISLABELLED / 100)  # the first of the test images
    assert found["clean"] > noise.mean(found["accuracy"]) > 1 / 47


def test_accuracy_stands_in_the_order_of_strength(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of images that only tell by how much they were altered, an ever smaller share is right."""
    test = load_test(toy_data, 100)

    def corrupt(images: NDArray[np.uint8], kind: str, strength: int, _: int) -> NDArray[np.uint8]:
        return np.full_like(images, 10 * list(noise.KINDS).index(kind) + strength)

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        kind, strength = divmod(int(images[0, 0, 0]), 10) if np.ptp(images) == 0 else (0, 0)
        right = np.arange(len(images)) < 100 - 10 * strength - kind
        return np.eye(48, dtype=np.float32)[np.where(right, test.labels, 47)]

    monkeypatch.setattr(noise, "corrupt", corrupt)
    monkeypatch.setattr(noise, "load_predictor", lambda _: predict)
    (tmp_path / "model").touch()
    models = {"model": tmp_path / "model"}
    found = noise.measure_all(models, test, RECIPE.noise, RunOptions(tmp_path / "noise"))
    assert found["model"]["clean"] == 1
    for number, kind in enumerate(noise.KINDS):
        wanted = [(90 - number - lost) / 100 for lost in (0, 10, 20, 30, 40)]
        assert found["model"]["accuracy"][kind] == pytest.approx(wanted)


def test_the_network_whose_mistakes_are_shown_is_the_best_on_validation(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, validation in (("cnn-1", 0.8), ("cnn-2", 0.9), ("cnn-3", 0.7)):
        (tmp_path / name).mkdir()
        scores = {"validation": {"accuracy": validation}, "test": {"accuracy": 1 - validation}}
        (tmp_path / name / "metrics.json").write_text(json.dumps(scores))
    monkeypatch.setattr("train.common.checkpoints.load", lambda path: path.parent.name)
    test = load_test(toy_data, 94)

    def predict(model: str, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert model == "cnn-2"
        return np.eye(47, dtype=np.float32)[(test.labels + 1) % 47]

    monkeypatch.setattr("train.common.loop.predict", predict)
    study_models.find_confusion(tmp_path, test)
    found = json.loads((tmp_path / "confusion.json").read_text())
    assert found["model"] == "cnn-2"
    counts = np.bincount(test.labels, minlength=47)
    assert np.array_equal(found["confusion"], np.roll(np.diag(counts), 1, axis=1))


def test_a_model_that_changed_is_measured_again(
    toy_study: Path, toy_models: Path, toy_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(toy_study / "noise", tmp_path / "noise")
    path = tmp_path / "noise" / "mlp-int8.json"
    before = json.loads(path.read_text())
    path.write_text(json.dumps(before | {"run": before["run"] | {"model": "other"}, "clean": 0}))
    run(("noise",), tmp_path, toy_models, toy_data, resume=True)
    assert json.loads(path.read_text()) == before


@pytest.mark.parametrize("name", SHIPPED)
def test_a_model_that_ships_is_run_as_on_the_device(
    name: str, toy_models: Path, toy_data: Path, tmp_path: Path
) -> None:
    path = noise.trained_models(tmp_path, toy_models)[name]
    test = load_test(toy_data, None)
    found = noise.load_predictor(path)(test.images).argmax(axis=1)
    accuracy = read_sidecar(toy_models / f"{name}.json").accuracy["test"]["accuracy"]
    assert np.mean(found == test.labels) == pytest.approx(accuracy, abs=1e-6)
    shutil.copy(toy_models / f"{name}.json", tmp_path)
    (tmp_path / path.name).write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ModelError, match="SHA-256"):
        noise.load_predictor(tmp_path / path.name)


def test_every_figure_of_the_page_is_that_of_a_json_file(
    toy_study: Path, toy_models: Path, tmp_path: Path
) -> None:
    results = report.read_results(toy_study, toy_models)
    shipped = results.shipped
    full = shipped[FOREST].provenance["full"]
    full["test"] = dict.fromkeys(full["test"], 0.25)  # toy forests all do equally well
    text = written(results, tmp_path, toy_study)
    models = section(text, "Models")
    titles = [line.split(" | ")[0].removeprefix("| ") for line in models if line.startswith("| ")]
    assert titles[2:8] == [
        "`forest-edge`", "forest, full (depth 80)", "`mlp-int8`", "CNN, 1 layer, plain",
        "CNN, 1 layer", "`cnn-int8` (4 layers, augmented)",
    ]  # fmt: skip
    for title, test in (
        ("CNN, 1 layer, plain", results.networks["cnn-1-plain"]["test"]),
        ("CNN, 1 layer", results.networks["cnn-1"]["test"]),
        ("`cnn-int8` (4 layers, augmented)", shipped[CNN].accuracy["test"]),
        ("`mlp-int8`", shipped[MLP].accuracy["test"]),
        ("`forest-edge`", shipped[FOREST].accuracy["test"]),
        ("forest, full (depth 80)", full["test"]),
    ):
        assert row(models, title)[6:] == cells(test)
    assert row(models, "`mlp-int8`")[1:6] == [
        "846 / 188", f"{shipped[MLP].provenance['best_epoch']} of 3", "20",
        f"{shipped[MLP].parameters:,}", "-",
    ]  # fmt: skip
    nodes = f"{full['nodes']:,} nodes"
    assert row(models, "forest, full (depth 80)")[1:6] == ["846 / 188", "-", "-", nodes, "-"]
    assert f"{results.validated['forest']['mean']['accuracy']:.4f} ± " in text
    assert f"| `forest-edge` | {results.altered[FOREST]['clean']:.3f} |" in text
    assert "TRIAL" not in text
    for link in re.findall(r"\]\((.+?)\)", text):
        picture = cv2.imread(str(tmp_path / link))
        assert picture is not None
        assert picture.std() > 5
    assert len(list((tmp_path / "study").iterdir())) == 7


def test_figures_of_the_report_stand_beside_ours(
    toy_study: Path, toy_models: Path, tmp_path: Path
) -> None:
    results = replace(report.read_results(toy_study, toy_models), altered={}, confusion=None)
    full = results.shipped[FOREST].provenance["full"]["test"]
    network = results.networks["cnn-1"]["test"]
    for share, test in ((0.25, full), (0.5, network)):  # toy models all do equally well
        test.update(dict.fromkeys(test, share))
    reported = section(written(results, tmp_path), "What the report gives")
    assert row(reported, "random forest")[1:] == ["-", "0.81", "-", *cells(full)]
    assert row(reported, "CNN, 1 layer")[1:] == ["0.83", "0.81", "0.81", *cells(network)]
    assert row(reported, "CNN, 4 layers")[1:] == ["0.90", "0.89", "0.89", *["-"] * 6]


def test_models_that_fall_short_of_the_report_are_named(
    toy_study: Path, toy_models: Path, tmp_path: Path
) -> None:
    results = report.read_results(toy_study, toy_models)
    weighted = {"cnn-1": 0.81, "cnn-2": 0.8099, "cnn-3": 0.95, "cnn-4": 0.8851}
    metrics, forest = results.networks["cnn-1"], results.shipped[FOREST]

    def scored(test: dict[str, float], f1: float) -> dict[str, float]:
        return {**test, "weighted_f1": f1, "macro_f1": 0.95}

    networks = {
        name: {**metrics, "test": scored(metrics["test"], f1)} for name, f1 in weighted.items()
    }
    networks["cnn-1-plain"] = results.networks["cnn-1-plain"]  # stands beside no figure
    full = forest.provenance["full"]
    facts = {**forest.provenance, "full": {**full, "test": scored(full["test"], 0.8)}}
    altered = report.Results(networks, {FOREST: replace(forest, provenance=facts)}, {}, {}, None)
    *_, sentence = section(written(altered, tmp_path), "What the report gives")
    assert sentence == (
        "By weighted F1, 2 of our 5 models are at least as good as the report's; these are not: "
        "random forest (0.8000 to the report's 0.81), CNN, 2 layers (0.8099 to the report's 0.81), "
        "CNN, 4 layers (0.8851 to the report's 0.89). "
        "By macro F1, each of our 5 models is at least as good as the report's."
    )


def test_activations_are_compared_on_validation(toy_models: Path, tmp_path: Path) -> None:
    mlp = report.read_results(tmp_path, toy_models).shipped[MLP]
    accuracies = {"relu": 0.8, "tanh": 0.8, "sigmoid": 0.7, "linear": 0.9}

    def lines() -> list[str]:
        comparison = {
            name: {**mlp.provenance["comparison"][name], "validation_accuracy": accuracy}
            for name, accuracy in accuracies.items()
        }
        facts = {**mlp.provenance, "comparison": comparison}
        altered = report.Results({}, {MLP: replace(mlp, provenance=facts)}, {}, {}, None)
        return section(written(altered, tmp_path), "Activations of the MLP")

    trained = mlp.provenance["comparison"]["sigmoid"]
    recall, epoch = f"{trained['validation_macro_recall']:.4f}", str(trained["best_epoch"])
    assert row(lines(), "`sigmoid`")[1:] == ["0.7000", recall, epoch]
    assert "On validation accuracy, `relu` ≥ `tanh` ≥ `sigmoid` held." in lines()
    accuracies["sigmoid"] = 0.81
    assert "On validation accuracy, `relu` ≥ `tanh` ≥ `sigmoid` did not hold." in lines()


def test_forests_are_compared_by_criterion_and_depth(toy_models: Path, tmp_path: Path) -> None:
    forest = report.read_results(tmp_path, toy_models).shipped[FOREST]
    facts = forest.provenance
    criterion = facts["full"]["criterion"]

    def lines(depths: list[dict[str, Any]]) -> list[str]:
        altered = replace(forest, provenance={**facts, "depths": depths})
        results = report.Results({}, {FOREST: altered}, {}, {}, None)
        return section(written(results, tmp_path), "Criterion and depth of the forest")

    found = lines(facts["depths"])
    grown = {f"{one['criterion']}, depth {one['depth']}": one for one in facts["criteria"]}
    grown |= {f"{criterion}, depth {one['depth']}": one for one in facts["depths"]}
    grown |= {f"`{one['name']}`": one for one in facts["edges"]}
    grown |= {f"full: {criterion}, depth 80": facts["full"]}
    for title, one in grown.items():
        assert row(found, title)[1:] == [
            str(one["trees"]), str(one["deepest"]), f"{one['nodes']:,}", f"{one['seconds']:.0f}",
            f"{one['validation']['accuracy']:.4f}", f"{one['validation']['macro_recall']:.4f}",
        ]  # fmt: skip
    assert len([line for line in found if line.startswith("| ")]) == 2 + len(grown) == 2 + 7
    for best in (3, 10, 80):
        depths = [
            {**one, "validation": {**one["validation"], "accuracy": one["depth"] == best}}
            for one in facts["depths"]
        ]
        text = " ".join(lines(depths))
        assert f"{criterion} was the better criterion at depth 80, {best} the best depth" in text
        assert f"`{facts['chosen']}` the best forest for a device" in text


def test_a_page_of_nothing_is_a_page(tmp_path: Path) -> None:
    page = tmp_path / "study.md"
    report.write_page(report.read_results(tmp_path, tmp_path), page, tmp_path, quick=True)
    assert "A QUICK TRIAL" in page.read_text()


def test_pairs_count_mistakes_either_way() -> None:
    confusion = np.array([[9, 2, 0], [3, 9, 1], [0, 0, 9]])
    assert report.confused_pairs(confusion, "0O1", 5) == [("0", "O", 5), ("O", "1", 1)]


def test_a_quick_trial_says_so_and_stays_out_of_the_way(
    toy_data: Path, toy_models: Path, tmp_path: Path
) -> None:
    options = ["--quick", "--data", str(toy_data), "--output", str(tmp_path / "study")]
    only = ["--only", "folds-forest", "--only", "page"]
    result = CliRunner().invoke(study.main, [*options, *only, "--models", str(toy_models)])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("QUICK TRIAL")
    assert [path.name for path in (tmp_path / "study").iterdir()] == ["quick"]
    assert "QUICK TRIAL" in (tmp_path / "study" / "quick" / "study.md").read_text()


def test_missing_data_is_said_in_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(study.main, ["--data", str(tmp_path), "--output", str(tmp_path)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "emnist-bymerge-train-images" in result.output
