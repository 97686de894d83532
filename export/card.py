"""The model card, written from the sidecars: no figure in it is typed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.alphabet import CONFUSABLE
from emnist_edge.artifact import DEFAULT_MODEL
from export import card_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from emnist_edge.artifact import Artifact


def write_card(artifacts: Sequence[Artifact], path: Path) -> None:
    """Write the model card of ``artifacts``, those of one family from one training run."""
    readers = [artifact for artifact in artifacts if "test" in artifact.accuracy]
    alphabet = readers[0].alphabet if readers else ""
    head = words.HEAD.format(
        default=DEFAULT_MODEL,
        alphabet=alphabet,
        confusable=", ".join(CONFUSABLE),
        scores=_scores(readers),
        averages=_averages(readers),
        calibration=_calibration([a for a in readers if "aurc" in a.accuracy["test"]]),
        parity=_parity(artifacts),
    )
    sections = [
        section(_first([a for a in artifacts if family(a) == name]))
        for name, section in _SECTIONS.items()
        if name in map(family, artifacts)
    ]
    text = "\n".join([head, *sections, words.TAIL.format(classes=len(alphabet))])
    path.write_text(text, encoding="utf-8")


def _first(artifacts: Sequence[Artifact]) -> Artifact:
    """Return the one of a family that a section is about: the int8 file, where there is one."""
    return next((a for a in artifacts if a.input_type == "int8"), artifacts[0])


def family(artifact: Artifact) -> str:
    """Return the kind of model: what its name starts with."""
    return artifact.name.partition("-")[0]


def _scores(artifacts: Sequence[Artifact]) -> str:
    rows = []
    for artifact in artifacts:
        test = artifact.accuracy["test"]
        interval = f"{_percent(test['accuracy_low'])} to {_percent(test['accuracy_high'])}"
        rows.append(
            (f"`{artifact.name}`", f"{artifact.bytes:,}", _percent(test["accuracy"]), interval,
             _percent(test["top2_accuracy"]), _percent(test["merged_accuracy"]),
             _percent(artifact.accuracy["validation"]["accuracy"]))
        )  # fmt: skip
    return _table("model|bytes|accuracy|interval|top 2|merged|validation accuracy", rows)


def _averages(artifacts: Sequence[Artifact]) -> str:
    names = [f"{mean}_{name}" for mean in ("macro", "weighted") for name in _AVERAGED]
    rows = [
        (f"`{artifact.name}`", *(_percent(artifact.accuracy["test"][name]) for name in names))
        for artifact in artifacts
    ]
    return _table("|".join(["model", *(name.replace("_", " ") for name in names)]), rows)


def _calibration(artifacts: Sequence[Artifact]) -> str:
    if not artifacts:
        return ""
    names = ("balanced_recall", "calibration_error", "aurc", "risk_95", "risk_90")
    rows = []
    for artifact in artifacts:
        test = artifact.accuracy["test"]
        recall, error, *others = (_percent(test[name]) for name in names)
        rows.append((f"`{artifact.name}`", recall, error, f"{test['log_loss']:.4f}", *others))
    heads = "model|balanced|ECE|NLL|AURC|errors at 95 %|errors at 90 %"
    return words.CALIBRATION.format(table=_table(heads, rows))


def _parity(artifacts: Sequence[Artifact]) -> str:
    rows = []
    for artifact in artifacts:
        if "parity" not in artifact.provenance:
            continue
        parity = artifact.provenance["parity"]
        rows.append(
            (f"`{artifact.name}`", f"{parity['samples']:,}", f"{parity['accuracy_drop']:.2f}",
             _percent(parity["agreement"]), f"{parity['largest_difference']:.2g}",
             f"{artifact.temperature:.3f}")
        )  # fmt: skip
    return _table(
        "model|images|accuracy lost, points|same class|largest probability difference|temperature",
        rows,
    )


def _training(facts: dict[str, Any]) -> str:
    """Describe the data that a run was trained on, as list items."""
    images = facts["images"]
    hashes = {**facts["training_data"], **facts["test_data"]}
    counts = f"{images['training']:,} images for training and {images['validation']:,} for"
    lines = [
        f"- Data: EMNIST `{facts['training_split']}`, {counts}",
        "  validation, the same share of each class. SHA-256 of the decompressed files:",
        *(f"  - `{name}`: `{digest}`" for name, digest in hashes.items()),
        f"- Trained with {facts['trained_by']}.",
    ]
    return "\n".join(lines)


def _cnn(artifact: Artifact) -> str:
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


def _tier(artifact: Artifact) -> str:
    facts = artifact.provenance
    recipe = dict(facts["recipe"])
    net, teachers = recipe.pop("net"), recipe.pop("teachers")
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
        recipe=_settings(recipe),
        augmentation=varied,
        seen=", ".join(facts["seen_corruptions"]) or "none",
        taught=taught.rstrip("."),
        best_epoch=facts["best_epoch"],
        seeds=_seeds(artifact),
    )


def _seeds(artifact: Artifact) -> str:
    """Describe how well runs with other seeds do, this one among them: mean and range."""
    own = artifact.accuracy["test"]
    others = [run["test"] for run in artifact.provenance.get("other_seeds", [])]
    if not others:
        return ""
    parts = []
    for name, title in (("accuracy", "accuracy"), ("balanced_recall", "balanced recall")):
        found = [scores[name] for scores in (own, *others)]
        span = f"{_percent(min(found))} to {_percent(max(found))}"
        parts.append(f"{title} {_percent(sum(found) / len(found))} ({span})")
    count = 1 + len(others)
    return f"\n- Of {count} seeds, int8 on the test images, mean and range: {', '.join(parts)}."


def _mlp(artifact: Artifact) -> str:
    facts = artifact.provenance
    recipe = {name: value for name, value in facts["recipe"].items() if value is not None}
    rows = [
        (name, _percent(row["validation_accuracy"]), _percent(row["validation_macro_recall"]),
         _percent(row["accuracy"]), str(row["best_epoch"]))
        for name, row in facts["comparison"].items()
    ]  # fmt: skip
    return words.MLP.format(
        classes=len(artifact.alphabet),
        units=recipe["units"],
        networks=words.NETWORKS,
        training=_training(facts),
        recipe=_settings(recipe),
        activation=facts["activation"],
        comparison=_table(
            "network|validation accuracy|macro recall|training accuracy|best epoch", rows
        ),
    )


def _forest(artifact: Artifact) -> str:
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
        full_accuracy=_percent(full["test"]["accuracy"]),
        full_recall=_percent(full["test"]["macro_recall"]),
        full_f1=_percent(full["test"]["macro_f1"]),
    )


def _page(artifact: Artifact) -> str:
    facts, scores = artifact.provenance, artifact.accuracy["validation"]
    recipe = dict(facts["recipe"])
    others = recipe.pop("others", [])
    return words.PAGE.format(
        parameters=artifact.parameters,
        bytes=artifact.bytes,
        training=facts["crops"]["training"],
        validation=facts["crops"]["validation"],
        pages=sum(run["pages"] for run in (recipe, *others)),
        recipe=_settings(recipe),
        others=_others(others),
        trained_by=facts["backend"],
        before=_runs_before(facts.get("started_from")),
        ink=_percent(scores["ink_f1"]),
        middle=_percent(scores["middle_f1"]),
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
         f"{result['seconds']:.0f} s", _percent(result["validation"]["accuracy"]),
         _percent(result["validation"]["macro_recall"]))
        for result in results
    ]  # fmt: skip
    heads = [*columns.values(), "nodes", "training", "validation accuracy", "macro recall"]
    return _table("|".join(heads), rows)


def _table(heads: str, rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; all columns but the first are aligned to the right."""
    lines = [
        f"| {' | '.join(heads.split('|'))} |",
        f"|---|{'---:|' * heads.count('|')}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines)


def _settings(settings: dict[str, Any]) -> str:
    """Return settings as text; those that belong together in brackets."""
    return ", ".join(
        f"{name.replace('_', ' ')} {f'({_settings(value)})' if isinstance(value, dict) else value}"
        for name, value in settings.items()
        if value is not None
    )


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


_AVERAGED = ("precision", "recall", "f1")
_SECTIONS = {
    "cnn": _cnn, "tiny": _tier, "small": _tier, "base": _tier,
    "mlp": _mlp, "forest": _forest, "page": _page,
}  # fmt: skip
