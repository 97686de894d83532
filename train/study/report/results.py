"""What the parts of the study left in JSON files, as the page needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from train.common.data import read_json
from train.study import folds
from train.study.models import NETWORKS, SHIPPED, shipped

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.artifact import Artifact


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
