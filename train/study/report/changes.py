"""What one change at a time does to a network of four layers, and what a seed does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.tables import NONE, markdown
from train.common.loop import PIXEL_STD
from train.study import noise
from train.study.models import NETWORKS, NOISES, names_of
from train.study.report import words
from train.study.report.cells import picture

if TYPE_CHECKING:
    from train.study.report.results import Results

PLAIN, WHOLE = "cnn-4-plain", "cnn-4"
#: Networks of the sweep of training noise, by its standard deviation.
SWEEP = {0.0: PLAIN, **{deviation: f"cnn-4-noise-{deviation}" for deviation in NOISES}}
_LEVELS = 255 * PIXEL_STD  # grey levels of 1 in scaled pixels


def changes(results: Results, folder: str) -> list[str]:
    """Return the section on what regularization is made of, on recipes, and on training noise."""
    if not (results.group("alone") or results.group("recipes")):
        return []
    sections = ["## What each part of regularization does", words.ALONE]
    sections += _table(results, [PLAIN, *names_of("alone"), WHOLE])
    if results.group("recipes"):
        sections += [words.RECIPES_OF_BOTH, *_table(results, [WHOLE, *names_of("recipes")])]
        sections += _best_of_both(results)
    return sections + _swept(results, folder)


def _table(results: Results, names: list[str]) -> list[str]:
    """Return a table of the networks ``names`` that are there: accuracy, F1, robustness."""
    rows = []
    for name in (one for one in names if one in results.networks):
        test, altered = results.networks[name]["test"], results.altered.get(name)
        cells = [f"{test['accuracy']:.4f}", f"{test['macro_f1']:.4f}"]
        if altered is None:
            cells += [NONE] * (len(noise.KINDS) + 1)
        else:
            cells += [f"{np.mean(altered['accuracy'][kind]):.3f}" for kind in noise.KINDS]
            cells.append(f"{noise.mean(altered['accuracy']):.3f}")
        rows.append([f"`{name}`", *cells])
    return [markdown(["network", "accuracy", "macro F1", *noise.KINDS, "mean of all"], rows)]


def _best_of_both(results: Results) -> list[str]:
    """Say which recipe is at least as accurate as ``WHOLE`` and the most robust of these."""
    networks, altered = results.networks, results.altered
    if WHOLE not in networks:
        return []
    found = {
        name: noise.mean(altered[name]["accuracy"])
        for name in names_of("recipes")
        if name in networks
        and name in altered
        and networks[name]["test"]["accuracy"] >= networks[WHOLE]["test"]["accuracy"]
    }
    if not found:
        return [words.NONE_OF_BOTH.format(whole=WHOLE)]
    best = max(found, key=lambda name: found[name])
    test = networks[best]["test"]["accuracy"]
    return [words.BEST_OF_BOTH.format(whole=WHOLE, best=best, test=test, altered=found[best])]


def _swept(results: Results, folder: str) -> list[str]:
    """Return the part on networks that differ in the noise of their training alone."""
    rows = [
        [f"{deviation:g}", f"{_LEVELS * deviation:.1f}", *_noisy(results, name)]
        for deviation, name in SWEEP.items()
        if name in results.networks
    ]
    if len(rows) < 2:
        return []
    head = ["noise in training", "grey levels", "accuracy", "on noisy images", "on all altered"]
    return [
        words.SWEPT,
        markdown(head, rows),
        picture(folder, "training-noise", "Accuracy over the noise of the training"),
    ]


def _noisy(results: Results, name: str) -> list[str]:
    altered = results.altered.get(name)
    clean = f"{results.networks[name]['test']['accuracy']:.4f}"
    if altered is None:
        return [clean, NONE, NONE]
    noisy, of_all = np.mean(altered["accuracy"]["noise"]), noise.mean(altered["accuracy"])
    return [clean, f"{noisy:.3f}", f"{of_all:.3f}"]


def seeds(results: Results) -> list[str]:
    """Return the section on networks that were trained with several seeds."""
    rows = []
    for name, runs in of_seeds(results).items():
        values = {
            key: np.array([run["test"][key] for run in runs])
            for key in ("accuracy", "macro_recall", "macro_f1")
        }
        cells = [f"{value.mean():.4f} ± {value.std(ddof=1):.4f}" for value in values.values()]
        listed = ", ".join(f"{run['test']['accuracy']:.4f}" for run in runs)
        rows.append([f"`{name}`", len(runs), *cells, listed])
    if not rows:
        return []
    head = ["network", "seeds", "accuracy", "macro recall", "macro F1", "accuracy of each"]
    return ["## Seeds", words.SEEDS, markdown(head, rows)]


def of_seeds(results: Results) -> dict[str, list[dict[str, Any]]]:
    """Return all runs of each network of which there are several, by the name of the first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in (*names_of("depth"), *names_of("seeds")):
        if name in results.networks:
            first = name.removesuffix(f"-seed-{1 + NETWORKS[name].repeat}")
            found.setdefault(first, []).append(results.networks[name])
    return {name: runs for name, runs in found.items() if len(runs) > 1}
