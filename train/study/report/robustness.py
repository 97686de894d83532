"""How well scores hold: cross-validation, altered images, and which mistakes are left."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS
from emnist_edge.tables import markdown
from train.study import folds, noise
from train.study.report import words
from train.study.report.cells import heading_of, picture
from train.study.report.pictures import CHARACTER

if TYPE_CHECKING:
    from train.study.report.results import Results


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


def altered(results: Results, folder: str) -> list[str]:
    """Return the section on altered images, with pictures in ``folder``."""
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
    return [
        "## Noise",
        words.NOISE.format(images=images),
        markdown(["model", "clean", *noise.KINDS, "mean of all"], rows),
        words.NAMES,
        *_robustness(measured),
        picture(folder, "noise", "Accuracy over strength, for each kind of alteration"),
        "The strengths, and a drawn character that shows them (left: as it is):",
        markdown(["kind", "in", *map(str, STRENGTHS)], strengths),
        picture(folder, "corruptions", "A drawn character altered in six ways, five strengths"),
    ]


def _robustness(measured: dict[str, Any]) -> list[str]:
    """Say which model falls least, and what regularization does to how networks fall."""
    means = {name: noise.mean(result["accuracy"]) for name, result in measured.items()}
    best = max(means, key=lambda name: means[name])
    pairs = [(f"{name}-plain", name) for name in means if f"{name}-plain" in means]
    said = f"The most robust of all is `{best}` ({means[best]:.3f})."
    if pairs:
        less = sum(means[regularized] < means[plain] for plain, regularized in pairs)
        changes = ", ".join(
            f"`{regularized}` {means[plain]:.3f} to {means[regularized]:.3f}"
            for plain, regularized in pairs
        )
        said += words.FALLS.format(less=less, networks=len(pairs), changes=changes)
    return [fill(said, 100)]


def mistakes(found: dict[str, Any], folder: str) -> list[str]:
    """Return the sections on the mistakes of the best network and on what it sees."""
    return [
        "## Mistakes",
        words.MISTAKES.format(**found),
        picture(folder, "pairs", "The pairs of characters mistaken most often"),
        picture(folder, "classes", "Accuracy of each class"),
        picture(folder, "confusion", "Confusion matrix"),
        "## Inside the network",
        words.INSIDE.format(model=found["model"], char=CHARACTER),
        picture(folder, "activations", f"Activations of each layer for a drawn {CHARACTER}"),
    ]
