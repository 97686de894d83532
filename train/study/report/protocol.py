"""Scores by the report's own protocol, beside those that it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.tables import NONE, markdown
from train.study.models import LAYERS, NETWORKS
from train.study.report import words
from train.study.report.scores import title_of

if TYPE_CHECKING:
    from train.study.report.results import Results

#: Scores that the report gives, in its order.
_SCORES = ("macro_precision", "macro_recall", "macro_f1")


def protocol(results: Results) -> list[str]:
    """Return the section on balanced images; nothing where no model has learned from them."""
    found = measured(results)
    if not found:
        return []
    rows, short = [], []
    for title, way, reports, drawn in found:
        rows.append([title, way, *reports, *_cells(drawn)])
        figure = [given for given in reports if given != NONE][-1]
        if round(drawn["macro_f1"], 4) < float(figure):
            short.append(f"{title}, {way} ({drawn['macro_f1']:.4f} to {figure})")
    head = ["model", "trained", *(f"report's {score}" for score in ("precision", "recall", "F1"))]
    head += ["precision", "recall", "F1", "95 % of draws"]
    said = f"Below the report's F1 are: {'; '.join(short)}." if short else words.ALL_REACHED
    sections = [
        "## By the report's own protocol",
        words.PROTOCOL.format(**found[-1][-1]),
        markdown(head, rows),
        said,
    ]
    if forests := _grown(results):
        sections.append(words.BALANCED_FORESTS.format(**_deepest(forests)))
    return sections


#: A row: model, in which way it was trained, the report's figures, and ours.
_Row = tuple[str, str, tuple[str, str, str], dict[str, Any]]


def measured(results: Results) -> list[_Row]:
    """Return a row for each model that learned from balanced images, and each way to do it."""
    networks = {
        name: run["drawn"] for name, run in results.group("protocol").items() if "drawn" in run
    }
    return [*_forests(_grown(results)), *_networks(networks)]


def _grown(results: Results) -> list[dict[str, Any]]:
    """Return the forests that learned from balanced images."""
    forests: list[dict[str, Any]] = (results.forests or {}).get("balanced", [])
    return forests


def _networks(drawn: dict[str, Any]) -> list[_Row]:
    rows: list[_Row] = []
    for layers in LAYERS:
        for prefix, way in (("report", words.AS_THE_REPORT), ("balanced", words.OUR_WAY)):
            name = f"{prefix}-{layers}"
            if name in drawn:
                title = title_of(NETWORKS[f"cnn-{layers}"])
                rows.append((title, way, words.REPORT_SCORES[title], drawn[name]))
    return rows


def _forests(forests: list[dict[str, Any]]) -> list[_Row]:
    """Return a row for each way of growing, with the mean of its seeds."""
    ways: dict[str, list[dict[str, Any]]] = {}
    for forest in forests:
        ways.setdefault(forest["way"], []).append(forest["drawn"])
    title = "random forest"
    return [
        (title, f"{way}, mean of {len(of)} seeds", words.REPORT_SCORES[title], _mean(of))
        for way, of in ways.items()
    ]


def _mean(drawn: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the mean scores of several seeds."""
    return {key: float(np.mean([one[key] for one in drawn])) for key in drawn[0]}


def _cells(drawn: dict[str, Any]) -> list[str]:
    limits = f"{drawn['macro_f1_low']:.4f} to {drawn['macro_f1_high']:.4f}"
    return [*(f"{drawn[score]:.4f}" for score in _SCORES), limits]


def _deepest(forests: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "deepest": max(forest["deepest"] for forest in forests),
        "depth": forests[0]["depth"],
        "trees": forests[0]["trees"],
        "seeds": len({forest["seed"] for forest in forests}),
    }
