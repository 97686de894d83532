"""The page of the study, from the JSON files that its parts left: tables, pictures, words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.corruptions import SEVERITIES, UNITS
from train import folds, noise, study_figures
from train import study_words as words
from train.curves import draw_comparison
from train.data import read_json
from train.study_models import FILTERS, NETWORKS, Network

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

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
    """What the parts of the study left; any may be missing.

    networks, trained: ``metrics.json`` by model, of the study's and of those that ship.
    validated: of cross-validation. altered: of the noise study. confusion: of the best network.
    """

    networks: dict[str, Any]
    trained: dict[str, Any]
    validated: dict[str, Any]
    altered: dict[str, Any]
    confusion: dict[str, Any] | None


def read_results(study: Path, runs: Path) -> Results:
    """Read the JSON files under ``study`` and, of the models that ship, under ``runs``."""

    def read(files: dict[str, Path]) -> dict[str, Any]:
        return {name: read_json(path) for name, path in files.items() if path.exists()}

    confusion = study / "confusion.json"
    return Results(
        read({name: study / name / "metrics.json" for name in NETWORKS}),
        read({name: runs / name / "metrics.json" for name in ("forest", "mlp", "cnn")}),
        read({name: study / f"folds-{name}" / "metrics.json" for name in folds.MODELS}),
        read({
            name: study / "noise" / f"{name}.json"
            for name in (*NETWORKS, "forest", "mlp", "cnn")
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
    if results.networks or results.trained:
        sections += _models(results, pictures)
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
    rows = []
    forest = results.trained.get("forest")
    if forest:
        for name, grown in (("forest-edge", forest), ("forest, full", forest["full"])):
            nodes = grown.get("nodes", grown.get("parameters"))
            images = f"{forest['images']['training']:,}"
            rows.append([name, images, "-", "-", f"{nodes:,} nodes", "-", *_scores(grown["test"])])
    named = {"mlp": "MLP, 1 hidden layer"}
    named |= {name: title_of(network) for name, network in NETWORKS.items()}
    named |= {"cnn": "`cnn`, 4 layers, augmented"}
    for name, title in named.items():
        metrics = (results.networks | results.trained).get(name)
        if metrics:
            seconds = metrics["images"]["training"] / metrics["images_per_second"]
            rows.append([
                title, _images(metrics),
                f"{metrics['best_epoch']} of {metrics['epochs']}", metrics["recipe"]["batch"],
                f"{metrics['parameters']:,}", f"{seconds:.0f}", *_scores(metrics["test"]),
            ])  # fmt: skip
    head = ["model", "images", "epoch", "batch", "parameters", "s an epoch"]
    head += [score.replace("_", " ") for score in _SCORES]
    sections = ["## Models", _table(head, rows), words.COLUMNS]
    if results.networks:
        rate = next(iter(results.networks.values()))["recipe"]["learning_rate"]
        filters = ", ".join(str(count) for count in FILTERS)
        sections.insert(1, words.MODELS.format(filters=filters, rate=rate))
        test = next(iter(results.networks.values()))["test"]
        half = 50 * (test["accuracy_high"] - test["accuracy_low"])
        sections.append(words.CHANCE.format(half=half))
        sections += _comparisons(results.networks)
        histories = {name: metrics["history"] for name, metrics in results.networks.items()}
        draw_comparison(histories, pictures / "curves.png")
        sections.append(_picture(pictures, "curves", "Loss and validation accuracy over epochs"))
    reported = [[name, *scores] for name, scores in words.REPORT_SCORES.items()]
    sections += ["## What the report gives", words.REPORTED]
    sections.append(_table(["model", "precision", "recall", "F1"], reported))
    return sections


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
    head = ["model", *(key.replace("_", " ") for key in folds.AVERAGED), "accuracy of each fold"]
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
        + [f"{np.mean(result['accuracy'][kind]):.3f}" for kind in SEVERITIES]
        + [f"{noise.mean(result['accuracy']):.3f}"]
        for name, result in altered.items()
    ]
    strengths = [
        [kind, UNITS[kind], *(f"{amount:g}" for amount in amounts)]
        for kind, amounts in SEVERITIES.items()
    ]
    study_figures.draw_noise(altered, pictures / "noise.png")
    glyph = study_figures.drawn_glyph(CHARACTER)
    study_figures.draw_corruptions(glyph, pictures / "corruptions.png")
    return [
        "## Noise",
        words.NOISE.format(images=images),
        _table(["model", "clean", *SEVERITIES, "mean of all"], rows),
        words.NAMES,
        _picture(pictures, "noise", "Accuracy over strength, for each kind of alteration"),
        "The strengths, and a drawn character that shows them (left: as it is):",
        _table(["kind", "in", *(str(n) for n in range(1, len(strengths[0]) - 1))], strengths),
        _picture(pictures, "corruptions", "A drawn character altered in six ways, five strengths"),
    ]


def _mistakes(found: dict[str, Any], pictures: Path, study: Path) -> list[str]:
    import keras

    confusion, alphabet = np.array(found["confusion"]), found["alphabet"]
    pairs = confused_pairs(confusion, alphabet, _PAIRS)
    wrong = int(confusion.sum() - np.trace(confusion))
    share = sum(count for *_, count in pairs) / max(wrong, 1)
    study_figures.draw_confusion(confusion, alphabet, pictures / "confusion.png")
    study_figures.draw_class_accuracy(confusion, alphabet, pictures / "classes.png")
    study_figures.draw_pairs(pairs, pictures / "pairs.png")
    model = keras.models.load_model(study / found["model"] / "best.keras")
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


def _images(metrics: dict[str, Any]) -> str:
    images = metrics["images"]
    return f"{images['training']:,} / {images['test']:,}"


def _scores(test: dict[str, float]) -> list[str]:
    """Return the cells of one model's scores; runs of older versions lack some."""
    return [f"{test[score]:.4f}" if score in test else "-" for score in _SCORES]


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _picture(pictures: Path, name: str, alternative: str) -> str:
    return f"![{alternative}]({pictures.name}/{name}.png)"
