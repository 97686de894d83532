"""Publish a finished benchmark: ``python -m evaluate.publish runs/benchmark``.

Copies report, figures and plots to ``benchmarks/results/`` and writes README's table from them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click

from emnist_device.benchmark import machine
from emnist_device.benchmark.report.collect import SCHEMA_VERSION
from emnist_device.benchmark.report.summary import summary
from emnist_device.benchmark.run import SUITES
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from emnist_edge.tables import markdown
from evaluate.document import with_block

_ROOT = Path(__file__).resolve().parent.parent
RESULTS = _ROOT / "benchmarks" / "results"
README = _ROOT / "README.md"
_PROGRAM = "evaluate.publish"


def read_results(folder: Path) -> dict[str, Any]:
    """Return the figures in ``folder``; raises :class:`DataError` unless they are whole."""
    path = folder / "results.json"
    try:
        results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); run: make benchmark") from error
    if results.get("schema_version") != SCHEMA_VERSION:
        raise DataError(f"{path}: not of schema {SCHEMA_VERSION}; run: make benchmark")
    missing = [suite for suite in SUITES if suite not in results]
    settings = results["settings"]
    if missing or settings["quick"] or settings["limit"] is not None:
        raise DataError(f"{path}: not of a full run; run: make benchmark")
    return results


def table(results: dict[str, Any]) -> str:
    """Return what README shows of ``results``."""
    facts, images = results["machine"], results["accuracy"]["images"]
    return (
        f"{markdown(*summary(results))}\n\n"
        f"On {facts['processor']}, {facts['cores']} cores, {facts['system']} "
        f"{facts['architecture']}, with {images:,} test images of ByMerge; the whole "
        "[report](benchmarks/results/report.md) has intervals, calibration, and what int8 loses."
        f"{_slower(results)}{_pages(results)}"
    )


def _slower(results: dict[str, Any]) -> str:
    """Return a sentence on int8 models that took longer than their float ones, if there are any."""
    times = {
        row["model"]: row["p50_ms"]
        for row in results["latency"]["models"]
        if row["batch"] == 1 and row["threads"] == 1
    }
    slower = [
        f"`{name}`"
        for name, time in times.items()
        if name.endswith("-int8") and time > times.get(name.replace("-int8", "-float32"), time)
    ]
    if not slower:
        return ""
    them = "is smaller, but no faster, than its float32 file"
    if len(slower) > 1:
        them = "are smaller, but no faster, than their float32 files"
    named = " and ".join([", ".join(slower[:-1]), slower[-1]] if slower[1:] else slower)
    return f" On this processor, {named} {them}: measure on yours."


def _pages(results: dict[str, Any]) -> str:
    """Return a sentence on what is read of whole pages, where that was measured."""
    suite = results.get("pages", {})
    found = suite.get("models", {}).get(DEFAULT_MODEL)
    if found is None:
        return ""
    clean = found["clean"][0]["value"]
    middle = [cells[2]["value"] for kind, cells in found.items() if kind != "clean"]
    return (
        f" Of {suite['characters']} characters on {suite['pages']} drawn pages, `{DEFAULT_MODEL}` "
        f"misreads {100 * clean:.1f} %, and photographed with middling faults, "
        f"each by itself, {100 * min(middle):.1f} to {100 * max(middle):.1f} %."
    )


def with_table(readme: str, text: str) -> str:
    """Return ``readme`` with ``text`` in its place; raises :class:`DataError` without one."""
    return with_block(readme, _PROGRAM, text, README.name)


def publish(folder: Path, results: Path = RESULTS, readme: Path = README) -> None:
    """Copy what is to be published of ``folder`` to ``results``, and write the table."""
    found = read_results(folder)
    text = with_table(readme.read_text(encoding="utf-8"), table(found))
    results.mkdir(parents=True, exist_ok=True)
    for old in (*results.glob("*.png"), *results.glob("*.md"), *results.glob("*.json")):
        old.unlink()
    for path in (folder / "results.json", folder / "report.md", *folder.glob("*.png")):
        shutil.copy(path, results / path.name)
    readme.write_text(text, encoding="utf-8")


@click.command(cls=Program)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def main(folder: Path) -> None:
    """Publish the benchmark in FOLDER."""
    publish(folder)
    first = machine.summary(read_results(RESULTS)["machine"]).splitlines()[0]
    click.echo(f"{RESULTS}: {first}; the table in README.md is written")


if __name__ == "__main__":
    main()
