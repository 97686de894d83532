"""The page of the study, from the JSON files that its parts left: tables, pictures, words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS
from train.common import checkpoints
from train.common.curves import draw_comparison
from train.common.data import read_json
from train.mlp import ACTIVATIONS
from train.study import figures as study_figures
from train.study import folds, noise, words
from train.study.models import CNN, FILTERS, FOREST, MLP, NETWORKS, SHIPPED, Network, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.artifact import Artifact

#: The character whose activations are shown.
CHARACTER = "R"
_PAIRS = 12
_SCORES = [
    f"{average}_{score}"
    for average in ("weighted", "macro")
    for score in ("precision", "recall", "f1")
]


@dataclass(frozen=True)
class Results:
    """What the parts of the study left, and the models that ship; any may be missing.

    networks: ``metrics.json`` of the study's, by name. shipped: sidecars, by name. validated: of
    cross-validation. altered: of the noise study. confusion: of the best network.
    """

    networks: dict[str, Any]
    shipped: dict[str, Artifact]
    validated: dict[str, Any]
    altered: dict[str, Any]
    confusion: dict[str, Any] | None


def read_results(study: Path, models: Path) -> Results:
    """Read the JSON files under ``study`` and, in ``models``, the sidecars of the models that ship.

    Raises :class:`ModelError` for one that is not a sidecar.
    """

    def read(files: dict[str, Path]) -> dict[str, Any]:
        return {name: read_json(path) for name, path in files.items() if path.exists()}

    confusion = study / "confusion.json"
    return Results(
        read({name: study / name / "metrics.json" for name in NETWORKS}),
        shipped(models),
        read({name: study / f"folds-{name}" / "metrics.json" for name in folds.MODELS}),
        read({
            name: study / "noise" / f"{name}.json"
            for name in (*NETWORKS, *SHIPPED)
        }),
        read_json(confusion) if confusion.exists() else None,
    )  # fmt: skip


def write_page(results: Results, page: Path, study: Path, *, quick: bool) -> None:
    """Write ``page``, and its pictures to the folder beside it that has its name.

    ``study`` holds the network whose activations are drawn. ``quick`` says on the page that its
    figures are those of a trial.
    """
    pictures = page.with_suffix("")
    pictures.mkdir(parents=True, exist_ok=True)
    title = "# The study: models, depth, regularization, noise"
    if quick:
        title += "\n\n**A QUICK TRIAL: few images and epochs. No figure here means anything.**"
    sections = [title, words.INTRO]
    if results.networks or results.shipped:
        sections += _models(results, pictures) + _reported(results)
    if MLP in results.shipped:
        sections += _activations(results.shipped[MLP])
    if FOREST in results.shipped:
        sections += _grown(results.shipped[FOREST])
    if results.validated:
        sections += _validated(results)
    if results.altered:
        sections += _altered(results, pictures)
    if results.confusion:
        sections += _mistakes(results.confusion, pictures, study)
    page.write_text("\n\n".join(section.strip() for section in sections) + "\n", encoding="utf-8")


def title_of(network: Network) -> str:
    """Return how tables name ``network``."""
    layers = f"CNN, {network.layers} layer{'s' if network.layers > 1 else ''}"
    batch = f", batch {network.batch}" if network.batch else ""
    return layers + ("" if network.regularized else ", plain") + batch


def confused_pairs(
    confusion: NDArray[np.int64], alphabet: str, count: int
) -> list[tuple[str, str, int]]:
    """Return the ``count`` pairs of characters mistaken most often, either way, with how often."""
    both = np.triu(confusion + confusion.T, 1)
    order = np.argsort(-both, axis=None, kind="stable")[:count]
    return [
        (alphabet[one], alphabet[other], int(both[one, other]))
        for one, other in zip(*np.unravel_index(order, both.shape), strict=True)
        if both[one, other]
    ]


def _models(results: Results, pictures: Path) -> list[str]:
    head = ["model", "images", "epoch", "batch", "parameters", "s an epoch", *map(_named, _SCORES)]
    sections = ["## Models", _table(head, _model_rows(results)), words.COLUMNS]
    if results.networks:
        first = next(iter(results.networks.values()))
        filters = ", ".join(str(count) for count in FILTERS)
        rate = first["recipe"]["learning_rate"]
        sections.insert(1, words.MODELS.format(filters=filters, rate=rate))
        sections.append(_chance(first["test"]))
        sections += _comparisons(results.networks)
        histories = {name: metrics["history"] for name, metrics in results.networks.items()}
        draw_comparison(histories, pictures / "curves.png")
        sections.append(_picture(pictures, "curves", "Loss and validation accuracy over epochs"))
    return sections


def _model_rows(results: Results) -> list[list[object]]:
    """Return a row for each model: the forests, the MLP, the study's networks, the CNN."""
    models = results.shipped
    rows = _forest_rows(models[FOREST]) if FOREST in models else []
    if MLP in models:
        rows.append(_shipped_row(models[MLP], f"`{MLP}`"))
    for name, metrics in results.networks.items():
        seconds = metrics["images"]["training"] / metrics["images_per_second"]
        rows.append([
            title_of(NETWORKS[name]), _images(metrics["images"]),
            f"{metrics['best_epoch']} of {metrics['epochs']}", metrics["recipe"]["batch"],
            f"{metrics['parameters']:,}", f"{seconds:.0f}", *_scores(metrics["test"]),
        ])  # fmt: skip
    if CNN in models:
        rows.append(_shipped_row(models[CNN], f"`{CNN}` (4 layers, augmented)"))
    return rows


