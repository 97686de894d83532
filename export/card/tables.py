"""The tables of the model card that compare all models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.tables import markdown, percent
from export.card import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_edge.artifact import Artifact

_AVERAGES = [
    f"{mean}_{score}" for mean in ("macro", "weighted") for score in ("precision", "recall", "f1")
]


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
