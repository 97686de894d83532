"""Results of parts that ran on different days, put together on one page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from emnist_edge.errors import DataError
from train.study.compare import holm
from train.study.report.pictures import draw_all
from train.study.report.results import Results, publish, read_results
from train.study.report.write import FIGURES, write_page

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def network(model: str) -> dict[str, Any]:
    return {"model": model}


def pair(one: str, other: str, p: float) -> dict[str, Any]:
    return {"one": one, "other": other, "p": p, "adjusted": p}


def test_what_did_not_run_stays_as_it_was_published() -> None:
    published = Results(
        networks={"cnn-1-plain": network("old"), "cnn-2": network("old")},
        validated={"mlp": {"folds": ["old"]}, "forest": {"folds": ["old"]}},
        altered={"cnn-2": {"of": "old"}},
        forests={"of": "old"},
        answers={"mlp-int8": {"of": "old"}},
    )
    now = Results(
        networks={"cnn-1": network("new"), "cnn-2": network("new")},
        validated={"mlp": {"folds": ["new"]}},
        altered={"cnn-1": {"of": "new"}},
        activations={"of": "new"},
    )
    both = now.over(published)
    assert list(both.networks.items()) == [
        ("cnn-1-plain", network("old")), ("cnn-1", network("new")), ("cnn-2", network("new")),
    ]  # fmt: skip
    assert both.validated == {"forest": {"folds": ["old"]}, "mlp": {"folds": ["new"]}}
    assert both.altered == {"cnn-1": {"of": "new"}, "cnn-2": {"of": "old"}}
    assert (both.forests, both.activations) == ({"of": "old"}, {"of": "new"})
    assert both.answers == {"mlp-int8": {"of": "old"}}


def test_pairs_of_networks_that_are_the_same_still_are_kept_and_corrected_anew() -> None:
    names = ("cnn-1-plain", "cnn-1", "cnn-2-plain", "cnn-2", "cnn-3-plain", "cnn-3")
    published = Results(
        networks={name: network("old") for name in names},
        compared=[pair("cnn-1-plain", "cnn-1", 0.01), pair("cnn-2-plain", "cnn-2", 0.02)],
    )
    now = Results(
        networks={"cnn-1": network("old"), "cnn-2": network("new")},
        compared=[pair("cnn-3-plain", "cnn-3", 0.03)],
    )
    both = now.over(published).compared
    assert [(row["one"], row["other"]) for row in both] == [
        ("cnn-1-plain", "cnn-1"), ("cnn-3-plain", "cnn-3"),
    ]  # fmt: skip
    assert [row["adjusted"] for row in both] == holm([0.01, 0.03]) == [0.02, 0.03]


def test_a_page_is_written_over_what_was_published(
    toy_study: Path, toy_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.study.report.pictures.draw_all", lambda *_: None)
    whole = read_results(toy_study, toy_models)
    page, figures = tmp_path / "study.md", tmp_path / "study" / FIGURES
    write_page(whole, page, toy_models, quick=False)
    text, content = page.read_text(encoding="utf-8"), figures.read_bytes()
    write_page(Results(shipped=whole.shipped), page, toy_models, quick=False)
    assert page.read_text(encoding="utf-8") == text
    assert figures.read_bytes() == content
    write_page(Results(shipped=whole.shipped), page, toy_models, quick=True)
    assert json.loads(figures.read_text())["networks"] == {}  # a trial stands alone


def test_networks_that_were_published_without_their_epochs_keep_their_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.study.report.samples.draw_samples", lambda _: None)
    drawn: list[list[str]] = []
    monkeypatch.setattr(
        "train.study.report.pictures.draw_comparison", lambda found, _: drawn.append([*found])
    )
    old, new = network("old"), {**network("new"), "history": [{"validation_accuracy": 0.5}]}
    for networks in ({"cnn-1": old}, {"cnn-1": old, "cnn-2": new}, {"cnn-1": new, "cnn-2": new}):
        draw_all(Results(networks=networks), tmp_path, tmp_path)
    assert drawn == [["cnn-1", "cnn-2"]]


def test_what_was_published_by_another_version_is_not_written_over(
    toy_models: Path, tmp_path: Path
) -> None:
    page, figures = tmp_path / "study.md", tmp_path / "study" / FIGURES
    figures.parent.mkdir()
    publish(Results(), figures)
    figures.write_text(figures.read_text().replace('"schema": ', '"schema": 9'))
    with pytest.raises(DataError, match=r"not of this version.*or remove it"):
        write_page(Results(), page, toy_models, quick=False)
