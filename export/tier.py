"""Export the network of a model tier to TFLite: ``python -m export.tier base --run runs/base``.

Reads what ``python -m train.tier`` left in its output folder, converts to full-integer int8 and to
float32, runs both files through the runtime that ships, and writes them with their sidecars only if
they pass the parity gate. With ``--seed-run runs/base-2``, a run of the same recipe with another
seed, the sidecar says how well that does, as int8, on the same images: what a seed is worth.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.artifact import TIERS
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from export.common import export_options, report
from export.network import export_network
from export.run import WRITTEN, read_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_edge.artifact import Artifact
    from export.run import Run

#: Points of accuracy that int8 may lose against the trained network.
MOST_DROP = 0.1
#: Bytes that a file may have: base in float32.
MOST_BYTES = 2_200_000
# What sidecars record of the run.
_FACTS = ("best_epoch", "weight_bytes", "most_bytes", "unlabelled", "seen_corruptions")
# The same of one that learned from UNIPEN's writers: which, and what it read of those held back.
_FACTS_WRITTEN = ("unipen", "sources")
_SEED_PARTS = ("validation", "test")
_SEED_SCORES = ("accuracy", "macro_recall", "balanced_recall", "calibration_error")


def export(
    tier: str,
    run: Path,
    output: Path,
    card: Path,
    data: Path | None,
    seed_runs: Sequence[Path] = (),
) -> list[Artifact]:
    """Convert, check, measure and write ``run``; returns the artifacts, int8 first.

    Raises :class:`DataError` where ``run`` is of another tier, or one of ``seed_runs`` differs from
    it in more than the seed.
    """
    trained = _read(tier, run, data)
    others = [_read(tier, folder, data) for folder in seed_runs]
    for other in others:
        if _but_for_seed(other) != _but_for_seed(trained):
            raise DataError(f"{other.folder}: differs from {run} in more than its seed")
    measured = [_measure(tier, other) for other in others]
    trained = replace(trained, metrics={**trained.metrics, "other_seeds": measured})
    return export_network(
        tier,
        trained,
        output,
        card,
        (*_facts(trained), "other_seeds"),
        most_drop=MOST_DROP,
        most_bytes=MOST_BYTES,
    )


def _read(tier: str, folder: Path, data: Path | None) -> Run:
    run = read_run(folder, f"train.tier {tier}", data)
    if run.metrics["tier"] != tier:
        raise DataError(f"{folder}: a run of {run.metrics['tier']}, not of {tier}")
    if "sources" in run.metrics and run.written is None:
        click.echo(
            f"{folder}: has no {WRITTEN}; EMNIST alone is measured and sets int8's ranges. "
            "python -m train.tier writes it, with the options of the run and --resume"
        )
    return run


def _facts(run: Run) -> tuple[str, ...]:
    """Return which metrics of ``run`` its sidecar records."""
    return _FACTS + (_FACTS_WRITTEN if "sources" in run.metrics else ())


def _but_for_seed(run: Run) -> dict[str, Any]:
    """Return the recipe of ``run`` without its seed."""
    return {name: value for name, value in run.metrics["recipe"].items() if name != "seed"}


def _measure(tier: str, run: Run) -> dict[str, Any]:
    """Return the seed of ``run`` and the scores of its int8 file, which is not kept."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (artifact,) = export_network(
            tier, run, folder, folder / "card.md", _facts(run), ("int8",), MOST_DROP, MOST_BYTES
        )
    scores = {
        part: {name: found[name] for name in _SEED_SCORES}
        for part, found in artifact.accuracy.items()
        if part in _SEED_PARTS
    }
    return {"seed": run.metrics["recipe"]["seed"], **scores}


@click.command(cls=Program)
@click.argument("tier", type=click.Choice(TIERS))
@export_options("runs/TIER")
@click.option(
    "--seed-run",
    "seed_runs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Run with another seed, to tell what a seed is worth; may be given several times.",
)
def main(
    tier: str, run: Path, output: Path, card: Path, data: Path | None, seed_runs: tuple[Path, ...]
) -> None:
    """Export the network of TIER to TFLite, float32 and full-integer int8."""
    run = run.with_name(tier) if run == Path("runs/TIER") else run
    report(lambda: export(tier, run, output, card, data, seed_runs), output)


if __name__ == "__main__":
    main()
