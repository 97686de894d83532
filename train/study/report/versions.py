"""What of the published results is of another version of what they measure.

Recipes, networks, the ways in which images are altered, and the models that ship are compared with
those of today's code and files, at the settings that ``python -m train.study`` has by default.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from textwrap import fill
from typing import TYPE_CHECKING, Any

from emnist_edge.corruptions import version
from train import mlp
from train.study import folds, forests, models, noise
from train.study.parts import GROUPED, PARTS
from train.study.report import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from train.study.report.results import Results

_CLASSES = 47  # of ByMerge


def section(results: Results) -> list[str]:
    """Return the section that says what is of another version, where anything is."""
    found = stale(results)
    if not found:
        return []
    return ["## Of another version", words.STALE, "\n".join(f"- {one}" for one in found)]


def missing(results: Results) -> list[str]:
    """Return a sentence that says which parts of the study have not run, where any has not."""
    there = {
        **results.networks,
        **{f"folds-{name}": one for name, one in results.validated.items()},
        "forests": results.forests,
        "activations": results.activations,
        "answers": results.answers,
        "noise": results.altered,
        "page": True,
    }
    left = [part for part in PARTS if not there.get(part)]
    for group, parts in GROUPED.items():
        if set(parts) <= set(left):
            left = [part for part in left if part not in parts]
            left.append(group)
    said = words.MISSING.format(parts=", ".join(f"`{part}`" for part in left))
    return [fill(said, 100, break_on_hyphens=False)] if left else []


def stale(results: Results) -> list[str]:
    """Return a line for all of ``results`` that differs from today's in the same."""
    parts = (_networks, _validated, _altered, _others)
    names: dict[str, list[str]] = {}
    for what, name in (one for part in parts for one in part(results)):
        names.setdefault(what, []).append(f"`{name}`")
    return [f"{what}: {', '.join(of)}" for what, of in names.items()]


def _networks(results: Results) -> Iterator[tuple[str, str]]:
    data = _training_data(results)
    for name, metrics in results.networks.items():
        today = models.describe(models.NETWORKS[name], models.Recipe(), _CLASSES)
        if changed := _changed(metrics["recipe"], today):
            yield f"recipe ({changed})", name
        if data not in (None, metrics["data"]):
            yield "training images", name
        if "model" not in metrics:
            yield "copied from an older page, rounded as it was; the files are gone", name


def _validated(results: Results) -> Iterator[tuple[str, str]]:
    for name, metrics in results.validated.items():
        today = folds.describe(name, folds.Recipe(), _CLASSES)
        if changed := _changed(metrics["recipe"], today):
            yield f"recipe of folds ({changed})", name
        if any("seconds" not in fold for fold in metrics["folds"]):
            yield "folds, copied from an older page, rounded as it was", name


def _altered(results: Results) -> Iterator[tuple[str, str]]:
    """Yield what altered images, and which models were asked about them."""
    digests = {name: artifact.sha256 for name, artifact in results.shipped.items()}
    digests |= {name: metrics.get("model") for name, metrics in results.networks.items()}
    today = {kind: version(kind) for kind in noise.KINDS}
    for name, result in results.altered.items():
        run = result["run"]
        if changed := _changed(run.get("versions", {}), today):
            yield f"noise: how images are altered ({changed})", name
        if run["model"] != digests.get(name):
            yield "noise: the model", name


def _others(results: Results) -> Iterator[tuple[str, str]]:
    """Yield what differs of forests, of activations, and of the models that ship and were asked."""
    recipes = {
        "forests": (results.forests, forests.describe(forests.Recipe())),
        "activations": (results.activations, asdict(mlp.Recipe())),
    }
    for name, (found, today) in recipes.items():
        if found is not None and (changed := _changed(found["recipe"], today)):
            yield f"recipe ({changed})", name
    for name, found in results.answers.items():
        if name in results.shipped and found["run"]["model"] != results.shipped[name].sha256:
            yield "answers: the model", name


def _training_data(results: Results) -> dict[str, str] | None:
    """Return the digests of the images that the models that ship were trained on."""
    for artifact in results.shipped.values():
        return dict(artifact.provenance["training_data"])
    return None


def _changed(recorded: dict[str, Any], today: dict[str, Any]) -> str:
    """Return the names of what differs."""
    now = json.loads(json.dumps(today))
    names = [name for name in {**now, **recorded} if recorded.get(name) != now.get(name)]
    return ", ".join(names)
