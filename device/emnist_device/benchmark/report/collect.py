"""Finished parts -> figures, in the shape that ``results.json`` has (docs/benchmark.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.benchmark.noise import seen
from emnist_device.benchmark.pages import PHOTOS
from emnist_device.benchmark.report.comparing import (
    corruption_error,
    drop,
    mcnemar,
    relative_corruption_error,
)
from emnist_device.benchmark.run import REFERENCE
from emnist_edge.artifact import family_of
from emnist_edge.corruptions import CORRUPTIONS, COUNTED
from emnist_edge.scoring.metrics import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.benchmark.run import Run

#: Of ``results.json``; a change that readers of the file must know of counts it up.
SCHEMA_VERSION = 1


def collect(run: Run) -> dict[str, Any]:
    """Return all figures of the parts of ``run`` that are finished."""
    suites = {
        "accuracy": _accuracy(run),
        "noise": _noise(run),
        "pages": _pages(run),
        "latency": _latency(run),
    }
    return {
        "schema_version": SCHEMA_VERSION,
        "machine": run.machine,
        "settings": {
            "suites": list(run.plan.suites),
            "limit": run.plan.limit,
            "quick": run.plan.quick,
            "seed": run.plan.seed,
        },
        "models": [_model(run, name) for name in run.artifacts],
        **{suite: figures for suite, figures in suites.items() if figures is not None},
    }


def _model(run: Run, name: str) -> dict[str, Any]:
    artifact = run.artifacts[name]
    return {
        "name": name,
        "input_type": artifact.input_type,
        "bytes": artifact.bytes,
        "parameters": artifact.parameters,
        "sha256": artifact.sha256,
        "seen_corruptions": seen(artifact),
        "skipped": run.skipped.get(name),
    }


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the float and the int8 network of each family that has both among ``names``."""
    return [
        (f"{family}-float32", f"{family}-int8")
        for family in dict.fromkeys(map(family_of, names))
        if f"{family}-float32" in names and f"{family}-int8" in names
    ]


def _accuracy(run: Run) -> dict[str, Any] | None:
    names = [name for name in run.plan.models if run.parts.has(f"accuracy-{name}")]
    if not names:
        return None
    samples = run.clean_samples
    right = {
        name: run.parts.read_arrays(f"accuracy-{name}")["predicted"] == samples.labels
        for name in names
    }
    return {
        "images": len(samples),
        "data": samples.sha256,
        "models": {name: run.parts.read(f"accuracy-{name}") for name in names},
        "pairs": [
            {
                "float": first,
                "int8": second,
                "drop_points": drop(right[first], right[second]).to_dict(),
                "agreement": _agreement(run, first, second),
                "mcnemar": mcnemar(right[first], right[second]).to_dict(),
            }
            for first, second in pairs(names)
        ],
    }


def _agreement(run: Run, first: str, second: str) -> float:
    one, other = (
        run.parts.read_arrays(f"accuracy-{name}")["predicted"] for name in (first, second)
    )
    return round(float((one == other).mean()), 6)


