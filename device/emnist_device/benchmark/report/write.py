"""A run -> ``report.md``, ``results.json`` and plots in its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_device.benchmark.report.collect import collect
from emnist_device.benchmark.report.page import write_report
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import OutputError, RuntimeMissingError, shown
from emnist_edge.files import write_json
from emnist_edge.packages import load_module
from emnist_edge.scoring.metrics import confusion_matrix

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.benchmark.run import Run


def write(run: Run, output: Path) -> tuple[dict[str, Any], list[str], str]:
    """Write what is finished of ``run``.

    Returns the figures, the names of the plots, and why there are none: matplotlib, which draws, is
    not installed or does not load. Raises :class:`OutputError` where the folder cannot be written.
    """
    results = collect(run)
    drawn, missing = [], ""
    try:
        try:
            drawn = _draw(run, results, output)
        except RuntimeMissingError as error:
            missing = str(error)
        write_json(output / "results.json", results)
        (output / "report.md").write_text(write_report(results, drawn), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{shown(output)}: cannot be written ({error.strerror})") from error
    return results, drawn, missing


def _draw(run: Run, results: dict[str, Any], output: Path) -> list[str]:
    load_module("matplotlib.figure")
    from emnist_device.benchmark.report import plots

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
