"""The tables of the model card that compare all models."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING

from emnist_edge.alphabet import BYCLASS, NOTHING
from emnist_edge.tables import markdown, percent
from export.card import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_edge.artifact import Artifact

_AVERAGES = [
    f"{mean}_{score}" for mean in ("macro", "weighted") for score in ("precision", "recall", "f1")
]

# How many classes are named as the weakest.
_WEAKEST = 8
# What is measured of glyphs drawn of strokes, and what its column is called.
_WRITTEN = {
    "unipen_accuracy": "any",
    "unipen_kind_known": "kind known",
    "symbols_macro_recall": "symbols",
    "all_classes_macro_recall": "all classes",
    "nothing_refused": "refused",
}


def scores(artifacts: Sequence[Artifact]) -> str:
    """Return how many characters each model reads right."""
    rows = []
    for artifact in artifacts:
        test = artifact.accuracy["test"]
        interval = f"{percent(test['accuracy_low'])} to {percent(test['accuracy_high'])}"
        rows.append(
            (f"`{artifact.name}`", f"{artifact.bytes:,}", percent(test["accuracy"]), interval,
             percent(test["top2_accuracy"]), percent(test["merged_accuracy"]),
             percent(artifact.accuracy["validation"]["accuracy"]))
        )  # fmt: skip
    head = ("model", "bytes", "accuracy", "interval", "top 2", "merged", "validation accuracy")
    return markdown(head, rows)


def averages(artifacts: Sequence[Artifact]) -> str:
    """Return precision, recall and F1 of each model, averaged over the classes."""
    rows = [
        (f"`{artifact.name}`",
         *(percent(artifact.accuracy["test"][name]) for name in _AVERAGES))
        for artifact in artifacts
    ]  # fmt: skip
    return markdown(("model", *(name.replace("_", " ") for name in _AVERAGES)), rows)


def further(artifacts: Sequence[Artifact]) -> str:
    """Return which models have which classes beside letters and digits; empty where none has.

    A paragraph each, with an empty line before it.
    """
    by_classes: dict[str, list[str]] = {}
    for artifact in artifacts:
        more = "".join(char for char in artifact.alphabet if char not in BYCLASS)
        by_classes.setdefault(more, []).append(f"`{artifact.name}`")
    by_classes.pop("", None)
    said = [
        words.FURTHER.format(
            models=", ".join(names),
            symbols=more.replace(NOTHING, ""),
            nothing=f", and, `{NOTHING}`, one for what is no character" if NOTHING in more else "",
        )
        for more, names in by_classes.items()
    ]
    return "".join("\n\n" + fill(one, 100, break_on_hyphens=False) for one in said)


def recall(artifacts: Sequence[Artifact]) -> str:
    """Return which fraction of each character models read right; empty where it is not known."""
    columns = {
        f"`{artifact.name}`{'' if part == 'test' else ', drawn'}": artifact.recall[part]
        for artifact in artifacts
        if artifact.input_type != "float32"
        for part in ("test", "written")
        if part in artifact.recall
    }
    if not columns:
        return ""
    weakest = "\n".join(
        f"- {name}: " + ", ".join(f"`{char}` {percent(found[char])}" for char in _weakest(found))
        for name, found in columns.items()
    )
    chars = list(dict.fromkeys(char for found in columns.values() for char in found))
    rows = [
        (f"`{char}`", *(percent(found.get(char)) for found in columns.values())) for char in chars
    ]
    return words.RECALL.format(weakest=weakest, table=markdown(("class", *columns), rows))


def _weakest(found: dict[str, float]) -> list[str]:
    """Return the characters of ``found`` that are read right least often."""
    return sorted(found, key=lambda char: found[char])[:_WEAKEST]


def written(artifacts: Sequence[Artifact]) -> str:
    """Return how models read glyphs drawn of strokes; empty where none was measured so."""
    rows = [
        (f"`{artifact.name}`", f"{found['samples']:,}",
         *(percent(found.get(name)) for name in _WRITTEN))
        for artifact in artifacts
        if (found := artifact.accuracy.get("written"))
    ]  # fmt: skip
    if not rows:
        return ""
    return words.WRITTEN.format(table=markdown(("model", "glyphs", *_WRITTEN.values()), rows))


def calibration(artifacts: Sequence[Artifact]) -> str:
    """Return how far the probabilities of each model can be relied on, with what the columns mean.

    Empty where no model was measured so.
    """
    if not artifacts:
        return ""
    rows = []
    for artifact in artifacts:
        test = artifact.accuracy["test"]
        rows.append(
            (f"`{artifact.name}`", percent(test["balanced_recall"]),
             percent(test["calibration_error"]), f"{test['log_loss']:.4f}",
             *(percent(test[name]) for name in ("aurc", "risk_95", "risk_90")))
        )  # fmt: skip
    head = ("model", "balanced", "ECE", "NLL", "AURC", "errors at 95 %", "errors at 90 %")
    return words.CALIBRATION.format(table=markdown(head, rows))


def parity(artifacts: Sequence[Artifact]) -> str:
    """Return how far each exported file differs from the model that was trained."""
    rows = []
    for artifact in artifacts:
        if "parity" not in artifact.provenance:
            continue
        found = artifact.provenance["parity"]
        rows.append(
            (f"`{artifact.name}`", f"{found['samples']:,}", f"{found['accuracy_drop']:.2f}",
             percent(found["agreement"]), f"{found['largest_difference']:.2g}",
             f"{artifact.temperature:.3f}")
        )  # fmt: skip
    head = ("model", "images", "accuracy lost, points", "same class",
            "largest probability difference", "temperature")  # fmt: skip
    return markdown(head, rows)
