"""What the parts of the study left in JSON files, as the page needs it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emnist_edge.errors import DataError
from emnist_edge.files import read_file, write_json
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


#: Of what :func:`publish` writes; a page and a JSON file of another one do not go together.
SCHEMA = 1
_AGAIN = "run: python -m train.study --resume"
# What of the results is published: not the sidecars, which lie beside the models.
_PUBLISHED = ("networks", "validated", "altered", "confusion")


def publish(results: Results, path: Path) -> None:
    """Write what the page is made of, besides the sidecars of the models that ship, to ``path``."""
    parts = {name: getattr(results, name) for name in _PUBLISHED}
    write_json(path, {"schema": SCHEMA, **parts})


def read_published(path: Path, models: Path) -> Results:
    """Return what :func:`publish` wrote to ``path``, with the sidecars in the folder ``models``.

    Raises :class:`DataError` for a file that it did not write.
    """
    content = read_file(path, lambda path: json.loads(path.read_text(encoding="utf-8")), _AGAIN)
    if content.get("schema") != SCHEMA:
        raise DataError(f"{path}: is not of this version; {_AGAIN}")
    return Results(shipped=shipped(models), **{name: content[name] for name in _PUBLISHED})


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
