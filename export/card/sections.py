"""The sections of the model card, each on a family of models: what it is and how it was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.dataset.emnist import SPLITS
from emnist_edge.tables import markdown, percent
from export.card import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_edge.artifact import Artifact


def _training(facts: dict[str, Any]) -> str:
    """Describe the data that a run was trained on, as list items."""
    images = facts["images"]
    hashes = {**facts["training_data"], **facts["test_data"]}
    counts = f"{images['training']:,} images for training and {images['validation']:,} for"
    lines = [
        f"- Data: EMNIST `{facts['training_split']}`: {_labelled(images)}{counts}",
        "  validation, the same share of each class. SHA-256 of the decompressed files:",
        *(f"  - `{name}`: `{digest}`" for name, digest in hashes.items()),
        *_writers(facts),
        f"- Trained with {facts['trained_by']}.",
    ]
    return "\n".join(lines)


def _labelled(images: dict[str, int]) -> str:
    """Say how many of ByMerge's labelled training images a run had."""
    official = SPLITS["byclass"].train  # the same images, in more classes
    if "labelled" not in images:
        return ""
    return f"{images['labelled']:,} of {official:,} training images of ByMerge;\n  "


def _writers(facts: dict[str, Any]) -> list[str]:
    """Attribute what a run learned from beside EMNIST, as list items."""
    if "unipen" not in facts:
        return []
    symbols = facts["recipe"]["blend"]["symbols"]
    ranges = facts["range_images"]
    alone = "" if len(ranges) > 1 else "; quantization ranges were set on EMNIST's images alone"
    parts = "; among them symbols, and what is no character, made of their strokes"
    hashes = "\n".join(f"  - `{name}`: `{digest}`" for name, digest in facts["unipen"].items())
    text = words.UNIPEN.format(parts=(parts if symbols else "") + alone, hashes=hashes)
    return text.rstrip().splitlines()


def cnn(artifact: Artifact) -> str:
    """Return the section on the CNN of the study."""
    facts = artifact.provenance
    recipe = dict(facts["recipe"])
    return words.CNN.format(
        classes=len(artifact.alphabet),
        networks=words.NETWORKS,
        training=_training(facts),
        augmentation=_settings(recipe.pop("augmentation")),
        recipe=_settings(recipe),
        best_epoch=facts["best_epoch"],
    )


def tier(artifact: Artifact) -> str:
    """Return the section on a tier."""
    facts = artifact.provenance
    recipe = dict(facts["recipe"])
    net, teachers = recipe.pop("net"), recipe.pop("teachers")
    before = _run_before(recipe.pop("start", None), facts["recipe"])
    names = list(facts["unlabelled"].items())
    taught = "Trained on labels alone."
    if teachers:
        asked = ", ".join(f"`{digest[:12]}`" for digest in teachers)
        taught = f"Teachers, asked about each image as it was varied: {asked}" + "".join(
            f"; images without labels, `{name}`, SHA-256 `{digest}`" for name, digest in names
        )
    augmentation = recipe.pop("augmentation")
    varied = _settings(augmentation) if augmentation else "none"
    if "settled" in recipe:
        settled, share = _settings(recipe.pop("settled")), recipe.pop("settling")
        varied += f"; in the last {share:.0%} of the epochs {settled}"
    return words.TIER.format(
        title=recipe.pop("tier").capitalize(),
        count=1 + sum(len(stage) for stage in net["stages"]),
        classes=len(artifact.alphabet),
        looks=words.LOOKS.format(degrees=net["turned"]) if net.get("turned") else "",
        weights=facts["weight_bytes"],
        most=facts["most_bytes"],
        macs=facts["macs"],
        networks=words.NETWORKS,
        training=_training(facts),
        net=_settings(net),
        recipe=_settings(recipe) + before,
        augmentation=varied,
        seen=", ".join(facts["seen_corruptions"]) or "none",
        taught=taught.rstrip("."),
        best_epoch=facts["best_epoch"],
        seeds=_seeds(artifact),
    )


def _run_before(start: dict[str, Any] | None, recipe: dict[str, Any]) -> str:
    """Say that a run started from the weights of another, and what differed in its recipe."""
    if start is None:
        return ""
    other = {name: value for name, value in start.items() if value != recipe.get(name)}
    return f"; it started from the weights of a run with {_settings(other)}, and else the same"


def _seeds(artifact: Artifact) -> str:
    """Describe how well runs with other seeds do, this one among them: mean and range."""
    own = artifact.accuracy["test"]
    others = [run["test"] for run in artifact.provenance.get("other_seeds", [])]
    if not others:
        return ""
    parts = []
    for name, title in (("accuracy", "accuracy"), ("balanced_recall", "balanced recall")):
        found = [scores[name] for scores in (own, *others)]
        span = f"{percent(min(found))} to {percent(max(found))}"
        parts.append(f"{title} {percent(sum(found) / len(found))} ({span})")
    count = 1 + len(others)
    return f"\n- Of {count} seeds, int8 on the test images, mean and range: {', '.join(parts)}."


