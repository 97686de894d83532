"""One model measured in a process of its own: ``python -m emnist_device.benchmark.probe``.

Glyphs come on standard input, one line of JSON goes to standard output. The rules are those of
LiteRT's ``benchmark_model`` and of MLPerf Tiny: runs that are not counted until the machine is
warm, then single runs on the clock until there are enough of them and enough time has passed.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_device.hardware import text
from emnist_device.runtime.engine import BATCH, Engine
from emnist_device.runtime.onnx_forest import import_onnxruntime
from emnist_edge.artifact import SIDE, open_model
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import load_runtime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

#: Sizes of batch that are measured: one character, and as many as the engine runs at once.
BATCHES = (1, BATCH)
#: Percentiles that are reported.
PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True)
class Rules:
    """How long is measured: at least so many runs, and at least so many seconds."""

    warm_runs: int = 5
    warm_seconds: float = 0.5
    runs: int = 50
    seconds: float = 1.0


def time_runs(
    run: Callable[[], object], rules: Rules, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """Return the seconds of each counted run, the runs before them left out."""
    _repeat(run, rules.warm_runs, rules.warm_seconds, clock)
    return _repeat(run, rules.runs, rules.seconds, clock)


def _repeat(
    run: Callable[[], object], runs: int, seconds: float, clock: Callable[[], float]
) -> list[float]:
    """Run at least ``runs`` times and for at least ``seconds``; returns the seconds of each."""
    times: list[float] = []
    begun = now = clock()
    while len(times) < runs or now - begun < seconds:
        start = clock()
        run()
        now = clock()
        times.append(now - start)
    return times


def measure(
    model: str,
    threads: int,
    glyphs: NDArray[np.uint8],
    rules: Rules,
    clock: Callable[[], float] = time.perf_counter,
) -> list[dict[str, Any]]:
    """Load ``model`` and run it on ``glyphs`` (N, 28, 28), in turn: a row for each size of batch.

    Times are in milliseconds and hold all that the engine does: pixels into the network's type, the
    network, calibrated probabilities. ``init_ms`` is from the name to an engine that is ready, its
    library already imported; ``first_ms`` the first run, which also fits the network to the batch.
    ``peak_rss_mb`` is of the process so far, in MB of 1e6 bytes.
    """
    _import_library(model)
    start = clock()
    engine = Engine(model, threads)
    ready = clock()
    rows = []
    for batch in BATCHES:
        # A forest that sees one glyph again and again is too fast: its nodes are all in the cache.
        starts = range(0, len(glyphs) - batch + 1, batch)
        parts = itertools.cycle([glyphs[start : start + batch] for start in starts])

        def run(parts: Iterator[NDArray[np.uint8]] = parts) -> None:
            engine.probabilities(next(parts))

        begun = clock()
        run()
        first = clock() - begun
        times = np.array(time_runs(run, rules, clock))
        percentiles = np.percentile(times, PERCENTILES)
        rows.append(
            {
                "model": model,
                "batch": batch,
                "threads": threads,
                "init_ms": 1000 * (ready - start),
                "first_ms": 1000 * first,
                **{
                    f"p{q}_ms": 1000 * float(value)
                    for q, value in zip(PERCENTILES, percentiles, strict=True)
                },
                "runs": len(times),
                "peak_rss_mb": peak_memory_mb(),
            }
        )
    return rows


def _import_library(model: str) -> None:
    """Import what runs ``model``, which takes longer than to load the model."""
    artifact, _ = open_model(model)
    if artifact.file.endswith(".onnx"):
        import_onnxruntime()
    else:
        load_runtime()


def peak_memory_mb() -> float:
    """Return the most memory that this process held, in MB of 1e6 bytes.

    The kernel's high-water mark of the program that runs now. ``getrusage``, where that is not
    shown, starts from what the parent held when it made this process.
    """
    for line in text("proc/self/status").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


@click.command()
@click.argument("model")
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option("--warm-runs", type=int, default=Rules.warm_runs, show_default=True)
@click.option("--warm-seconds", type=float, default=Rules.warm_seconds, show_default=True)
@click.option("--runs", type=int, default=Rules.runs, show_default=True)
@click.option("--seconds", type=float, default=Rules.seconds, show_default=True)
def main(model: str, threads: int, **rules: Any) -> None:
    """Measure MODEL on glyphs, 784 bytes each, from standard input."""
    content = np.frombuffer(sys.stdin.buffer.read(), np.uint8)
    glyphs = content.reshape(-1, SIDE, SIDE)
    try:
        rows = measure(model, threads, glyphs, Rules(**rules))
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(rows))


if __name__ == "__main__":
    main()
