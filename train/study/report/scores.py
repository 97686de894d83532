"""The test scores of all models, beside those that the report gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.tables import NONE, markdown
from train.study.models import CNN, FILTERS, FOREST, MLP, NETWORKS
from train.study.report import words
from train.study.report.cells import SCORES, chance, heading_of, images_of, picture, scores_of

if TYPE_CHECKING:
    from emnist_edge.artifact import Artifact
    from train.study.models import Network
    from train.study.report.results import Results


def models(results: Results, folder: str, *, timed: bool) -> list[str]:
    """Return the section on all models, with the curves of the study's networks in ``folder``.

    ``timed`` tells how long an epoch took, which no two runs have the same.
    """
    if not (results.networks or results.shipped):
        return []
    head = [
        "model",
        "images",
        "epoch",
        "batch",
        "parameters",
        "s an epoch",
        "CPU s",
        *map(heading_of, SCORES),
    ]
    sections = ["## Models", markdown(head, _model_rows(results, timed=timed)), words.COLUMNS]
    if networks := results.group("depth"):
        first = next(iter(networks.values()))
        filters = ", ".join(str(count) for count in FILTERS)
        rate = first["recipe"]["learning_rate"]
        sections.insert(1, words.MODELS.format(filters=filters, rate=rate))
        sections.append(chance(first["test"]))
        sections += _comparisons(networks)
        sections.append(picture(folder, "curves", "Loss and accuracy over epochs"))
    return sections


def _model_rows(results: Results, *, timed: bool) -> list[list[object]]:
    """Return a row for each model: the forests, the MLP, the study's networks, the CNN."""
    models = results.shipped
    rows = _forest_rows(models[FOREST]) if FOREST in models else []
    if MLP in models:
        rows.append(_shipped_row(models[MLP], f"`{MLP}`"))
    for name, metrics in results.group("depth").items():
        rows.append([
            title_of(NETWORKS[name]), images_of(metrics["images"]),
            f"{metrics['best_epoch']} of {metrics['epochs']}", metrics["recipe"]["batch"],
            f"{metrics['parameters']:,}", *(_times(metrics) if timed else [NONE] * 2),
            *scores_of(metrics["test"]),
        ])  # fmt: skip
    if CNN in models:
        rows.append(_shipped_row(models[CNN], f"`{CNN}` (4 layers, augmented)"))
    return rows


def _times(metrics: dict[str, Any]) -> list[str]:
    """Return how long an epoch of a network took, and all of them on all processors together."""
    epoch = metrics["images"]["training"] / metrics["images_per_second"]
    used = [row["cpu_seconds"] for row in metrics.get("history", []) if "cpu_seconds" in row]
    return [f"{epoch:.0f}", f"{sum(used):,.0f}" if used else NONE]


def _shipped_row(artifact: Artifact, title: str) -> list[object]:
    facts = artifact.provenance
    return [
        title, images_of(facts["images"]), f"{facts['best_epoch']} of {facts['recipe']['epochs']}",
        facts["recipe"]["batch"], f"{artifact.parameters:,}", NONE, NONE,
        *scores_of(artifact.accuracy["test"]),
    ]  # fmt: skip


def _forest_rows(artifact: Artifact) -> list[list[object]]:
    """Return the rows of the forest that ships and of the full one, which was not kept."""
    full, images = artifact.provenance["full"], images_of(artifact.provenance["images"])
    forests = (
        (f"`{FOREST}`", artifact.parameters, artifact.accuracy["test"]),
        (f"forest, full (depth {full['depth']})", full["nodes"], full["test"]),
    )
    return [
        [title, images, NONE, NONE, f"{nodes:,} nodes", NONE, NONE, *scores_of(test)]
        for title, nodes, test in forests
    ]


def reported(results: Results) -> list[str]:
    """Set the report's figures beside those of its models here, and say where ours fall short."""
    if not (results.networks or results.shipped):
        return []
    ours = {title_of(NETWORKS[name]): run["test"] for name, run in results.group("depth").items()}
    if FOREST in results.shipped:
        ours["random forest"] = results.shipped[FOREST].provenance["full"]["test"]
    ours = {name: ours[name] for name in words.REPORT_SCORES if name in ours}
    head = ["model", *(f"report's {score}" for score in ("precision", "recall", "F1"))]
    head += [f"our {heading_of(score)}" for score in SCORES]
    rows = [
        [
            name,
            *figures,
            *(scores_of(ours[name]) if name in ours else [NONE] * len(SCORES)),
        ]
        for name, figures in words.REPORT_SCORES.items()
    ]
    sections = ["## What the report gives", markdown(head, rows), words.REPORTED]
    if ours:
        sections.append(" ".join(_reached(average, ours) for average in ("weighted", "macro")))
    return sections


def _reached(average: str, ours: dict[str, dict[str, float]]) -> str:
    """Say which of ``ours``, test scores by the report's models, have an F1 below the report's."""
    short = []
    for name, scores in ours.items():
        figure = [given for given in words.REPORT_SCORES[name] if given != NONE][-1]  # F1, if given
        f1 = round(scores[f"{average}_f1"], 4)  # as the table shows it
        if f1 < float(figure):
            short.append(f"{name} ({f1:.4f} to the report's {figure})")
    count = len(ours)
    if not short:
        return f"By {average} F1, each of our {count} models is at least as good as the report's."
    return (
        f"By {average} F1, {count - len(short)} of our {count} models are at least as good as the "
        f"report's; these are not: {', '.join(short)}."
    )


def _comparisons(networks: dict[str, Any]) -> list[str]:
    """Say what regularization and the batch change, for each pair of networks that is there."""
    rows = []
    for name in networks:
        network = NETWORKS[name]
        if network.batch:
            other, change = f"cnn-{network.layers}", f"batch of {network.batch}"
        else:
            other, change = f"cnn-{network.layers}-plain", "regularization"
        if not network.plain and other in networks:
            gains = [
                100 * (networks[name]["test"][score] - networks[other]["test"][score])
                for score in ("accuracy", "macro_recall", "macro_f1")
            ]
            rows.append([change, title_of(network), *(f"{gain:+.2f}" for gain in gains)])
    if not rows:
        return []
    head = ["with", "network", "accuracy", "macro recall", "macro F1"]
    return ["What a change is worth, in percentage points:", markdown(head, rows)]


def title_of(network: Network) -> str:
    """Return how tables name ``network``."""
    layers = f"CNN, {network.layers} layer{'s' if network.layers > 1 else ''}"
    batch = f", batch {network.batch}" if network.batch else ""
    return layers + (", plain" if network.plain else "") + batch
