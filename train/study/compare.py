"""Whether two models differ by more than chance: McNemar's test, with Holm's correction.

McNemar 1947, "Note on the sampling error of the difference between correlated proportions or
percentages", in its exact form: of the images that only one of two models reads right, each would
be right as often as the other if they were equally good. Holm 1979, "A simple sequentially
rejective multiple test procedure", keeps the chance of any wrong finding among all tests at the
level of one.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.files import write_json
from train.study.models import CNN, FOREST, LAYERS, MLP, names_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

#: File in the output folder of the study.
NAME = "compared.json"

#: Pairs that a question of the study is about, chosen before anything was measured.
PAIRS = (
    *((f"cnn-{layers}-plain", f"cnn-{layers}") for layers in LAYERS),
    *pairwise(f"cnn-{layers}" for layers in LAYERS),
    *pairwise(f"cnn-{layers}-plain" for layers in LAYERS),
    ("cnn-1", "cnn-1-batch-32"),
    *(("cnn-4-plain", name) for name in names_of("alone")),
    *(("cnn-4", name) for name in (*names_of("recipes"), *names_of("deviations"), CNN)),
    (FOREST, MLP),
    (MLP, "cnn-1-plain"),
)


def compare_all(
    answers: Mapping[str, NDArray[np.integer]], labels: NDArray[np.integer], study: Path
) -> list[dict[str, Any]]:
    """Compare the models of each of ``PAIRS`` that both have ``answers``, by name.

    Writes ``compared.json`` to ``study``, and returns what is in it: for each pair its names, how
    many images only the one and only the other reads right, and p without and with correction.
    """
    right = {name: classes == labels for name, classes in answers.items()}
    found: list[dict[str, Any]] = [
        {"one": one, "other": other, **mcnemar(right[one], right[other])}
        for one, other in PAIRS
        if one in right and other in right
    ]
    found = corrected(found)
    write_json(study / NAME, found)
    return found


def corrected(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return ``rows``, as :func:`compare_all` does, with p ``adjusted`` for how many they are."""
    adjusted = holm([row["p"] for row in rows])
    return [{**row, "adjusted": value} for row, value in zip(rows, adjusted, strict=True)]


def mcnemar(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> dict[str, Any]:
    """Return how many of the images (N,) only ``one`` and only ``other`` has right, and p.

    p: the chance of a difference as large or larger, of models that are equally good.
    """
    from scipy.stats import binomtest  # takes a second

    only_one, only_other = int((one & ~other).sum()), int((other & ~one).sum())
    either = only_one + only_other
    p = float(binomtest(only_one, either).pvalue) if either else 1.0
    return {"only_one": only_one, "only_other": only_other, "p": p}


def holm(values: Sequence[float]) -> list[float]:
    """Return the p ``values`` adjusted for how many they are, in the same order."""
    order = np.argsort(values, kind="stable")
    adjusted = np.empty(len(values))
    factors = len(values) - np.arange(len(values))
    adjusted[order] = np.minimum(np.maximum.accumulate(np.asarray(values)[order] * factors), 1)
    return [float(value) for value in adjusted]
