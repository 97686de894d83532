"""Options of what ``classify`` writes, and where: results, drawings, steps, a review page."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from emnist_edge.cli.declare import declare
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import no_folder
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from emnist_device.batch.printed import Printed
    from emnist_device.decoding import Decoding

_OPTIONS = (
    click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object per page and line."
    ),
    click.option("--csv", "as_csv", is_flag=True, help="Print a row for each page, in CSV."),
    click.option("--tsv", "as_tsv", is_flag=True, help="Print what Tesseract prints as TSV."),
    click.option("--hocr", "as_hocr", is_flag=True, help="Print an XHTML document, hOCR 1.2."),
    click.option(
        "--output",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="OUT",
        help="Write results to OUT, which ends in .jsonl or .csv, as they come, without times; or "
        "in .tsv or .hocr.",
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

    printed_as: None for text. document: file of what is printed, in place of standard output. file:
    of results, which are not printed then. resume: go on with it.
    annotate: file or folder of drawings. debug_dir: folder of steps. review_page: of doubtful
    characters.
    """

    printed_as: Printed | None
    document: Path | None
    file: Path | None
    resume: bool
    annotate: Path | None
    debug_dir: Path | None
    review_page: Path | None

    @property
    def tells_boxes(self) -> bool:
        """Whether what is printed or written has the boxes that are found on a page."""
        from emnist_device.batch.printed import Records
        from emnist_device.batch.records import FORMATS

        if self.annotate is not None:
            return True
        if self.file is not None:
            return self.file.suffix == ".jsonl"
        return self.printed_as == Records(FORMATS[".jsonl"])

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
        as_tsv: bool,
        as_hocr: bool,
        output: Path | None,
        resume: bool,
        annotate: Path | None,
        debug_dir: Path | None,
        review_page: Path | None,
        **kwargs: Any,
    ) -> Any:
        from emnist_device.batch.printed import DOCUMENTS

        flags = {".jsonl": as_json, ".csv": as_csv, ".tsv": as_tsv, ".hocr": as_hocr}
        printed_as = _printed_as([suffix for suffix, given in flags.items() if given], output)
        document = output if output is not None and output.suffix in DOCUMENTS else None
        file = None if document is not None else output
        if resume and file is None:
            raise click.UsageError("--resume goes on with an --output of .jsonl or .csv; name it")
        outputs = Outputs(printed_as, document, file, resume, annotate, debug_dir, review_page)
        return command(*args, outputs=outputs, **kwargs)

    return declare(with_outputs, _OPTIONS)


def _printed_as(flags: list[str], output: Path | None) -> Printed | None:
    """Return how results are printed, None for text; raises UsageError for options at odds.

    ``flags`` are the suffixes of the formats that were asked for.
    """
    from emnist_device.batch.printed import DOCUMENTS, Records
    from emnist_device.batch.records import FORMATS

    if len(flags) + (output is not None) > 1:
        raise click.UsageError("choose one of --json, --csv, --tsv, --hocr and --output")
    suffix = output.suffix if output is not None else "".join(flags)
    if output is not None and suffix not in FORMATS and suffix not in DOCUMENTS:
        raise click.BadParameter(
            f"{shown(output)}: name a file that ends in .jsonl, .csv, .tsv or .hocr",
            param_hint="--output",
        )
    if output is None and suffix in FORMATS:
        return Records(FORMATS[suffix])
    return DOCUMENTS.get(suffix)


@contextmanager
def document_kept(outputs: Outputs) -> Iterator[BinaryIO | None]:
    """Hold the file open that takes what is printed, if there is to be one."""
    if outputs.document is None:
        yield None
        return
    path = outputs.document
    try:
        file = path.open("xb")
    except FileExistsError as error:
        raise click.BadParameter(
            f"{shown(path)}: is there already; name another file", param_hint="--output"
        ) from error
    except OSError as error:
        raise click.BadParameter(
            f"{shown(path)}: cannot be written ({error.strerror}){no_folder(path)}",
            param_hint="--output",
        ) from error
    try:
        with file:
            yield file
    except OSError as error:
        raise OutputError(f"{shown(path)}: cannot be written ({error.strerror})") from error
    finally:
        if not path.stat().st_size:  # nothing was read: leave nothing
            path.unlink()
