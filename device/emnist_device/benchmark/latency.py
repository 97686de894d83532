"""How long models take, by the conventions of LiteRT's ``benchmark_model`` and of MLPerf Tiny.

Every measurement is a fresh process (see :mod:`emnist_device.benchmark.probe`), made five times; of
five medians the median counts, and so on for the other figures. Models take turns, float and int8
of one family next to each other and in alternating order, so that a machine that slows down, or
works for others meanwhile, does so for all of them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.benchmark.macs import count_macs
from emnist_device.benchmark.probe import PERCENTILES, Rules
from emnist_device.hardware import cores
from emnist_edge.alphabet import BYCLASS
from emnist_edge.artifact import family_of, open_model
from emnist_edge.drawing.character import draw_character
from emnist_edge.drawing.strokes import Hand
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

#: Measurements of each model, and their rules: in full, and for a first look.
REPEATS, QUICK_REPEATS = 5, 1
RULES = Rules()
QUICK_RULES = Rules(warm_runs=5, warm_seconds=0.05, runs=20, seconds=0.1)

# Glyphs that models are run on: a few hands for each character.
_HANDS = 3
# Seconds after which a process is not coming back.
_PATIENCE = 120
# Figures of a row that are the median of all repeats.
_TIMES = ("init_ms", "first_ms", *(f"p{q}_ms" for q in PERCENTILES))


def measure(
    names: Sequence[str], *, quick: bool, progress: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure models by name or path: a row for each model, size of batch and number of threads.

    ``progress`` is told in a line what is measured next. Rows hold

    - ``model``, ``batch``, ``threads``: what was measured; threads are 1 and all cores.
    - ``init_ms``, ``first_ms``, ``p50_ms``, ``p90_ms``, ``p95_ms``, ``p99_ms``: medians over the
      repeats, of a batch, see :func:`emnist_device.benchmark.probe.measure`.
    - ``spread``: largest less smallest median of the repeats, over ``p50_ms``: how far to
      trust it; None where there is one.
    - ``per_image_ms``: ``p50_ms`` by ``batch``. ``repeats``, ``runs``: how many, and in all.
    - ``peak_rss_mb``: the most memory that a process held, in MB of 1e6 bytes.
    - ``file_bytes``; ``parameters``: weights, or nodes of a forest.
    - ``macs``: multiplications with addition for an image; None for a forest, which has
      ``comparisons`` in their place: at most so many for an image.

    Raises :class:`ModelError` for a model that is missing or damaged, and
    :class:`EmnistEdgeError` where a process fails.
    """
    rules, repeats = (QUICK_RULES, QUICK_REPEATS) if quick else (RULES, REPEATS)
    sizes = {name: _size(name) for name in names}
    glyphs = draw_glyphs()
    found: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    for repeat, name, threads in schedule(names, repeats, cores()):
        many = "thread" if threads == 1 else "threads"
        progress(f"{name}, {threads} {many}, {repeat + 1} of {repeats}")
        for row in run_probe(name, threads, glyphs, rules):
            found.setdefault((name, row["batch"], threads), []).append(row)
    order = {name: number for number, name in enumerate(names)}
    keys = sorted(found, key=lambda key: (order[key[0]], *key[1:]))
    return [{**_combine(found[key]), **sizes[key[0]]} for key in keys]


def schedule(names: Sequence[str], repeats: int, most: int) -> Iterator[tuple[int, str, int]]:
    """Yield repeat, name and threads in the order of measuring.

    What differs only after the last hyphen of its name, such as int8 and float, is measured one
    right after the other; every second repeat goes backwards.
    """
    families = list(dict.fromkeys(family_of(name) for name in names))
    together = sorted(names, key=lambda name: families.index(family_of(name)))
    for repeat in range(repeats):
        for threads in sorted({1, most}):
            for name in together[:: -1 if repeat % 2 else 1]:
                yield repeat, name, threads


def draw_glyphs() -> NDArray[np.uint8]:
    """Return glyphs (N, 28, 28) uint8 of all characters, drawn and shuffled, the same each time."""
    rng = np.random.default_rng(1)
    drawn = [
        make_glyph(draw_character(char, 60.0, rng, hand=Hand(form=number)).coverage)
        for number in range(_HANDS)
        for char in BYCLASS
    ]
    return np.stack(drawn)[rng.permutation(len(drawn))]


def run_probe(
    name: str, threads: int, glyphs: NDArray[np.uint8], rules: Rules
) -> list[dict[str, Any]]:
    """Return the rows of a fresh process; raises :class:`EmnistEdgeError` where it fails."""
    command = [sys.executable, "-m", "emnist_device.benchmark.probe", name, f"--threads={threads}"]
    command += [f"--{key.replace('_', '-')}={value}" for key, value in asdict(rules).items()]
    path = os.pathsep.join(part for part in sys.path if part)
    try:
        done = subprocess.run(  # noqa: S603  # this Python, and the module above
            command,
            input=glyphs.tobytes(),
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
            env={**os.environ, "PYTHONPATH": path},
        )
    except subprocess.TimeoutExpired:
        raise EmnistEdgeError(f"{name}: no measurement within {_PATIENCE} s") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["silently"]
        raise EmnistEdgeError(f"{name}: its process failed: {said[-1].removeprefix('Error: ')}")
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows


def _combine(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return one row for the repeats of one measurement."""
    middle = {key: statistics.median(row[key] for row in rows) for key in _TIMES}
    medians = [row["p50_ms"] for row in rows]
    spread = (max(medians) - min(medians)) / middle["p50_ms"] if len(rows) > 1 else None
    return {
        "model": rows[0]["model"],
        "batch": rows[0]["batch"],
        "threads": rows[0]["threads"],
        **{key: round(value, 6) for key, value in middle.items()},
        "spread": None if spread is None else round(spread, 3),
        "per_image_ms": round(middle["p50_ms"] / rows[0]["batch"], 6),
        "repeats": len(rows),
        "runs": sum(row["runs"] for row in rows),
        "peak_rss_mb": round(max(row["peak_rss_mb"] for row in rows), 1),
    }


def _size(name: str) -> dict[str, Any]:
    """Return what a model's file tells of its size."""
    artifact, content = open_model(name)
    network = artifact.file.endswith(".tflite")
    return {
        "file_bytes": artifact.bytes,
        "parameters": artifact.parameters,
        "macs": count_macs(content, artifact.file) if network else None,
        "comparisons": None if network else _comparisons(artifact.provenance),
    }


def _comparisons(provenance: dict[str, Any]) -> int | None:
    """Return how many comparisons a forest takes at most: trees times the depth of the deepest."""
    for edge in provenance.get("edges", ()):
        if edge["name"] == provenance.get("chosen"):
            return int(edge["trees"]) * int(edge["deepest"])
    return None
