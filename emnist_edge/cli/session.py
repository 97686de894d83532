"""What a run of ``classify`` keeps beside what it prints, and what it says where it is ended."""

from __future__ import annotations

import sys
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from emnist_edge.cli.signals import Ended, ended_by_signals
from emnist_edge.cli.targets import check_folder
from emnist_edge.errors import EmnistEdgeError, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from emnist_device.batch.records import Format
    from emnist_device.batch.results import Results
    from emnist_device.batch.tasks import Key, Outcome, Task
    from emnist_device.decoding import Decoding
    from emnist_device.review.page import Doubts
    from emnist_edge.cli.console import Console
    from emnist_edge.cli.outputs import Outputs

    #: Reads tasks, and yields the number and outcome of each.
    Run = Callable[[list[Task]], Generator[tuple[int, Outcome], None, None]]

# Suffixes of what --review may write, or write over.
_PAGES = (".html", ".htm")


@contextmanager
def results_kept(
    outputs: Outputs, model: str, options: Mapping[str, Any], pages: list[Key]
) -> Iterator[Results | None]:
    """Hold the file of results open, if there is to be one.

    ``options`` are what a Reader is given beside ``model``, and ``pages`` what is to be read.
    """
    if outputs.file is None:
        yield None
        return
    from emnist_device.batch.records import FORMATS

    with results_open(outputs.file, outputs.resume, model, options, pages, FORMATS) as results:
        yield results


@contextmanager
def results_open(
    file: Path,
    resume: bool,
    model: str,
    options: Mapping[str, Any],
    pages: list[Key],
    formats: Mapping[str, Format],
) -> Iterator[Results]:
    """Hold the ``file`` of results open, written as ``formats`` have it by its suffix.

    The other arguments are as those of :func:`results_kept`; ``resume``: go on with it.
    """
    from emnist_device.batch.results import Results
    from emnist_device.batch.run_record import describe

    run = describe(model, options)
    try:
        results = Results(file, resume=resume, run=run, pages=pages, formats=formats)
    except EmnistEdgeError as error:
        raise click.BadParameter(str(error), param_hint="--output") from error
    with results:
        yield results


class Session:
    """One run over pages.

    Args:
        outputs: what is written.
        decoding: what is known of the text.
        console: where it is printed.
        results: file of results, if there is to be one.
    """

    def __init__(
        self, outputs: Outputs, decoding: Decoding, console: Console, results: Results | None
    ) -> None:
        self._outputs, self._decoding, self._console = outputs, decoding, console
        self._results = results
        self._done: Mapping[Key, bool] = {} if results is None else results.done

    def read(self, tasks: list[Task], run: Run) -> bool:
        """Read those of ``tasks`` that are left by ``run``; return whether one failed, or did."""
        pages = [task.key for task in tasks]
        failed = self._say_what_failed_before(pages)
        left = [task for task in tasks if task.key not in self._done]
        before = len(tasks) - len(left)
        with (
            self._doubts_kept(before) as doubts,
            self._said_where_ended(pages),
            self._console.progress(before, len(tasks)),
            closing(run(left)) as found,
        ):
            try:
                failed |= self._keep(found, doubts)
            finally:
                self._console.finish()
        return failed

    def _keep(self, found: Iterator[tuple[int, Outcome]], doubts: Doubts | None) -> bool:
        """Write and print each outcome as it comes; return whether a page was not read."""
        failed = False
        for index, outcome in found:
            if self._results is not None:
                self._results.add(outcome)
            failed |= outcome.failed
            for printed in self._console.add(index, outcome):
                if doubts is not None:
                    doubts.add(printed.page, printed.doubtful)
        return failed

    @contextmanager
    def _doubts_kept(self, before: int) -> Iterator[Doubts | None]:
        """Collect doubtful characters, and write them to a page at the end, also after an error.

        ``before`` pages were read by an earlier run, whose page of doubts stays as it is.
        """
        page = self._outputs.review_page
        if page is None:
            yield None
            return
        from emnist_device.review.page import Doubts

        if page.suffix.lower() not in _PAGES:  # a picture, such as one to be read, is not lost
            raise click.BadParameter(
                f"{shown(page)}: name a file that ends in .html", param_hint="--review"
            )
        check_folder(page.parent, "--review", "name a file in one that exists")
        if self._outputs.resume and page.exists():
            raise click.BadParameter(
                f"{shown(page)}: is there already, and what is read now would take the place of "
                "what was read before; name another file",
                param_hint="--review",
            )
        with Doubts(page, self._decoding.charset) as doubts:
            try:
                yield doubts
            finally:
                if doubts.pictures or sys.exc_info()[0] is None:
                    doubts.write()
                    rest = f"; nothing of {before} images that were read before" if before else ""
                    count = f"{len(doubts)} character{'' if len(doubts) == 1 else 's'}"
                    self._console.complain(f"{shown(page)}: {count} to look at{rest}")

    def _say_what_failed_before(self, pages: list[Key]) -> bool:
        """Say how many of ``pages`` an earlier run could not read; return whether any."""
        count = sum(self._done.get(page, False) for page in pages)
        if count:
            images = "image" if count == 1 else "images"
            self._console.complain(
                f"{shown(self._outputs.file)}: says of {count} {images} why reading failed; what "
                "was not replaced since is not tried again"
            )
        return count > 0

    @contextmanager
    def _said_where_ended(self, pages: list[Key]) -> Iterator[None]:
        """Where a signal ends the block, say how far it came and how to go on, and exit."""
        with ended_by_signals():
            try:
                yield
            except Ended as end:
                where = "nothing was kept; --output OUT keeps what was read"
                file = self._outputs.file
                if file is not None:
                    count = sum(page in self._done for page in pages)
                    where = f"{shown(file)} has {count} of {len(pages)} images; go on with --resume"
                self._console.complain(f"ended by {end}: {where}")
                sys.exit(end.exit_code)
