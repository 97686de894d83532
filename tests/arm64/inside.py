"""What runs on the emulated system: ``python -m tests.arm64.inside GLYPHS.npz``.

Prints one line of JSON: whether models say what they say on the machine that emulates, whether the
samples are read, and that the benchmark runs. All in one process: an emulated one starts no others.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.benchmark import machine, stages
from emnist_device.benchmark.probe import Rules, measure
from emnist_device.image.picture import read_picture
from emnist_device.runtime.engine import Engine
from emnist_edge import Reader
from emnist_edge.artifact import installed
from emnist_edge.errors import RuntimeMissingError
from tests.minimum.bounds import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# That it runs is to be seen, not how fast.
_RULES = Rules(warm_runs=1, warm_seconds=0, runs=5, seconds=0)


def compare(name: str, glyphs: NDArray[np.uint8], expected: NDArray[np.float32]) -> dict[str, Any]:
    """Return how far a model is from the probabilities ``expected`` (N, C), and its time."""
    try:
        found = Engine(name).probabilities(glyphs)
    except RuntimeMissingError as error:
        return {"missing": str(error)}
    (one, _) = measure(name, 1, glyphs, _RULES)
    own, other = expected.argmax(axis=1), found.argmax(axis=1)
    rows = np.flatnonzero(own != other)
    apart = expected[rows, own[rows]] - expected[rows, other[rows]]
    return {
        "same": len(found) - len(rows),
        "apart": float(apart.max(initial=0.0)),
        "largest": float(np.abs(found - expected).max()),
        "p50_ms": one["p50_ms"],
    }


def read_samples() -> dict[str, bool]:
    """Return for each sample whether it is read as it should."""
    reader = Reader()
    texts = json.loads((ROOT / "samples" / "expected.json").read_text(encoding="utf-8"))
    return {
        name: reader.read(read_picture(ROOT / "samples" / name)).text == text
        for name, text in texts.items()
    }


def write_expected(path: Path, glyphs: NDArray[np.uint8]) -> None:
    """Write what all models say of ``glyphs`` (N, 28, 28) on this machine."""
    said: dict[str, Any] = {one.name: Engine(one.name).probabilities(glyphs) for one in installed()}
    np.savez_compressed(path, glyphs=glyphs, **said)


def main() -> None:
    """Compare with the file named on the command line."""
    with np.load(sys.argv[1]) as archive:
        glyphs = archive["glyphs"]
        models = {
            name: compare(name, glyphs, archive[name]) for name in archive.files if name != "glyphs"
        }
    report = {
        "machine": machine.describe(),
        "models": models,
        "samples": read_samples(),
        "stages": stages.measure(quick=True),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