def _shipped_row(artifact: Artifact, title: str) -> list[object]:
    facts = artifact.provenance
    return [
        title, _images(facts["images"]), f"{facts['best_epoch']} of {facts['recipe']['epochs']}",
        facts["recipe"]["batch"], f"{artifact.parameters:,}", "-",
        *_scores(artifact.accuracy["test"]),
    ]  # fmt: skip


def _forest_rows(artifact: Artifact) -> list[list[object]]:
    """Return the rows of the forest that ships and of the full one, which was not kept."""
    full, images = artifact.provenance["full"], _images(artifact.provenance["images"])
    forests = (
        (f"`{FOREST}`", artifact.parameters, artifact.accuracy["test"]),
        (f"forest, full (depth {full['depth']})", full["nodes"], full["test"]),
    )
    return [
        [title, images, "-", "-", f"{nodes:,} nodes", "-", *_scores(test)]
        for title, nodes, test in forests
    ]


def _reported(results: Results) -> list[str]:
    """Set the report's figures beside those of its models here, and say where ours fall short."""
    ours = {title_of(NETWORKS[name]): run["test"] for name, run in results.networks.items()}
    if FOREST in results.shipped:
        ours["random forest"] = results.shipped[FOREST].provenance["full"]["test"]
    ours = {name: ours[name] for name in words.REPORT_SCORES if name in ours}
    head = ["model", *(f"report's {score}" for score in ("precision", "recall", "F1"))]
    head += [f"our {_named(score)}" for score in _SCORES]
    rows = [
        [name, *figures, *(_scores(ours[name]) if name in ours else ["-"] * len(_SCORES))]
        for name, figures in words.REPORT_SCORES.items()
    ]
    sections = ["## What the report gives", _table(head, rows), words.REPORTED]
    if ours:
        sections.append(" ".join(_reached(average, ours) for average in ("weighted", "macro")))
    return sections


def _reached(average: str, ours: dict[str, dict[str, float]]) -> str:
    """Say which of ``ours``, test scores by the report's models, have an F1 below the report's."""
    short = []
    for name, scores in ours.items():
        figure = [given for given in words.REPORT_SCORES[name] if given != "-"][-1]  # F1, if given
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


def _activations(mlp: Artifact) -> list[str]:
    facts = mlp.provenance
    compared, recipe = facts["comparison"], facts["recipe"]
    rows = [
        [f"`{name}`", f"{row['validation_accuracy']:.4f}",
         f"{row['validation_macro_recall']:.4f}", row["best_epoch"]]
        for name, row in compared.items()
    ]  # fmt: skip
    accuracies = [compared[name]["validation_accuracy"] for name in ACTIVATIONS]
    held = "held" if accuracies == sorted(accuracies, reverse=True) else "did not hold"
    order = " ≥ ".join(f"`{name}`" for name in ACTIVATIONS)
    return [
        "## Activations of the MLP",
        words.ACTIVATIONS.format(
            units=recipe["units"], epochs=recipe["epochs"], activation=facts["activation"]
        ),
        _table(["activation", "validation accuracy", "macro recall", "best epoch"], rows),
        f"On validation accuracy, {order} {held}.",
        _chance(mlp.accuracy["validation"]),
    ]


def _grown(forest: Artifact) -> list[str]:
    """Return the section on the forests among which the one that ships was chosen."""
    facts = forest.provenance
    full, recipe, depths = facts["full"], facts["recipe"], facts["depths"]
    swept = [row for row in facts["criteria"] if row not in depths] + depths
    named = {f"{row['criterion']}, depth {row['depth']}": row for row in swept}
    named |= {f"`{row['name']}`": row for row in facts["edges"]}
    named[f"full: {full['criterion']}, depth {full['depth']}"] = full
    rows = [
        [name, row["trees"], row["deepest"], f"{row['nodes']:,}", f"{row['seconds']:.0f}",
         f"{row['validation']['accuracy']:.4f}", f"{row['validation']['macro_recall']:.4f}"]
        for name, row in named.items()
    ]  # fmt: skip
    head = ["forest", "trees", "deepest", "nodes", "s to grow"]
    head += ["validation accuracy", "macro recall"]
    best = max(depths, key=lambda row: row["validation"]["accuracy"])
    chosen = next(edge for edge in facts["edges"] if edge["name"] == facts["chosen"])
    return [
        "## Criterion and depth of the forest",
        words.GROWN.format(**chosen | {"nodes": recipe["edge_nodes"]}),
        _table(head, rows),
        words.CHOSEN.format(
            criterion=full["criterion"],
            most=recipe["depth"],
            depth=best["depth"],
            chosen=chosen["name"],
        ),
        _chance(forest.accuracy["validation"]),
    ]


