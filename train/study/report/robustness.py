"""How well scores hold: cross-validation, altered images, and which mistakes are left."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS
from emnist_edge.tables import markdown
from train.study import folds, noise
from train.study.models import CNN, names_of
from train.study.report import words
from train.study.report.cells import heading_of, picture
from train.study.report.pictures import CHARACTER

if TYPE_CHECKING:
    from train.study.report.results import Results


def validated(results: Results, folder: str) -> list[str]:
    """Return the section on cross-validation, with a picture in ``folder`` of epochs recorded."""
    if not results.validated:
        return []
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
    epochs = ", ".join(
        f"`{name}` {metrics['recipe']['model']['epochs']}"
        for name, metrics in results.validated.items()
        if "epochs" in metrics["recipe"]["model"]
    )
    sections = [
        f"## {recipe['folds']}-fold cross-validation",
        words.FOLDS.format(trees=recipe["trees"]),
        *([f"Epochs of the networks: {epochs}."] if epochs else []),
        markdown(head, rows),
        "Mean and standard deviation over the folds.",
    ]
    if results.fold_epochs():
        sections.append(picture(folder, "folds", "Loss and accuracy of each fold of `cnn`"))
    return sections


def altered(results: Results, folder: str) -> list[str]:
    """Return the section on altered images, with pictures in ``folder``."""
    measured = results.altered
    if not measured:
        return []
    images = next(iter(measured.values()))["run"]["images"]
    changed = {*names_of("alone"), *names_of("recipes")}  # which have a table of their own
    rows = [
        [f"`{name}`", f"{result['clean']:.3f}"]
        + [f"{np.mean(result['accuracy'][kind]):.3f}" for kind in noise.KINDS]
        + [f"{noise.mean(result['accuracy']):.3f}"]
        for name, result in measured.items()
        if name not in changed
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
        *_adapted(measured),
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


def _adapted(measured: dict[str, Any]) -> list[str]:
    """Return a table of networks that were asked with the statistics of altered images as well."""
    rows = [
        [f"`{name}`", f"{noise.mean(result['accuracy']):.3f}"]
        + [f"{np.mean(result['adapted'][kind]):.3f}" for kind in noise.KINDS]
        + [f"{noise.mean(result['adapted']):.3f}"]
        for name, result in measured.items()
        if "adapted" in result
    ]
    head = ["network", "mean as it is", *noise.KINDS, "mean of all"]
    return [words.ADAPTED, markdown(head, rows)] if rows else []


def classes(results: Results) -> list[str]:
    """Return the section on how the models that ship read each class."""
    recalls = {}
    for name, found in results.answers.items():
        confusion = np.array(found["confusion"])
        total = confusion.sum(axis=1)
        recalls[name] = np.where(total, np.diag(confusion) / np.maximum(total, 1), np.nan)
    if CNN not in recalls:
        return []
    images = np.array(results.answers[CNN]["confusion"]).sum(axis=1)
    order = np.argsort(recalls[CNN], kind="stable")  # classes that do not occur come last
    rows = [
        [results.answers[CNN]["alphabet"][index], f"{images[index]:,}"]
        + [f"{recalls[name][index]:.3f}" for name in recalls]
        for index in order
        if images[index]
    ]
    head = ["class", "images", *(f"`{name}`" for name in recalls)]
    return ["## Each class", words.CLASSES, markdown(head, rows)]


def mistakes(results: Results, folder: str) -> list[str]:
    """Return the sections on the mistakes of the four-layer network that ships and what it sees."""
    found = results.mistakes()
    if found is None:
        return []
    return [
        "## Mistakes",
        words.MISTAKES.format(model=CNN, **found),
        picture(folder, "pairs", "The pairs of characters mistaken most often"),
        picture(folder, "classes", "Accuracy of each class"),
        picture(folder, "confusion", "Confusion matrix"),
        "## Inside the network",
        words.INSIDE.format(model=CNN, char=CHARACTER),
        picture(folder, "activations", f"Activations of each layer for a drawn {CHARACTER}"),
    ]
