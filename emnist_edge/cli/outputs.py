"""Options of what ``classify`` writes, and where: results, drawings, steps, a review page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.declare import declare
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.batch.records import Format
    from emnist_device.decoding import Decoding

_OPTIONS = (
    click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object per page and line."
    ),
    click.option("--csv", "as_csv", is_flag=True, help="Print a row for each page, in CSV."),
    click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="OUT",
        help="Write results to OUT, which ends in .jsonl or .csv, as they come, without times.",
    ),
    click.option(
        "--resume", is_flag=True, help="Go on with OUT: skip the images and pages that it has."
    ),
    click.option(
        "--annotate",
        type=click.Path(path_type=Path, readable=False),
        metavar="OUT",
        help="Draw what was read on the picture: a file, or a folder for several images.",
    ),
    click.option(
        "--debug-dir",
        type=click.Path(path_type=Path, file_okay=False, readable=False),
        metavar="DIR",
        help="Write a picture of each step of the reading to a folder in DIR for each image.",
    ),
    click.option(
        "--review",
        "review_page",
        type=click.Path(path_type=Path, dir_okay=False, readable=False),
        metavar="OUT.html",
        help="Write a page of the doubtful characters, for a person to correct.",
    ),
)


@dataclass(frozen=True)
class Outputs:
    """What is written, and where; None for what is not.

    printed_as: None for text. file: of results, which are not printed then. resume: go on with it.
    annotate: file or folder of drawings. debug_dir: folder of steps. review_page: of doubtful
    characters.
    """

    printed_as: Format | None
    file: Path | None
    resume: bool
    annotate: Path | None
    debug_dir: Path | None
    review_page: Path | None

    def least_probable(self, decoding: Decoding) -> float:
        """Return what characters must be less probable than to be reviewed; 0 where none are."""
        if self.review_page is None:
            return 0.0
        load_base()
        from emnist_device.review.page import DOUBTFUL

        return decoding.min_confidence or DOUBTFUL


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options; it gets them as one argument ``outputs``, :class:`Outputs`."""

    @wraps(command)
    def with_outputs(
        *args: Any,
        as_json: bool,
        as_csv: bool,
        output: Path | None,
        resume: bool,
        annotate: Path | None,
        debug_dir: Path | None,
        review_page: Path | None,
        **kwargs: Any,
    ) -> Any:
        printed_as = _printed_as(as_json, as_csv, output, resume=resume)
        outputs = Outputs(printed_as, output, resume, annotate, debug_dir, review_page)
        return command(*args, outputs=outputs, **kwargs)

    return declare(with_outputs, _OPTIONS)


def _printed_as(as_json: bool, as_csv: bool, output: Path | None, *, resume: bool) -> Format | None:
    """Return how results are printed, None for text; raises UsageError for options at odds."""
    if as_json + as_csv + (output is not None) > 1:
        raise click.UsageError("choose one of --json, --csv and --output")
    if resume and output is None:
        raise click.UsageError("--resume goes on with the file of --output; name it")
    from emnist_device.batch.records import FORMATS

    return FORMATS[".jsonl"] if as_json else FORMATS[".csv"] if as_csv else None
