"""What was chosen among: activations of the network of one hidden layer, and forests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.tables import markdown
from train.mlp import ACTIVATIONS
from train.study.models import FOREST, MLP
from train.study.report import words
from train.study.report.cells import chance, picture

if TYPE_CHECKING:
    from emnist_edge.artifact import Artifact
    from train.study.report.results import Results


def activations(results: Results, folder: str) -> list[str]:
    """Return the section on activations, of which one was chosen; pictures are in ``folder``."""
    sections = _chosen_activation(results.shipped[MLP]) if MLP in results.shipped else []
    if results.activations:
        sections += [words.EPOCHS_OF_HIDDEN, picture(folder, "hidden", "Loss and accuracy")]
    return sections


def _chosen_activation(mlp: Artifact) -> list[str]:
    facts = mlp.provenance
    compared, recipe = facts["comparison"], facts["recipe"]
    rows = [
        [f"`{name}`", f"{row['validation_accuracy']:.4f}",
         f"{row['validation_macro_recall']:.4f}", row["best_epoch"]]
        for name, row in compared.items()
    ]  # fmt: skip
    accuracies = [compared[name]["validation_accuracy"] for name in ACTIVATIONS]
    held = "held" if accuracies == sorted(accuracies, reverse=True) else "did not hold"
    order = " ≥ ".join(f"`{name}`" for name in ACTIVATIONS)
    return [
        "## Activations of the MLP",
        words.ACTIVATIONS.format(
            units=recipe["units"], epochs=recipe["epochs"], activation=facts["activation"]
        ),
        markdown(["activation", "validation accuracy", "macro recall", "best epoch"], rows),
        f"On validation accuracy, {order} {held}.",
        chance(mlp.accuracy["validation"]),
    ]


def forests(results: Results) -> list[str]:
    """Return the section on the forests among which the one that ships was chosen."""
    if FOREST not in results.shipped:
        return []
    forest = results.shipped[FOREST]
    facts = forest.provenance
    full, recipe, depths = facts["full"], facts["recipe"], facts["depths"]
    swept = [row for row in facts["criteria"] if row not in depths] + depths
    named = {f"{row['criterion']}, depth {row['depth']}": row for row in swept}
    named |= {f"`{row['name']}`": row for row in facts["edges"]}
    named[f"full: {full['criterion']}, depth {full['depth']}"] = full
    rows = [
        [name, row["trees"], row["deepest"], f"{row['nodes']:,}", f"{row['seconds']:.0f}",
         f"{row['validation']['accuracy']:.4f}", f"{row['validation']['macro_recall']:.4f}"]
        for name, row in named.items()
    ]  # fmt: skip
    head = ["forest", "trees", "deepest", "nodes", "s to grow"]
    head += ["validation accuracy", "macro recall"]
    best = max(depths, key=lambda row: row["validation"]["accuracy"])
    chosen = next(edge for edge in facts["edges"] if edge["name"] == facts["chosen"])
    return [
        "## Criterion and depth of the forest",
        words.GROWN.format(**chosen | {"nodes": recipe["edge_nodes"]}),
        markdown(head, rows),
        words.CHOSEN.format(
            criterion=full["criterion"],
            most=recipe["depth"],
            depth=best["depth"],
            chosen=chosen["name"],
        ),
        chance(forest.accuracy["validation"]),
    ]
