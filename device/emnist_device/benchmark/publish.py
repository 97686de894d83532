"""A run -> ``report.md``, ``results.json`` and plots in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_device.benchmark.parts import write_json
from emnist_device.benchmark.report import write_report
from emnist_device.benchmark.results import collect
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import OutputError, shown
from emnist_edge.metrics import confusion_matrix

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.benchmark.run import Run


def publish(run: Run, output: Path) -> tuple[dict[str, Any], list[str] | None]:
    """Write what is finished of ``run``; returns the figures, and the names of the plots.

    The names are None where matplotlib, which draws, is not installed. Raises
    :class:`OutputError` where the folder cannot be written.
    """
    results = collect(run)
    try:
        drawn = _draw(run, results, output)
        write_json(output / "results.json", results)
        (output / "report.md").write_text(write_report(results, drawn or []), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{shown(output)}: cannot be written ({error.strerror})") from error
    return results, drawn


def _draw(run: Run, results: dict[str, Any], output: Path) -> list[str] | None:
    try:
        from emnist_device.benchmark import plots
    except ImportError:
        return None
    return plots.draw_all(results, _confusion(run), output)


def _confusion(run: Run) -> tuple[str, str, NDArray[np.int64]] | None:
    """Return the default model, or the first that was measured, and its confusion matrix."""
    names = [name for name in run.models if run.parts.has(f"accuracy-{name}")]
    if not names:
        return None
    name = DEFAULT_MODEL if DEFAULT_MODEL in names else names[0]
    predicted = run.parts.read_arrays(f"accuracy-{name}")["predicted"]
    samples = run.clean_samples
    alphabet = samples.alphabet
    return name, alphabet, confusion_matrix(predicted, samples.labels, len(alphabet))
