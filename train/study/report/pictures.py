"""All pictures of the page, of what the parts of the study left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.scoring.metrics import confused_pairs
from train.common.curves import draw_comparison
from train.study.answers import PAIRS
from train.study.models import CNN, names_of
from train.study.report import curves, figures, samples
from train.study.report.changes import SWEEP
from train.study.report.inside import activations

if TYPE_CHECKING:
    from pathlib import Path

    from train.study.report.results import Results

#: The character that is altered, and whose activations are shown.
CHARACTER = "R"


def draw_all(results: Results, models: Path, folder: Path) -> None:
    """Draw what ``results`` have to ``folder``; ``models`` holds the files of those that ship."""
    if results.networks or results.shipped:
        samples.draw_samples(folder)
    glyph = figures.drawn_glyph(CHARACTER)
    changed = {*names_of("alone"), *names_of("recipes")}
    depths = results.group("depth")
    histories = {name: one["history"] for name, one in depths.items() if one.get("history")}
    # Networks that were published without their epochs keep the picture that they had.
    if histories and len(histories) == len(depths):
        draw_comparison(histories, folder / "curves.png")
    if results.activations:
        draw_comparison(results.activations["histories"], folder / "hidden.png")
    if histories := results.fold_epochs():
        draw_comparison(histories, folder / "folds.png")
    if results.forests:
        curves.draw_forests(results.forests, folder / "forests.png")
    swept = {
        deviation: (results.networks[name]["test"]["accuracy"], results.altered[name])
        for deviation, name in SWEEP.items()
        if name in results.networks and name in results.altered
    }
    if len(swept) > 1:
        curves.draw_sweep(swept, folder / "training-noise.png")
    if results.altered:
        lines = {one: results.altered[one] for one in results.altered if one not in changed}
        figures.draw_noise(lines, folder / "noise.png")
        figures.draw_corruptions(glyph, folder / "corruptions.png")
    if found := results.mistakes():
        confusion, alphabet = np.array(found["confusion"]), found["alphabet"]
        figures.draw_confusion(CNN, confusion, alphabet, folder / "confusion.png")
        figures.draw_class_accuracy(confusion, alphabet, folder / "classes.png")
        figures.draw_pairs(confused_pairs(confusion, alphabet, PAIRS), folder / "pairs.png")
        maps = activations(models / results.shipped[CNN].file, glyph)
        figures.draw_activations(maps, glyph, folder / "activations.png")
