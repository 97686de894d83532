"""The study's forests: accuracy over depth and over trees, with the out-of-bag score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.tables import NONE, markdown
from train.study.report import words
from train.study.report.cells import picture

if TYPE_CHECKING:
    from train.study.report.results import Results


def curves(results: Results, folder: str, *, timed: bool) -> list[str]:
    """Return the part on depth and trees, with a picture in ``folder``.

    ``timed`` tells how long trees took, which no two runs have the same.
    """
    if results.forests is None:
        return []
    whole, depths = results.forests["trees"], by_depth(results.forests)
    trees = depths[0]["trees"]
    head = ["forest", "deepest", "nodes", "CPU s", "validation", "out of bag"]
    return [
        words.FOREST_CURVES.format(
            trees=trees, depth=whole[0]["depth"], deepest=max(row["deepest"] for row in whole)
        ),
        markdown([*head[:1], "depth", *head[1:]], [_row(row, "depth", timed) for row in depths]),
        markdown([*head[:1], "trees", *head[1:]], [_row(row, "trees", timed) for row in whole]),
        picture(folder, "forests", "Accuracy over depth and over trees"),
    ]


def by_depth(forests: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that compare depths, with the deepest of those that compare trees."""
    depths: list[dict[str, Any]] = forests["depths"]
    trees = {row["trees"] for row in depths}
    every = [*depths, *(row for row in forests["trees"] if row["trees"] in trees)]
    return sorted(every, key=lambda row: row["criterion"], reverse=True)


def _row(row: dict[str, Any], of: str, timed: bool) -> list[object]:
    scores = (row[name]["accuracy"] for name in ("validation", "out_of_bag"))
    return [
        row["criterion"], row[of], row["deepest"], f"{row['nodes']:,}",
        f"{row['cpu_seconds']:.0f}" if timed else NONE, *(f"{score:.4f}" for score in scores),
    ]  # fmt: skip
