"""Texts that all sections need: cells of tables, the uncertainty of an accuracy, pictures."""

from __future__ import annotations

from train.study.report import words

#: Columns of test scores.
SCORES = [
    f"{average}_{score}"
    for average in ("weighted", "macro")
    for score in ("precision", "recall", "f1")
]


def images_of(images: dict[str, int]) -> str:
    """Return how many ``images`` a model was trained and tested with."""
    return f"{images['training']:,} / {images['test']:,}"


def scores_of(test: dict[str, float]) -> list[str]:
    """Return the cells of :data:`SCORES` in the scores ``test``."""
    return [f"{test[score]:.4f}" for score in SCORES]


def heading_of(score: str) -> str:
    """Return the name of a score as a heading has it."""
    return score.replace("_", " ").replace("f1", "F1")


def chance(scores: dict[str, float]) -> str:
    """Return a sentence on the uncertainty of the accuracy among ``scores``."""
    half = 50 * (scores["accuracy_high"] - scores["accuracy_low"])
    return words.CHANCE.format(images=scores["samples"], half=half)


def gain(scores: dict[str, float], before: dict[str, float]) -> str:
    """Return what accuracy and macro F1 gained, in percentage points."""
    accuracy, f1 = (100 * (scores[key] - before[key]) for key in ("accuracy", "macro_f1"))
    return f"{accuracy:+.2f} accuracy, {f1:+.2f} macro F1"


def picture(folder: str, name: str, alternative: str) -> str:
    """Return the picture ``name`` in ``folder``, as Markdown shows it."""
    return f"![{alternative}]({folder}/{name}.png)"
