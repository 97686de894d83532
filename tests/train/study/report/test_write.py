from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import pytest

from train.study.models import CNN, FOREST, MLP
from train.study.report.results import Results, read_published, read_results
from train.study.report.write import FIGURES, page_of, write_page

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def written(results: Results) -> str:
    """Return the page of ``results``."""
    return page_of(results, "study", quick=False)


def section(text: str, title: str) -> list[str]:
    """Return the lines of a section that hold anything, without its heading."""
    lines = text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0].splitlines()
    return [line for line in lines if line]


def row(lines: list[str], title: str) -> list[str]:
    """Return the cells of the one row of ``lines`` that starts with ``title``."""
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    (found,) = (cells for cells in rows if cells[0] == title)
    return found


def cells(test: dict[str, float]) -> list[str]:
    """Return the cells of a model's scores."""
    return [
        f"{test[f'{average}_{score}']:.4f}"
        for average in ("weighted", "macro")
        for score in ("precision", "recall", "f1")
    ]


def test_every_figure_of_the_page_is_that_of_a_json_file(
    toy_study: Path, toy_models: Path, tmp_path: Path
) -> None:
    results = read_results(toy_study, toy_models)
    shipped = results.shipped
    full = shipped[FOREST].provenance["full"]
    full["test"] = dict.fromkeys(full["test"], 0.25)  # toy forests all do equally well
    page = tmp_path / "study.md"
    write_page(results, page, toy_models, quick=False)
    text = page.read_text(encoding="utf-8")
    published = read_published(tmp_path / "study" / FIGURES, toy_models)
    published.shipped[FOREST].provenance["full"]["test"] = full["test"]
    assert written(published) == text
    models = section(text, "Models")
    titles = [line.split(" | ")[0].strip("| ") for line in models if line.startswith("| ")]
    assert titles[1:7] == [
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
        assert row(models, title)[7:] == cells(test)
    assert row(models, "`mlp-int8`")[1:7] == [
        "846 / 188", f"{shipped[MLP].provenance['best_epoch']} of 3", "20",
        f"{shipped[MLP].parameters:,}", "-", "-",
    ]  # fmt: skip
    nodes = f"{full['nodes']:,} nodes"
    assert row(models, "forest, full (depth 80)")[1:7] == [
        "846 / 188", "-", "-", nodes, "-", "-",
    ]  # fmt: skip
    for metrics in results.networks.values():
        metrics["history"] = [{**epoch, "cpu_seconds": 3.5} for epoch in metrics["history"]]
    assert row(section(written(results), "Models"), "CNN, 1 layer")[6] == "7"
    assert f"{results.validated['forest']['mean']['accuracy']:.4f} ± " in text
    noise = row(section(text, "Noise"), "`forest-edge`")
    assert noise[1] == f"{results.altered[FOREST]['clean']:.3f}"
    assert "TRIAL" not in text
    for link in (links := re.findall(r"!\[.*?\]\((.+?)\)", text)):
        picture = cv2.imread(str(tmp_path / link))
        assert picture is not None
        assert picture.std() > 5
    names = {path.name for path in (tmp_path / "study").iterdir()}
    assert names == {FIGURES, *(link.removeprefix("study/") for link in links)}
    assert len(links) == len(set(links)) == 12


def test_figures_of_the_report_stand_beside_ours(toy_study: Path, toy_models: Path) -> None:
    results = replace(read_results(toy_study, toy_models), altered={}, answers={})
    full = results.shipped[FOREST].provenance["full"]["test"]
    network = results.networks["cnn-1"]["test"]
    for share, test in ((0.25, full), (0.5, network)):  # toy models all do equally well
        test.update(dict.fromkeys(test, share))
    reported = section(written(results), "What the report gives")
    assert row(reported, "random forest")[1:] == ["-", "0.81", "-", *cells(full)]
    assert row(reported, "CNN, 1 layer")[1:] == ["0.83", "0.81", "0.81", *cells(network)]
    assert row(reported, "CNN, 4 layers")[1:] == ["0.90", "0.89", "0.89", *["-"] * 6]


def test_models_that_fall_short_of_the_report_are_named(toy_study: Path, toy_models: Path) -> None:
    results = read_results(toy_study, toy_models)
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
    altered = Results(networks, {FOREST: replace(forest, provenance=facts)}, {}, {})
    *_, sentence = section(written(altered), "What the report gives")
    assert sentence == (
        "By weighted F1, 2 of our 5 models are at least as good as the report's; these are not: "
        "random forest (0.8000 to the report's 0.81), CNN, 2 layers (0.8099 to the report's 0.81), "
        "CNN, 4 layers (0.8851 to the report's 0.89). "
        "By macro F1, each of our 5 models is at least as good as the report's."
    )


def test_activations_are_compared_on_validation(toy_models: Path, tmp_path: Path) -> None:
    mlp = read_results(tmp_path, toy_models).shipped[MLP]
    accuracies = {"relu": 0.8, "tanh": 0.8, "sigmoid": 0.7, "linear": 0.9}

    def lines() -> list[str]:
        comparison = {
            name: {**mlp.provenance["comparison"][name], "validation_accuracy": accuracy}
            for name, accuracy in accuracies.items()
        }
        facts = {**mlp.provenance, "comparison": comparison}
        altered = Results({}, {MLP: replace(mlp, provenance=facts)}, {}, {})
        return section(written(altered), "Activations of the MLP")

    trained = mlp.provenance["comparison"]["sigmoid"]
    recall, epoch = f"{trained['validation_macro_recall']:.4f}", str(trained["best_epoch"])
    assert row(lines(), "`sigmoid`")[1:] == ["0.7000", recall, epoch]
    assert "On validation accuracy, `relu` ≥ `tanh` ≥ `sigmoid` held." in lines()
    accuracies["sigmoid"] = 0.81
    assert "On validation accuracy, `relu` ≥ `tanh` ≥ `sigmoid` did not hold." in lines()


def test_forests_are_compared_by_criterion_and_depth(toy_models: Path, tmp_path: Path) -> None:
    forest = read_results(tmp_path, toy_models).shipped[FOREST]
    facts = forest.provenance
    criterion = facts["full"]["criterion"]

    def lines(depths: list[dict[str, Any]]) -> list[str]:
        altered = replace(forest, provenance={**facts, "depths": depths})
        results = Results({}, {FOREST: altered}, {}, {})
        return section(written(results), "Criterion and depth of the forest")

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
    assert len([line for line in found if line.startswith("| ")]) == 1 + len(grown) == 1 + 7
    for best in (3, 10, 80):
        depths = [
            {**one, "validation": {**one["validation"], "accuracy": one["depth"] == best}}
            for one in facts["depths"]
        ]
        text = " ".join(lines(depths))
        assert f"{criterion} was the better criterion at depth 80, {best} the best depth" in text
        assert f"`{facts['chosen']}` the best forest for a device" in text


def test_hyperparameters_are_those_of_the_recipes(toy_study: Path, toy_models: Path) -> None:
    results = replace(read_results(toy_study, toy_models), altered={}, answers={})
    found = section(written(results), "Hyper-parameters")
    for name, batch, epochs in (("cnn-1", 50, 2), ("mlp-int8", 20, 3)):
        recipe = (
            results.networks[name]["recipe"]
            if name in results.networks
            else results.shipped[name].provenance["recipe"]
        )
        assert (recipe["batch"], recipe["epochs"]) == (batch, epochs)
        assert row(found, f"`{name}`")[1:5] == [
            str(epochs), str(batch), "Adam, CosineDecay", f"{recipe['learning_rate']:g}",
        ]  # fmt: skip
    assert (
        "- `cnn-1`: noise 0.1, convolution 16 3x3 same, max pooling 2x2 same, "
        "batch normalization 0.9, dense 128 relu, dropout 0.3, dense 47 softmax"
    ) in found
    trees = results.shipped[FOREST].provenance["recipe"]["trees"]
    assert row(found, "trees")[1] == str(trees) == "8"


def test_deviations_from_the_report_have_their_effect_where_it_was_measured(
    toy_study: Path, toy_models: Path
) -> None:
    results = replace(read_results(toy_study, toy_models), altered={}, answers={})
    one = results.networks["cnn-1"]
    other = {
        **one,
        "recipe": {**one["recipe"], "batch": 32},
        "test": {**one["test"], "accuracy": one["test"]["accuracy"] - 0.0123, "macro_f1": 0.5},
    }
    four = {**one, "recipe": {**one["recipe"], "architecture": ["convolution 9 valid", "dropout"]}}
    networks = {"cnn-1": one, "cnn-4": four, "cnn-1-batch-32": other}
    lines = section(
        written(replace(results, networks=networks)),
        "Where this is not as in the report",
    )
    f1 = 100 * (one["test"]["macro_f1"] - 0.5)
    assert row(lines, "batch")[1:] == [
        "32", "50", f"+1.23 accuracy, {f1:+.2f} macro F1 (1 layer)",
    ]  # fmt: skip
    assert row(lines, "layers of dropout")[1:] == ["4", "1", "not measured"]
    assert row(lines, "padding")[2:] == ["valid in 1 of 1 convolutions", "not measured"]
    assert row(lines, "criterion of the forest")[1] == "Gini"
    deepest = results.shipped[FOREST].provenance["full"]["deepest"]
    assert f"no tree is deeper than {deepest}" in row(lines, "depth of the forest")[2]


def test_what_regularization_does_to_robustness_is_said(toy_study: Path, toy_models: Path) -> None:
    results = read_results(toy_study, toy_models)

    def measured(accuracy: float) -> dict[str, Any]:
        one = results.altered["cnn-1"]
        return {**one, "accuracy": {kind: [accuracy] for kind in one["accuracy"]}}

    altered = {"cnn-1-plain": measured(0.7), "cnn-1": measured(0.6), "mlp-int8": measured(0.8)}
    altered |= {"cnn-2-plain": measured(0.5), "cnn-2": measured(0.55)}
    text = written(Results({}, {}, {}, altered))
    said = " ".join(section(text, "Noise"))
    assert "The most robust of all is `mlp-int8` (0.800)." in said
    assert "1 of 2 networks are less robust than without: `cnn-1` 0.700 to 0.600" in said


def test_a_trial_has_no_times_so_that_two_runs_give_one_page(
    toy_study: Path, toy_models: Path
) -> None:
    results = read_results(toy_study, toy_models)
    slower = {
        name: {**metrics, "images_per_second": metrics["images_per_second"] / 3}
        for name, metrics in results.networks.items()
    }
    assert results.forests is not None
    rows = {
        name: [{**row, "cpu_seconds": 3 + row["cpu_seconds"]} for row in results.forests[name]]
        for name in ("balanced", "trees", "depths")
    }
    others = (
        replace(results, networks=slower),
        replace(results, forests={**results.forests, **rows}),
    )
    pages = {
        quick: {page_of(one, "study", quick=quick) for one in (results, *others)}
        for quick in (True, False)
    }
    assert len(pages[True]) == 1
    assert len(pages[False]) == 3


def test_a_page_of_nothing_is_a_page(tmp_path: Path) -> None:
    page = tmp_path / "study.md"
    write_page(read_results(tmp_path, tmp_path), page, tmp_path, quick=True)
    assert "A QUICK TRIAL" in page.read_text()