def mlp(artifact: Artifact) -> str:
    """Return the section on the MLP."""
    facts = artifact.provenance
    recipe = {name: value for name, value in facts["recipe"].items() if value is not None}
    rows = [
        (name, percent(row["validation_accuracy"]), percent(row["validation_macro_recall"]),
         percent(row["accuracy"]), str(row["best_epoch"]))
        for name, row in facts["comparison"].items()
    ]  # fmt: skip
    head = ("network", "validation accuracy", "macro recall", "training accuracy", "best epoch")
    return words.MLP.format(
        classes=len(artifact.alphabet),
        units=recipe["units"],
        networks=words.NETWORKS,
        training=_training(facts),
        recipe=_settings(recipe),
        activation=facts["activation"],
        comparison=markdown(head, rows),
    )


def forest(artifact: Artifact) -> str:
    """Return the section on the random forest."""
    facts = artifact.provenance
    recipe, full = facts["recipe"], facts["full"]
    chosen = next(edge for edge in facts["edges"] if edge["name"] == facts["chosen"])
    named = ("trees", "depth", "sweep_trees", "edge_nodes", "edge_trees", "seed")
    return words.FOREST.format(
        trees=chosen["trees"],
        nodes=chosen["nodes"],
        votes=facts["leaves"]["votes"],
        most_classes=facts["leaves"]["classes"],
        leaf_drop=facts["leaves"]["accuracy_drop"],
        training=_training(facts),
        recipe=_settings({name: recipe[name] for name in named}),
        sweep_trees=recipe["sweep_trees"],
        criterion=full["criterion"],
        criteria=_grown(facts["criteria"], {"criterion": "criterion"}),
        depths=_grown(facts["depths"], {"depth": "depth", "deepest": "deepest tree"}),
        edges=_grown(
            facts["edges"],
            {"split": "images to split a node", "features": "pixels at a node", "trees": "trees"},
        ),
        full_trees=full["trees"],
        full_depth=full["depth"],
        full_nodes=full["nodes"],
        full_seconds=full["seconds"],
        full_accuracy=percent(full["test"]["accuracy"]),
        full_recall=percent(full["test"]["macro_recall"]),
        full_f1=percent(full["test"]["macro_f1"]),
    )


def page(artifact: Artifact) -> str:
    """Return the section on the page network."""
    facts, scores = artifact.provenance, artifact.accuracy["validation"]
    recipe = dict(facts["recipe"])
    others = recipe.pop("others", [])
    return words.PAGE.format(
        parameters=artifact.parameters,
        bytes=artifact.bytes,
        training=facts["crops"]["training"],
        validation=facts["crops"]["validation"],
        pages=sum(run["pages"] for run in (recipe, *others)),
        texts=words.TEXTS.format(texts=recipe["texts"]) if recipe.get("texts") else "",
        recipe=_settings(recipe),
        others=_others(others),
        trained_by=facts["backend"],
        before=_runs_before(facts.get("started_from")),
        ink=percent(scores["ink_f1"]),
        middle=percent(scores["middle_f1"]),
    )


def _others(runs: Sequence[dict[str, Any]]) -> str:
    """Say which earlier runs' crops are among a run's."""
    if not runs:
        return ""
    seeds = ", ".join(str(run["seed"]) for run in runs)
    return f" The crops of the earlier runs with seed {seeds} are among them."


def _runs_before(facts: dict[str, Any] | None) -> str:
    """Describe the runs that a run went on from, the nearest first."""
    if not facts:
        return ""
    recipe, crops = dict(facts["recipe"]), facts["crops"]["training"]
    among = _others(recipe.pop("others", []))
    text = f"\n- It went on from a run on {crops:,} crops: {_settings(recipe)}.{among}"
    return text + _runs_before(facts.get("started_from"))


def _grown(results: Sequence[dict[str, Any]], columns: dict[str, str]) -> str:
    """Return a table of grown forests: some columns of theirs, and what was measured."""
    rows = [
        (*(str(result[name]) for name in columns), f"{result['nodes']:,}",
         f"{result['seconds']:.0f} s", percent(result["validation"]["accuracy"]),
         percent(result["validation"]["macro_recall"]))
        for result in results
    ]  # fmt: skip
    head = [*columns.values(), "nodes", "training", "validation accuracy", "macro recall"]
    return markdown(head, rows)


def _settings(settings: dict[str, Any]) -> str:
    """Return settings as text; those that belong together in brackets."""
    return ", ".join(
        f"{name.replace('_', ' ')} {f'({_settings(value)})' if isinstance(value, dict) else value}"
        for name, value in settings.items()
        if value is not None
    )
