"""The table of the report's elements."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.train.study.report.test_sections import drawn, robust, scored
from tests.train.study.report.test_write import section, written
from train import cnn, mlp
from train.study.models import MLP, NETWORKS, names_of
from train.study.report import words
from train.study.report.elements import REACHED
from train.study.report.results import Results, read_results

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

TITLE = "The report, element by element"


@pytest.fixture
def toy(toy_study: Path, toy_models: Path) -> Results:
    """Results of the toy study."""
    return read_results(toy_study, toy_models)


def table(results: Results) -> dict[str, list[str]]:
    """Return the cells of each element on the page of ``results``, by its name."""
    lines = [line for line in section(written(results), TITLE) if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]
    found = {cells[0]: cells[1:] for cells in rows}
    assert len(found) == len(rows)
    return found


def whole(toy: Results, f1: dict[str, float]) -> Results:
    """Return results of a study of which all has run; ``f1``: by names of networks and of ways."""
    one, altered = toy.networks["cnn-1"], toy.altered["cnn-1"]
    epoch = {"loss": 1.0, "accuracy": 0.5, "validation_loss": 1.1, "validation_accuracy": 0.4}
    learned = {**one, "history": [epoch] * 20}
    recipe = {**one["recipe"], "batch": 32, "optimizer": "Adam, constant", "learning_rate": 0.001}
    recipe |= {"epochs": 20, "architecture": ["convolution 9 3x3 valid", *["dropout 0.3"] * 4]}
    networks: dict[str, Any] = dict.fromkeys(NETWORKS, learned)
    for name in names_of("protocol"):
        networks[name] = {**learned, "recipe": recipe, "drawn": drawn(f1[name])}
    assert toy.forests is not None
    (first, *_) = toy.forests["balanced"]
    grown = [{**first, "way": way, "drawn": drawn(f1[way])} for way in ("gini", "our way")]
    fold = toy.validated["forest"]
    folded = {**fold["recipe"], "folds": 5, "model": {"epochs": cnn.Recipe.epochs}}
    return replace(
        toy,
        networks=networks,
        altered={name: robust(altered, 0.5) for name in (*NETWORKS, MLP)},
        forests={**toy.forests, "balanced": grown},
        activations={
            **(toy.activations or {}),
            "histories": dict.fromkeys(mlp.ACTIVATIONS, [epoch] * 20),
        },
        validated={"cnn": {**fold, "recipe": folded}},
    )


REACHING = {
    **{f"{way}-{layers}": f1 for layers, f1 in ((1, 0.81), (2, 0.82), (3, 0.88), (4, 0.9))
       for way in ("report", "balanced")},
    "gini": 0.81, "our way": 0.83,
}  # fmt: skip


def test_where_all_has_run_and_is_as_good_each_row_is_reached(toy: Results) -> None:
    results = whole(toy, REACHING)
    found = table(results)
    assert {cells[-1] for cells in found.values()} == {REACHED}
    assert len(found) == 23
    assert f"{len(found)} of {len(found)} rows are reached" in " ".join(
        section(written(results), TITLE)
    )
    assert found["CNN, 3 layers, as in the report"][1:3] == [
        "0.90 / 0.88 / 0.88", "0.8900 / 0.8700 / 0.8800",
    ]  # fmt: skip
    assert found["random forest, gini, mean of 1 seeds"][1:3] == [
        "0.81", "0.8200 / 0.8000 / 0.8100",
    ]  # fmt: skip
    assert (
        found["noisy and altered images"][2]
        == "`cnn-4-plain` 0.500, `cnn-4` 0.500, `mlp-int8` 0.500"
    )
    assert found["how networks are trained"][2] == words.REPORTS_RECIPE


def test_a_row_that_is_not_reached_says_why(toy: Results) -> None:
    less = {**REACHING, "report-3": 0.8749, "report-4": 0.88, "balanced-4": 0.885, "gini": 0.77}
    results = whole(toy, less)
    found = {name: cells[-1] for name, cells in table(results).items()}
    assert found["CNN, 3 layers, as in the report"] == "missed by 0.0051: our way reaches it"
    assert found["CNN, 3 layers, our way"] == REACHED
    assert found["CNN, 4 layers, as in the report"] == f"missed by 0.0100: {words.FEWER}"
    assert found["CNN, 4 layers, our way"] == f"missed by 0.0050: {words.FEWER}"
    assert found["random forest, gini, mean of 1 seeds"] == (
        "missed by 0.0400: our way, mean of 1 seeds reaches it"
    )
    recipe = {**results.networks["report-4"]["recipe"], "batch": 64}
    other = {**results.networks, "report-4": {**results.networks["report-4"], "recipe": recipe}}
    assert table(replace(results, networks=other))["how networks are trained"][-1] != REACHED
    fewer = {**results.validated["cnn"]}
    fewer["recipe"] = {**fewer["recipe"], "model": {"epochs": 3}}
    folds = table(replace(results, validated={"cnn": fewer}))
    (state,) = (cells[-1] for name, cells in folds.items() if name.startswith("5-fold"))
    assert state == f"missed: 5 folds of 3 epochs, of {cnn.Recipe.epochs} that it has"


def test_what_has_not_run_is_named_and_stands_beside_what_there_is(toy: Results) -> None:
    bare = {"cnn-1": scored(toy.networks["cnn-1"], 0.7)}
    results = Results(bare, toy.shipped)
    found = table(results)
    assert found["CNN, 1 layer"][0].startswith("[What the report gives]")
    assert found["CNN, 1 layer"][-1] == "missed: `protocol` has not run yet"
    assert found["CNN, 1 layer"][2].endswith(" / 0.7000")
    assert found["CNN, 2 layers"][2] == "-"
    missed = {cells[-1] for cells in found.values()} - {REACHED}
    parts = {re.fullmatch(r"missed: `(\S+)` has not run yet", state) for state in missed}
    assert {part and part.group(1) for part in parts} == {
        "forests", "protocol", "activations", "cnn-4", "cnn-4-normalized", "cnn-4-dropout",
        "cnn-4-noise-0.3", "folds-cnn", "noise", "alone", "answers",
    }  # fmt: skip


def test_links_lead_to_headings_of_the_page(toy: Results) -> None:
    text = written(whole(toy, REACHING))
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    links = re.findall(r"\[([^]]+)\]\(#([^)]+)\)", "\n".join(section(text, TITLE)))
    assert {title for title, _ in links} <= set(headings)
    assert ("By the report's own protocol", "by-the-reports-own-protocol") in links
    assert ("5-fold cross-validation", "5-fold-cross-validation") in links
    assert len({title for title, _ in links}) >= 8
