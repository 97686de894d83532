"""The ``emnist-edge form define`` command: a form that exists on paper -> its template."""

from __future__ import annotations

import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.exits import EXIT_OK
from emnist_edge.cli.options import form_model_option, limit_option, pages_option
from emnist_edge.cli.serve_options import page_options
from emnist_edge.cli.signals import Ended, ended_by_signals
from emnist_edge.cli.targets import check_folder
from emnist_edge.errors import FormError, ModelError, PictureError, shown
from emnist_edge.packages import load_base, load_module

if TYPE_CHECKING:
    from starlette.applications import Starlette

    from emnist_device.batch.pages import Choice
    from emnist_device.forms.defining.scan import Start
    from emnist_device.forms.defining.writing import Target
    from emnist_device.image.limits import Limits
    from emnist_device.processes.servant import Servant
    from emnist_device.serving.address import Address
    from emnist_device.serving.guard import Rules

_SUFFIXES = (".yaml", ".yml")
# Pages of a form, as of its markers.
_MOST_PAGES = 25


@click.command(short_help="Make a template of a form that exists on paper.")
@click.argument("scan", metavar="SCAN", shell_complete=complete_file)
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="FORM.yaml",
    help="The template; needed unless SCAN is one.",
)
@click.option("--overwrite", is_flag=True, help="Replace FORM.yaml and its pictures.")
@click.option(
    "--size",
    metavar="PAPER",
    help="Of the paper, such as A4 or 'Letter landscape': places are in mm then, not in pixels.",
)
@pages_option
@page_options
@form_model_option
@click.option("--threads", type=click.IntRange(1, 64), default=1, show_default=True)
@limit_option
def define(
    scan: str,
    out: Path | None,
    overwrite: bool,
    size: str | None,
    chosen: Choice | None,
    serve: Address | None,
    model: str,
    threads: int,
    limits: Limits,
) -> None:
    """Make a template of the form on SCAN: a picture, PDF or TIFF of its empty pages.

    With --serve, a page in a browser shows SCAN and the boxes that are found on it; fields are
    chosen there or drawn, named and tried, and saved to FORM.yaml. Without, FORM.yaml gets a field
    for each box that is found, to be edited by hand. The pages are written beside it as pictures,
    by which sheets are found. SCAN may be a template made before, to go on with.

    Exit codes: 0 the template is written, or the page in the browser was ended; 1 SCAN cannot be
    read, nothing is found on it, or FORM.yaml cannot be written; 2 wrong usage.
    """
    load_base()
    load_module("yaml", "a template of forms")
    from emnist_device.forms.defining.workshop import make_workshop
    from emnist_device.forms.defining.writing import Target
    from emnist_device.processes.process import Terms
    from emnist_device.processes.servant import Servant

    again = scan.lower().endswith(_SUFFIXES)
    out = _output(scan, out, again=again)
    _check_usage(serve, size, chosen, again=again)
    in_place = again and out == Path(scan)
    _report(f"{shown(scan)}: is being looked at")
    target = Target(out, pictures=not in_place, overwrite=overwrite or in_place)
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="emnist-edge-")))
        servant = Servant(partial(make_workshop, model, threads, limits), Terms(limits))
        undo.callback(servant.close)
        try:
            if again:
                start = _start_again(scan, out, folder, servant)
            else:
                start = _start_anew(scan, out, size, chosen, limits, folder, servant)
        except ModelError as error:
            raise click.BadParameter(str(error), param_hint="--model") from error
        target.check(start.draft)
        for note in start.notes:
            _report(note)
        if serve is None:
            _write_found(start, target)
        else:
            _serve(start, target, servant, serve, _continued(out, Path(scan)))
    sys.exit(EXIT_OK)


def _output(scan: str, out: Path | None, *, again: bool) -> Path:
    """Return the file of the template; raises click.UsageError where there can be none."""
    if out is None and not again:
        raise click.UsageError("name the template with -o FORM.yaml")
    out = out or Path(scan)
    if out.suffix.lower() not in _SUFFIXES:
        raise click.BadParameter(f"{shown(out)}: name a file that ends in .yaml", param_hint="-o")
    check_folder(out.parent, "-o", "name a file in one that exists")
    return out


