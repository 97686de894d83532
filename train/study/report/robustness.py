"""How well scores hold: cross-validation, altered images, and which mistakes are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS
from emnist_edge.scoring.metrics import confused_pairs
from emnist_edge.tables import markdown
from train.common import checkpoints
from train.study import folds, noise
from train.study.report import figures, words
from train.study.report.cells import heading_of, picture

if TYPE_CHECKING:
    from pathlib import Path

    from train.study.report.results import Results

#: The character whose activations are shown.
CHARACTER = "R"
_PAIRS = 12


def validated(results: Results) -> list[str]:
    """Return the section on cross-validation."""
    recipe = next(iter(results.validated.values()))["recipe"]
    rows = []
    for name, metrics in results.validated.items():
        averages = (
            f"{metrics['mean'][key]:.4f} ± {metrics['deviation'][key]:.4f}"
            for key in folds.AVERAGED
        )
        listed = ", ".join(f"{fold['accuracy']:.4f}" for fold in metrics["folds"])
        rows.append([f"`{name}`", *averages, listed])
    head = ["model", *map(heading_of, folds.AVERAGED), "accuracy of each fold"]
    return [
        f"## {recipe['folds']}-fold cross-validation",
        words.FOLDS.format(trees=recipe["trees"], epochs=recipe["epochs"]),
        markdown(head, rows),
        "Mean and standard deviation over the folds.",
    ]


def altered(results: Results, pictures: Path) -> list[str]:
    """Return the section on altered images."""
    measured = results.altered
    images = next(iter(measured.values()))["run"]["images"]
    rows = [
        [f"`{name}`", f"{result['clean']:.3f}"]
        + [f"{np.mean(result['accuracy'][kind]):.3f}" for kind in noise.KINDS]
        + [f"{noise.mean(result['accuracy']):.3f}"]
        for name, result in measured.items()
    ]
    strengths = [
        [kind, CORRUPTIONS[kind].unit, *(f"{amount:g}" for amount in CORRUPTIONS[kind].amounts)]
        for kind in noise.KINDS
    ]
    figures.draw_noise(measured, pictures / "noise.png")
    glyph = figures.drawn_glyph(CHARACTER)
    figures.draw_corruptions(glyph, pictures / "corruptions.png")
    return [
        "## Noise",
        words.NOISE.format(images=images),
        markdown(["model", "clean", *noise.KINDS, "mean of all"], rows),
        words.NAMES,
        picture(pictures, "noise", "Accuracy over strength, for each kind of alteration"),
        "The strengths, and a drawn character that shows them (left: as it is):",
        markdown(["kind", "in", *map(str, STRENGTHS)], strengths),
        picture(pictures, "corruptions", "A drawn character altered in six ways, five strengths"),
    ]


def mistakes(found: dict[str, Any], pictures: Path, study: Path) -> list[str]:
    """Return the sections on the mistakes of the best network and on what it sees."""
    confusion, alphabet = np.array(found["confusion"]), found["alphabet"]
    pairs = confused_pairs(confusion, alphabet, _PAIRS)
    wrong = int(confusion.sum() - np.trace(confusion))
    fraction = sum(count for *_, count in pairs) / max(wrong, 1)
    figures.draw_confusion(confusion, alphabet, pictures / "confusion.png")
    figures.draw_class_accuracy(confusion, alphabet, pictures / "classes.png")
    figures.draw_pairs(pairs, pictures / "pairs.png")
    model = checkpoints.load(study / found["model"] / "best.keras")
    glyph = figures.drawn_glyph(CHARACTER)
    figures.draw_activations(model, glyph, pictures / "activations.png")
    return [
        "## Mistakes",
        words.MISTAKES.format(
            model=found["model"],
            wrong=wrong,
            images=int(confusion.sum()),
            pairs=len(pairs),
            fraction=fraction,
        ),
        picture(pictures, "pairs", "The pairs of characters mistaken most often"),
        picture(pictures, "classes", "Accuracy of each class"),
        picture(pictures, "confusion", "Confusion matrix"),
        "## Inside the network",
        words.INSIDE.format(model=found["model"], char=CHARACTER),
        picture(pictures, "activations", f"Activations of each layer for a drawn {CHARACTER}"),
    ]
