"""Where the study is not as in the report that it reproduces, and what that is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.tables import markdown
from train import cnn
from train.study.models import FOREST
from train.study.report import words
from train.study.report.cells import gain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from train.study.report.results import Results

    #: Of what, the report, here, and what ours is worth.
    Row = tuple[str, str, str, str]

_WHOLE, _SMALLEST, _SMALL_BATCH = "cnn-4", "cnn-1", "cnn-1-batch-32"


def deviations(results: Results) -> list[str]:
    """Return the section: a row for each deviation, with its effect where that was measured."""
    if not (results.networks or results.shipped):
        return []
    head = ["of what", "the report", "here", "what ours is worth"]
    rows = [*words.OTHER_IMAGES, *_of_networks(results), *_of_forest(results), *_of_folds(results)]
    return ["## Where this is not as in the report", words.DEVIATIONS, markdown(head, rows)]


def _of_networks(results: Results) -> Iterator[Row]:
    networks = results.networks
    if _WHOLE in networks:
        recipe = networks[_WHOLE]["recipe"]
        dropouts, convolutions = (
            [layer for layer in recipe["architecture"] if layer.startswith(kind)]
            for kind in ("dropout", "convolution")
        )
        valid = sum(layer.endswith("valid") for layer in convolutions)
        padding = f"valid in {valid} of {len(convolutions)} convolutions"
        rate = f"{recipe['learning_rate']:g}, {recipe['optimizer'].split(', ')[1]}"
        yield "layers of dropout", "4", str(len(dropouts)), _worth(networks, "cnn-4-dropouts")
        yield "padding", "valid", padding, _worth(networks, "cnn-4-valid")
        yield "learning rate", "0.001, constant", rate, _worth(networks, "cnn-4-constant")
    if {_SMALL_BATCH, _SMALLEST} <= set(networks):
        other, ours = networks[_SMALL_BATCH], networks[_SMALLEST]
        worth = f"{gain(ours['test'], other['test'])} (1 layer)"
        yield "batch", str(other["recipe"]["batch"]), str(ours["recipe"]["batch"]), worth


def _worth(networks: dict[str, Any], other: str) -> str:
    """Return what ``_WHOLE`` gains over the network that does one thing as the report does."""
    if other not in networks:
        return words.NOT_MEASURED
    return f"{gain(networks[_WHOLE]['test'], networks[other]['test'])} (4 layers)"


def _of_forest(results: Results) -> Iterator[Row]:
    if FOREST not in results.shipped:
        return
    facts: dict[str, Any] = results.shipped[FOREST].provenance
    full, compared = facts["full"], {row["criterion"]: row for row in facts["criteria"]}
    ours, theirs = compared[full["criterion"]], compared["gini"]
    worth = gain(ours["validation"], theirs["validation"])
    worth = f"{worth} ({ours['trees']} trees, validation images)"
    yield "criterion of the forest", "Gini", full["criterion"], worth
    depth = f"{full['depth']} at most; no tree is deeper than {full['deepest']}"
    yield "depth of the forest", "80", depth, "none: the trees are whole"


def _of_folds(results: Results) -> Iterator[Row]:
    if "cnn" in results.validated:
        epochs = results.validated["cnn"]["recipe"]["model"]["epochs"]
        if epochs < cnn.Recipe.epochs:
            yield "folds of the final network", "all epochs", f"{epochs} epochs", words.NOT_MEASURED