def _noise(run: Run) -> dict[str, Any] | None:
    kinds = [kind for kind in CORRUPTIONS if run.parts.has(f"noise-{kind}")]
    counted = [kind in COUNTED for kind in kinds]
    if not any(counted):
        return None
    labels = run.corrupted_samples.labels
    clean = run.parts.read("noise-clean")
    names: list[str] = clean["models"]
    wrong_clean = run.parts.read_arrays("noise-clean")["predicted"] != labels
    # (kinds, models, strengths, images)
    wrong = np.stack(
        [run.parts.read_arrays(f"noise-{kind}")["predicted"] != labels for kind in kinds]
    )
    by_name = {name: wrong[:, place] for place, name in enumerate(names)}
    clean_by_name = dict(zip(names, wrong_clean, strict=True))
    return {
        "images": len(labels),
        "complete": len(kinds) == len(CORRUPTIONS),
        "clean_sha256": clean["sha256"],
        "kinds": {
            kind: {
                "unit": CORRUPTIONS[kind].unit,
                "amounts": list(CORRUPTIONS[kind].amounts),
                "new": CORRUPTIONS[kind].new,
                "sha256": run.parts.read(f"noise-{kind}")["sha256"],
            }
            for kind in kinds
        },
        "reference": REFERENCE,
        "models": {
            name: {
                "clean_error": round(float(clean_by_name[name].mean()), 6),
                "error": {
                    kind: [round(float(value), 6) for value in by_name[name][row].mean(axis=1)]
                    for row, kind in enumerate(kinds)
                },
                "mean_error": round(float(by_name[name][counted].mean()), 6),
                **_corruption_errors(run, name, kinds, by_name, clean_by_name),
            }
            for name in names
        },
        "pairs": [
            {
                "float": first,
                "int8": second,
                "clean": drop(~clean_by_name[first], ~clean_by_name[second]).to_dict(),
                "kinds": {
                    kind: drop(~by_name[first][row], ~by_name[second][row]).to_dict()
                    for row, kind in enumerate(kinds)
                },
            }
            for first, second in pairs(names)
        ],
    }


def _corruption_errors(
    run: Run,
    name: str,
    kinds: list[str],
    wrong: dict[str, NDArray[np.bool_]],
    clean: dict[str, NDArray[np.bool_]],
) -> dict[str, Any]:
    """Return the mCE of a model: over kinds that count, those seen in training, and the others."""
    own, known = wrong[name], seen(run.artifacts[name])
    reference = wrong[REFERENCE]
    chosen = {
        "mce": [kind in COUNTED for kind in kinds],
        "mce_seen": [kind in COUNTED and kind in known for kind in kinds],
        "mce_unseen": [kind in COUNTED and kind not in known for kind in kinds],
    }
    found = {which: corruption_error(own[rows], reference[rows]) for which, rows in chosen.items()}
    rows = chosen["mce"]
    relative = relative_corruption_error(own[rows], clean[name], reference[rows], clean[REFERENCE])
    single = {
        kind: corruption_error(own[row : row + 1], reference[row : row + 1])
        for row, kind in enumerate(kinds)
    }
    return {
        **{which: None if error is None else error.to_dict() for which, error in found.items()},
        "relative_mce": None if relative is None else round(relative, 6),
        "ce": {
            kind: None if error is None else round(error.value, 6) for kind, error in single.items()
        },
    }


def _pages(run: Run) -> dict[str, Any] | None:
    kinds = [kind for kind in ("clean", *PHOTOS) if run.parts.has(f"pages-{kind}")]
    if not kinds:
        return None
    arrays = {kind: run.parts.read_arrays(f"pages-{kind}") for kind in kinds}
    first = run.parts.read(f"pages-{kinds[0]}")
    characters = int(arrays[kinds[0]]["characters"].sum())
    return {
        "pages": len(arrays[kinds[0]]["characters"]),
        "characters": characters,
        "kinds": {
            kind: {
                "unit": PHOTOS[kind].unit if kind in PHOTOS else None,
                "amounts": list(PHOTOS[kind].amounts) if kind in PHOTOS else [],
                "sha256": run.parts.read(f"pages-{kind}")["sha256"],
            }
            for kind in kinds
        },
        "models": {
            name: {
                kind: [_error_rate(int(edits), characters) for edits in table["edits"][row].sum(1)]
                for kind, table in arrays.items()
            }
            for row, name in enumerate(first["models"])
        },
    }


def _error_rate(edits: int, characters: int) -> dict[str, float]:
    """Return the character error rate, with Wilson's interval where it is at most 1."""
    low, high = wilson_interval(min(edits, characters), characters)
    return {
        "value": round(edits / characters, 6),
        "low": round(low, 6),
        "high": round(high, 6),
    }


def _latency(run: Run) -> dict[str, Any] | None:
    found = {
        name: run.parts.read(f"latency-{name}")
        for name in ("models", "stages")
        if run.parts.has(f"latency-{name}")
    }
    return found or None