def _check_usage(
    serve: Address | None, size: str | None, chosen: Choice | None, *, again: bool
) -> None:
    """Raise click.UsageError for options that do not go together."""
    from emnist_device.forms.template import paper_of

    if again and (size is not None or chosen is not None):
        raise click.UsageError("--size and --pages are for a scan; the template tells them")
    if again and serve is None:
        raise click.UsageError("to go on with a template, add --serve PORT, or edit it by hand")
    try:
        if size is not None:
            paper_of(size)
    except KeyError as error:
        raise click.BadParameter(
            f"{size!r} is no paper; give A4, A5 or Letter, or one of these landscape",
            param_hint="--size",
        ) from error


def _start_anew(
    scan: str,
    out: Path,
    size: str | None,
    chosen: Choice | None,
    limits: Limits,
    folder: Path,
    servant: Servant,
) -> Start:
    """Return what to begin with on the pages of ``scan``."""
    from emnist_device.batch.pages import find_pages
    from emnist_device.forms.defining.scan import start_anew

    pages = find_pages([scan], limits, chosen=chosen)
    for page in pages:
        if page.fault is not None:
            raise PictureError(f"{shown(scan)}: {page.fault}")
    if len(pages) > _MOST_PAGES:
        raise FormError(
            f"{shown(scan)}: has {len(pages):,} pages, and a form {_MOST_PAGES} at most; choose "
            "those of one by --pages"
        )
    numbers = [page.number or 1 for page in pages]
    return start_anew(scan, numbers, pages[0].pages, out, size, folder, servant)


def _start_again(scan: str, out: Path, folder: Path, servant: Servant) -> Start:
    """Return what to begin with in the template ``scan``."""
    from emnist_device.forms.defining.scan import start_from

    return start_from(Path(scan), out, folder, servant, _report)


def _write_found(start: Start, target: Target) -> None:
    """Write a template with a field for each box that is found."""
    from emnist_device.forms.defining.checking import check_draft
    from emnist_device.forms.defining.scan import with_found

    draft = with_found(start)
    count = sum(len(page.fields) for page in draft.pages)
    if not count:
        raise FormError("no boxes are found there; draw the fields in a browser, with --serve 8000")
    checked = check_draft(draft, target.path)
    target.write(checked.sound)
    for fault in checked.faults:
        _report(f"a box is left out: {fault.message}")
    name, kept = shown(target.path), count - len(checked.faults)
    click.echo(
        f"{name}: {kept} field{'' if kept == 1 else 's'}; edit names and kinds, then look at it "
        f"with: emnist-edge form check {name}"
    )


def _continued(out: Path, scan: Path) -> Path | None:
    """Return ``scan`` if it is what was not saved to ``out`` at another time; say what else is.

    What is older than the template was gone on without, and is not mentioned.
    """
    from emnist_device.forms.defining.unsaved import earlier, go_on

    found = earlier(out)
    chosen = next((path for path in found if path.absolute() == scan.absolute()), None)
    saved = out.stat().st_mtime if out.exists() else 0.0
    others = [path for path in found if path != chosen and path.stat().st_mtime > saved]
    if others:
        how = go_on(others[-1], out)
        _report(f"{shown(others[-1])}: has what was not saved before; {how}, or remove it")
    return chosen


def _serve(
    start: Start, target: Target, servant: Servant, address: Address, continued: Path | None
) -> None:
    """Show the page until the command is ended; for ``continued`` see :class:`Desk`."""
    from emnist_device.forms.defining.desk import Desk
    from emnist_device.serving.server import Server

    desk = Desk(start, target, servant, _report, continued)
    with ExitStack() as undo, ended_by_signals():

        def make(rules: Rules) -> Starlette:
            from emnist_device.forms.defining.app import make_app

            return make_app(desk, rules)

        server = Server(address, make, _report)
        undo.callback(server.close)
        undo.callback(desk.close)  # first of all: whoever presses Ctrl-C twice loses nothing
        _report(f"end with Ctrl-C when the form is saved; define it at {server.url}")
        with suppress(Ended):
            threading.Event().wait()


def _report(line: str) -> None:
    click.echo(f"emnist-edge: {line}", err=True)
