"""Sections of the page on the report's protocol, single changes, seeds, tests, and forests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.train.study.report.test_write import row, section, written
from train.study import noise
from train.study.folds import MODELS
from train.study.models import NETWORKS
from train.study.report import versions, words
from train.study.report.results import Results, read_results
from train.study.report.write import page_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


@pytest.fixture
def toy(toy_study: Path, toy_models: Path) -> Results:
    """Results of the toy study."""
    return read_results(toy_study, toy_models)


def drawn(f1: float) -> dict[str, Any]:
    """Return scores of draws whose F1 is ``f1``."""
    return {
        "accuracy": f1, "macro_precision": f1 + 0.01, "macro_recall": f1 - 0.01, "macro_f1": f1,
        "macro_f1_low": f1 - 0.005, "macro_f1_high": f1 + 0.005, "of_class": 400, "draws": 200,
    }  # fmt: skip


def test_each_row_of_the_report_has_its_protocol(toy: Results) -> None:
    one = toy.networks["balanced-1"]
    f1 = {"report-1": 0.82, "balanced-1": 0.83, "report-3": 0.8749, "balanced-3": 0.88}
    networks = {name: {**one, "drawn": drawn(value)} for name, value in f1.items()}
    assert toy.forests is not None
    (first, *_) = toy.forests["balanced"]
    grown = [
        {**first, "way": way, "seed": seed, "drawn": drawn(value)}
        for way, seed, value in (("gini", 1, 0.76), ("gini", 2, 0.78), ("entropy", 1, 0.82))
    ]
    results = Results(networks, forests={**toy.forests, "balanced": grown})
    lines = section(written(results), "By the report's own protocol")
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    assert [cells for cells in rows if len(cells) == 9][1:] == [
        ["random forest", "gini, mean of 2 seeds", "-", "0.81", "-",
         "0.7800", "0.7600", "0.7700", "0.7650 to 0.7750"],
        ["random forest", "entropy, mean of 1 seeds", "-", "0.81", "-",
         "0.8300", "0.8100", "0.8200", "0.8150 to 0.8250"],
        ["CNN, 1 layer", "as in the report", "0.83", "0.81", "0.81",
         "0.8300", "0.8100", "0.8200", "0.8150 to 0.8250"],
        ["CNN, 1 layer", "our way", "0.83", "0.81", "0.81",
         "0.8400", "0.8200", "0.8300", "0.8250 to 0.8350"],
        ["CNN, 3 layers", "as in the report", "0.90", "0.88", "0.88",
         "0.8849", "0.8649", "0.8749", "0.8699 to 0.8799"],
        ["CNN, 3 layers", "our way", "0.90", "0.88", "0.88",
         "0.8900", "0.8700", "0.8800", "0.8750 to 0.8850"],
    ]  # fmt: skip
    assert (
        "Below the report's F1 are: random forest, gini, mean of 2 seeds (0.7700 to 0.81); "
        "CNN, 3 layers, as in the report (0.8749 to 0.88)."
    ) in lines
    reached = written(Results({"balanced-1": networks["balanced-1"]}))
    assert words.ALL_REACHED in section(reached, "By the report's own protocol")


def robust(result: dict[str, Any], accuracy: float) -> dict[str, Any]:
    """Return ``result`` of altered images as that of a model that is right on so many of each."""
    kept = {key: value for key, value in result.items() if key != "adapted"}
    return {**kept, "accuracy": {kind: [accuracy] for kind in noise.KINDS}}


def scored(metrics: dict[str, Any], accuracy: float) -> dict[str, Any]:
    """Return ``metrics`` of a network of this accuracy and macro F1."""
    return {**metrics, "test": {**metrics["test"], "accuracy": accuracy, "macro_f1": accuracy}}


def test_each_change_alone_and_the_best_recipe_are_said(toy: Results) -> None:
    one, altered = toy.networks["cnn-1"], toy.altered["cnn-1"]
    figures = {
        "cnn-4-plain": (0.85, 0.7), "cnn-4": (0.87, 0.6), "cnn-4-normalized": (0.86, 0.5),
        "cnn-4-noise-0.1": (0.851, 0.71), "cnn-4-louder": (0.875, 0.65),
        "cnn-4-by-image": (0.88, 0.75), "cnn-4-unnormalized": (0.86, 0.8),
    }  # fmt: skip
    results = Results(
        {name: scored(one, accuracy) for name, (accuracy, _) in figures.items()},
        altered={name: robust(altered, mean) for name, (_, mean) in figures.items()},
    )
    lines = section(written(results), "What each part of regularization does")
    assert row(lines, "`cnn-4-normalized`")[1:] == ["0.8600", "0.8600", *["0.500"] * 7]
    assert row(lines, "`cnn-4-by-image`")[1:3] == ["0.8800", "0.8800"]
    said = " ".join(lines)
    assert "`cnn-4-by-image` is the most robust: accuracy 0.8800, mean of all" in said
    assert row(lines, "0")[1:] == ["0.0", "0.8500", "0.700", "0.700"]
    assert row(lines, "0.1")[1:] == ["8.5", "0.8510", "0.710", "0.710"]
    alone = section(written(results), "Noise")
    assert not any(line.startswith("| `cnn-4-louder`") for line in alone)
    worse = {**results.networks, "cnn-4": scored(one, 0.9)}
    said = written(replace(results, networks=worse))
    assert "None of these is as accurate as `cnn-4`." in said


def test_seeds_have_their_mean_and_deviation(toy: Results) -> None:
    one = toy.networks["cnn-1"]
    names = {"cnn-1": 0.5, "cnn-1-seed-2": 0.6, "cnn-1-seed-3": 0.7, "cnn-2": 0.9}
    results = Results({name: scored(one, accuracy) for name, accuracy in names.items()})
    lines = section(written(results), "Seeds")
    cells = row(lines, "`cnn-1`")
    assert cells[1:3] == ["3", "0.6000 ± 0.1000"]
    assert cells[-1] == "0.5000, 0.6000, 0.7000"
    assert not any("cnn-2" in line for line in lines)


def test_pairs_that_were_compared_are_listed() -> None:
    rows = [
        {"one": "cnn-1", "other": "cnn-2", "only_one": 1234, "only_other": 9, "p": 1e-30,
         "adjusted": 2e-30},
        {"one": "cnn-2", "other": "cnn-3", "only_one": 5, "only_other": 6, "p": 0.04,
         "adjusted": 0.08},
    ]  # fmt: skip
    lines = section(written(Results(compared=rows)), "Which differences are more than chance")
    assert row(lines, "`cnn-1`")[1:] == ["`cnn-2`", "1,234", "9", "< 0.001", "< 0.001", "yes"]
    assert row(lines, "`cnn-2`")[1:] == ["`cnn-3`", "5", "6", "0.040", "0.080", "no"]


def test_forests_have_rows_for_depth_and_for_trees(toy: Results) -> None:
    text = written(Results(forests=toy.forests))
    assert toy.forests is not None
    for name in ("trees", "depths"):
        for one in toy.forests[name]:
            score = f"{one['validation']['accuracy']:.4f} | {one['out_of_bag']['accuracy']:>10.4f}"
            assert score in text
    assert "(study/forests.png)" in text


def test_networks_with_the_statistics_of_altered_images_stand_beside_themselves(
    toy: Results,
) -> None:
    result = robust(toy.altered["cnn-1"], 0.4)
    result["adapted"] = {kind: [0.7] for kind in noise.KINDS}
    others = {"cnn-1-plain": robust(toy.altered["cnn-1-plain"], 0.5)}
    lines = section(written(Results(altered={"cnn-1": result, **others})), "Noise")
    tables = [line for line in lines if line.startswith("| `cnn-1`")]
    assert [cell.strip() for cell in tables[1].strip("|").split("|")][1:] == [
        "0.400", *["0.700"] * 7,
    ]  # fmt: skip


def test_classes_are_those_of_the_answers_worst_first(toy: Results) -> None:
    lines = section(written(toy), "Each class")
    found = toy.answers["cnn-int8"]
    rows = [line for line in lines if line.startswith("| ")][1:]
    recalls = [float(line.split("|")[-2]) for line in rows]  # of cnn-int8
    assert len(rows) == 47
    assert recalls == sorted(recalls)
    wrong = sum(sum(counts) for counts in found["confusion"]) - sum(
        counts[number] for number, counts in enumerate(found["confusion"])
    )
    assert wrong == found["wrong"]


def test_what_has_not_run_is_said_and_leaves_no_section() -> None:
    text = page_of(Results(), "study", quick=True)
    missing = text.split("have not run yet")[1]
    for part in ("depth", "protocol", "folds", "forests", "activations", "noise"):
        assert f"`{part}`" in missing
    assert "\n## " not in text
    there = {"there": True}
    whole = Results(
        dict.fromkeys(NETWORKS, there), validated=dict.fromkeys(MODELS, there), altered=there,
        forests=there, activations=there, answers=there,
    )  # fmt: skip
    assert versions.missing(whole) == []
    networks = {name: there for name in NETWORKS if name != "cnn-4-valid"}
    (said,) = versions.missing(replace(whole, networks=networks))
    assert " ".join(said.split()).endswith("runs them): `cnn-4-valid`.")
