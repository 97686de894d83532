"""What the parts of the study left in JSON files, as the page needs it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from emnist_edge.errors import DataError
from emnist_edge.files import read_file, write_json
from train.common.data import read_json
from train.study import compare, folds
from train.study.models import ALTERED, CNN, NETWORKS, SHIPPED, names_of, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from emnist_edge.artifact import Artifact


@dataclass(frozen=True)
class Results:
    """What the parts of the study left, and the models that ship; any may be missing.

    networks: ``metrics.json`` of the study's, by name. shipped: sidecars, by name. validated: of
    cross-validation. altered: of the noise study. forests: of the study's forests. activations: of
    networks of one hidden layer. answers: what the models that ship mistake, by name. compared: of
    pairs of models.
    """

    networks: dict[str, Any] = field(default_factory=dict)
    shipped: dict[str, Artifact] = field(default_factory=dict)
    validated: dict[str, Any] = field(default_factory=dict)
    altered: dict[str, Any] = field(default_factory=dict)
    forests: dict[str, Any] | None = None
    activations: dict[str, Any] | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    compared: list[dict[str, Any]] = field(default_factory=list)

    def group(self, name: str) -> dict[str, Any]:
        """Return those of ``networks`` that are of the group ``name``, a key of ``GROUPS``."""
        return {one: self.networks[one] for one in names_of(name) if one in self.networks}

    def over(self, published: Results) -> Results:
        """Return these, and of what did not run here what was ``published`` before.

        Not pairs with a network that was trained again; all are corrected for how many they are.
        """
        again = {
            name
            for name, metrics in self.networks.items()
            if metrics["model"] != published.networks.get(name, {}).get("model")
        }
        kept = (row for row in published.compared if not again & {row["one"], row["other"]})
        pairs = {(row["one"], row["other"]): row for row in (*kept, *self.compared)}
        known = [pairs[pair] for pair in compare.PAIRS if pair in pairs]
        return replace(
            self,
            networks=_in_order(NETWORKS, published.networks, self.networks),
            validated=_in_order(folds.MODELS, published.validated, self.validated),
            altered=_in_order((*ALTERED, *SHIPPED), published.altered, self.altered),
            forests=self.forests or published.forests,
            activations=self.activations or published.activations,
            answers=_in_order(SHIPPED, published.answers, self.answers),
            compared=compare.corrected(known),
        )

    def mistakes(self) -> dict[str, Any] | None:
        """Return what the four-layer network that ships mistakes; None where it was not asked."""
        return self.answers.get(CNN) if CNN in self.shipped else None

    def fold_epochs(self) -> dict[str, Any]:
        """Return what the epochs of each fold of the final network measured, by its name."""
        folds_of = self.validated.get("cnn", {"folds": []})["folds"]
        return {f"fold {fold['fold']}": fold["history"] for fold in folds_of if fold.get("history")}


def _in_order(names: Iterable[str], before: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Return what ``now`` has, else ``before``, of those of ``names`` that either has."""
    both = {**before, **now}
    return {name: both[name] for name in names if name in both}


#: Of what :func:`publish` writes; a page and a JSON file of another one do not go together.
SCHEMA = 3
_AGAIN = "run: python -m train.study --resume"
# What of the results is published: not the sidecars, which lie beside the models.
_PUBLISHED = tuple(field.name for field in fields(Results) if field.name != "shipped")


def publish(results: Results, path: Path) -> None:
    """Write what the page is made of, besides the sidecars of the models that ship, to ``path``.

    And how often test images were looked at, for which what is in ``path`` counts as well.
    """
    parts = {name: getattr(results, name) for name in _PUBLISHED}
    before = read_json(path).get("looks") if path.exists() else None
    write_json(path, {"schema": SCHEMA, **parts, "looks": _looks(results, before)})


def _looks(results: Results, before: dict[str, Any] | None) -> dict[str, dict[str, list[str]]]:
    """Return by what test images were looked at, for the model card: digests, by name.

    ``own``: networks and forests of the study. ``shipped``: models that ship. Those of ``before``,
    which were published earlier, are among them.
    """
    grown = (results.forests or {}).get("balanced", ())
    forests = {f"forest, {forest['way']}, seed {forest['seed']}": forest for forest in grown}
    own = {
        name: metrics.get("model") or _digest(metrics)
        for name, metrics in {**results.networks, **forests}.items()
    }
    shipped = {name: found["run"]["model"] for name, found in results.answers.items()}
    looks: dict[str, dict[str, list[str]]] = {"own": {}, "shipped": {}}
    for kind, found in (("own", own), ("shipped", shipped)):
        earlier: dict[str, list[str]] = (before or looks)[kind]
        for name in (*earlier, *(one for one in found if one not in earlier)):
            now = [found[name]] if name in found else []
            looks[kind][name] = list(dict.fromkeys([*earlier.get(name, []), *now]))
    return looks


def _digest(content: dict[str, Any]) -> str:
    """Return what tells ``content`` from what another training leaves, where no file is known."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def read_published(path: Path, models: Path) -> Results:
    """Return what :func:`publish` wrote to ``path``, with the sidecars in the folder ``models``.

    Raises :class:`DataError` for a file that it did not write.
    """
    content = read_file(path, lambda path: json.loads(path.read_text(encoding="utf-8")), _AGAIN)
    if content.get("schema") != SCHEMA:
        raise DataError(f"{path}: is not of this version; {_AGAIN}, or remove it")
    return Results(shipped=shipped(models), **{name: content[name] for name in _PUBLISHED})


def read_results(study: Path, models: Path) -> Results:
    """Read the JSON files under ``study`` and, in ``models``, the sidecars of the models that ship.

    Raises :class:`ModelError` for one that is not a sidecar.
    """

    def read(files: dict[str, Path]) -> dict[str, Any]:
        return {name: read_json(path) for name, path in files.items() if path.exists()}

    def read_one(path: Path) -> Any:
        return read_json(path) if path.exists() else None

    return Results(
        read({name: study / name / "metrics.json" for name in NETWORKS}),
        shipped(models),
        read({name: study / f"folds-{name}" / "metrics.json" for name in folds.MODELS}),
        read({
            name: study / "noise" / f"{name}.json"
            for name in (*ALTERED, *SHIPPED)
        }),
        read_one(study / "forests" / "metrics.json"),
        read_one(study / "activations" / "metrics.json"),
        read({name: study / "answers" / name / "model.json" for name in SHIPPED}),
        read_one(study / compare.NAME) or [],
    )  # fmt: skip
