"""``emnist-edge benchmark``: accuracy, noise, pages and latency of the installed models."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.completion import complete_models
from emnist_edge.cli.exits import EXIT_OK, EXIT_STOPPED
from emnist_edge.errors import DataError, EmnistEdgeError, ModelError, OutputError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emnist_device.benchmark.run import Run


def parse_names(value: str) -> tuple[str, ...]:
    """Return names that have commas between them, each once."""
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    if not all(names):
        raise click.BadParameter(f"{value!r} names nothing between two commas")
    return names


@click.command(short_help="Measure the installed models.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    metavar="DIR",
    help="Folder for report.md, results.json, plots, and what a stopped run goes on with.",
)
@click.option(
    "--models",
    type=parse_names,
    metavar="NAME,...",
    shell_complete=complete_models,
    help="Installed models; all by default.",
)
@click.option(
    "--suite",
    "suites",
    type=parse_names,
    metavar="NAME,...",
    help="Of accuracy,noise,pages,latency; all by default.",
)
@click.option("--limit", type=click.IntRange(100), help="Use the first N test images only.")
@click.option("--quick", is_flag=True, help="A first look: few images, few runs.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of EMNIST's files; else EMNIST_EDGE_DATA, else the user's cache.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    default=1,
    show_default=True,
    help="Of what is drawn.",
)
@click.option("--resume", is_flag=True, help="Go on with the benchmark in DIR.")
def benchmark(
    output: Path,
    models: tuple[str, ...] | None,
    suites: tuple[str, ...] | None,
    limit: int | None,
    quick: bool,
    data: Path | None,
    seed: int,
    resume: bool,
) -> None:
    """Measure the installed models: on EMNIST's test images, corrupted ones, pages, and the clock.

    Ctrl-C leaves what was finished, with a report of it; --resume goes on.

    Exit codes: 0 all was measured, 1 something that is needed is missing or has failed, 2 wrong
    usage, 130 stopped by Ctrl-C.
    """
    load_base()
    from emnist_device.benchmark.run import SUITES, Plan, Run
    from emnist_edge.artifact import installed

    for suite in suites or ():
        if suite not in SUITES:
            raise click.BadParameter(
                f"there is no suite {suite!r}; there are {', '.join(SUITES)}", param_hint="--suite"
            )
    chosen = tuple(suite for suite in SUITES if suites is None or suite in suites)
    names = models or tuple(artifact.name for artifact in installed())
    plan = Plan(names, chosen, limit, quick, seed)
    try:
        run = Run(plan, output, data, resume=resume)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--models") from error
    except OutputError as error:
        raise click.BadParameter(str(error), param_hint="--output") from error
    except DataError as error:
        without = ",".join(suite for suite in SUITES if suite not in {"accuracy", "noise"})
        raise EmnistEdgeError(f"{error}; --suite {without} does without") from error
    for name, reason in run.skipped.items():
        click.echo(f"emnist-edge: {name} is left out: {reason}", err=True)
    try:
        with _progress(run.total) as progress:
            run.measure(progress)
    except KeyboardInterrupt:
        _report(run, output)
        click.echo(
            f"emnist-edge: stopped; {output} has what was finished, go on with --resume", err=True
        )
        sys.exit(EXIT_STOPPED)
    _report(run, output)
    sys.exit(EXIT_OK)


def _report(run: Run, output: Path) -> None:
    """Write report, figures and plots of what is finished, and print the summary."""
    from emnist_device.benchmark.report.summary import summary
    from emnist_device.benchmark.report.write import write
    from emnist_edge.tables import plain

    results, drawn, missing = write(run, output)
    if missing:
        click.echo(f"emnist-edge: no plots: {missing}", err=True)
    click.echo(plain(*summary(results)))
    click.echo(f"{output / 'report.md'}: the report; plots: {', '.join(drawn) or 'none'}")


class _Lines:
    """Progress where there is no terminal: a line for each part."""

    def __init__(self, total: int) -> None:
        self._total, self._done = total, 0

    def begin(self, what: str) -> None:
        """Print what is measured now."""
        click.echo(f"emnist-edge: {self._done + 1} of {self._total}: {what}", err=True)

    def advance(self, parts: int = 1) -> None:
        """Count."""
        self._done += parts


class _Bar:
    """Progress in a terminal: click's bar, and what is measured now beside it."""

    def __init__(self, bar: Any) -> None:  # click's, whose class is not public
        self._bar = bar

    def begin(self, what: str) -> None:
        """Show what is measured now."""
        self._bar.update(0, what)

    def advance(self, parts: int = 1) -> None:
        """Move the bar."""
        self._bar.update(parts)


@contextmanager
def _progress(total: int) -> Iterator[_Lines | _Bar]:
    """Give what shows how far the run is, on stderr."""
    if not sys.stderr.isatty():
        yield _Lines(total)
        return
    with click.progressbar(
        length=total,
        item_show_func=lambda what: what,
        show_pos=True,
        update_min_steps=0,  # what is measured changes between two steps
        file=sys.stderr,
    ) as bar:
        yield _Bar(bar)