def _comparisons(networks: dict[str, Any]) -> list[str]:
    """Say what regularization and the batch change, for each pair of networks that is there."""
    rows = []
    for name, network in NETWORKS.items():
        other = Network(network.layers, regularized=not network.regularized).name
        if network.batch:
            other, change = Network(network.layers).name, f"batch of {network.batch}"
        else:
            change = "regularization"
        if network.regularized and name in networks and other in networks:
            gains = [
                100 * (networks[name]["test"][score] - networks[other]["test"][score])
                for score in ("accuracy", "macro_recall", "macro_f1")
            ]
            rows.append([change, title_of(network), *(f"{gain:+.2f}" for gain in gains)])
    if not rows:
        return []
    head = ["with", "network", "accuracy", "macro recall", "macro F1"]
    return ["What a change is worth, in percentage points:", _table(head, rows)]


def _validated(results: Results) -> list[str]:
    recipe = next(iter(results.validated.values()))["recipe"]
    rows = []
    for name, metrics in results.validated.items():
        averages = (
            f"{metrics['mean'][key]:.4f} ± {metrics['deviation'][key]:.4f}"
            for key in folds.AVERAGED
        )
        listed = ", ".join(f"{fold['accuracy']:.4f}" for fold in metrics["folds"])
        rows.append([f"`{name}`", *averages, listed])
    head = ["model", *map(_named, folds.AVERAGED), "accuracy of each fold"]
    return [
        f"## {recipe['folds']}-fold cross-validation",
        words.FOLDS.format(trees=recipe["trees"], epochs=recipe["epochs"]),
        _table(head, rows),
        "Mean and standard deviation over the folds.",
    ]


def _altered(results: Results, pictures: Path) -> list[str]:
    altered = results.altered
    images = next(iter(altered.values()))["run"]["images"]
    rows = [
        [f"`{name}`", f"{result['clean']:.3f}"]
        + [f"{np.mean(result['accuracy'][kind]):.3f}" for kind in noise.KINDS]
        + [f"{noise.mean(result['accuracy']):.3f}"]
        for name, result in altered.items()
    ]
    strengths = [
        [kind, CORRUPTIONS[kind].unit, *(f"{amount:g}" for amount in CORRUPTIONS[kind].amounts)]
        for kind in noise.KINDS
    ]
    study_figures.draw_noise(altered, pictures / "noise.png")
    glyph = study_figures.drawn_glyph(CHARACTER)
    study_figures.draw_corruptions(glyph, pictures / "corruptions.png")
    return [
        "## Noise",
        words.NOISE.format(images=images),
        _table(["model", "clean", *noise.KINDS, "mean of all"], rows),
        words.NAMES,
        _picture(pictures, "noise", "Accuracy over strength, for each kind of alteration"),
        "The strengths, and a drawn character that shows them (left: as it is):",
        _table(["kind", "in", *map(str, STRENGTHS)], strengths),
        _picture(pictures, "corruptions", "A drawn character altered in six ways, five strengths"),
    ]


def _mistakes(found: dict[str, Any], pictures: Path, study: Path) -> list[str]:
    confusion, alphabet = np.array(found["confusion"]), found["alphabet"]
    pairs = confused_pairs(confusion, alphabet, _PAIRS)
    wrong = int(confusion.sum() - np.trace(confusion))
    share = sum(count for *_, count in pairs) / max(wrong, 1)
    study_figures.draw_confusion(confusion, alphabet, pictures / "confusion.png")
    study_figures.draw_class_accuracy(confusion, alphabet, pictures / "classes.png")
    study_figures.draw_pairs(pairs, pictures / "pairs.png")
    model = checkpoints.load(study / found["model"] / "best.keras")
    glyph = study_figures.drawn_glyph(CHARACTER)
    study_figures.draw_activations(model, glyph, pictures / "activations.png")
    return [
        "## Mistakes",
        words.MISTAKES.format(
            model=found["model"],
            wrong=wrong,
            images=int(confusion.sum()),
            pairs=len(pairs),
            share=share,
        ),
        _picture(pictures, "pairs", "The pairs of characters mistaken most often"),
        _picture(pictures, "classes", "Accuracy of each class"),
        _picture(pictures, "confusion", "Confusion matrix"),
        "## Inside the network",
        words.INSIDE.format(model=found["model"], char=CHARACTER),
        _picture(pictures, "activations", f"Activations of each layer for a drawn {CHARACTER}"),
    ]


def _images(images: dict[str, int]) -> str:
    return f"{images['training']:,} / {images['test']:,}"


def _scores(test: dict[str, float]) -> list[str]:
    return [f"{test[score]:.4f}" for score in _SCORES]


def _named(score: str) -> str:
    return score.replace("_", " ").replace("f1", "F1")


def _chance(scores: dict[str, float]) -> str:
    half = 50 * (scores["accuracy_high"] - scores["accuracy_low"])
    return words.CHANCE.format(images=scores["samples"], half=half)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _picture(pictures: Path, name: str, alternative: str) -> str:
    return f"![{alternative}]({pictures.name}/{name}.png)"
