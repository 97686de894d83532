"""The ``emnist-edge form review`` command: doubtful fields for a person to look at."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from emnist_edge.cli.completion import complete_file
from emnist_edge.cli.form.named import (
    load_forms,
    load_rosters,
    roster_option,
    say_claims,
    say_cut,
    say_lacking,
    split_table,
)
from emnist_edge.cli.options import limit_option
from emnist_edge.cli.serve_options import page_options
from emnist_edge.cli.signals import Ended, ended_by_signals
from emnist_edge.errors import FormError, shown
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.correcting.applying import Summary
    from emnist_device.correcting.by_now import Roll
    from emnist_device.correcting.doubts import Doubts
    from emnist_device.correcting.rechecking import Rechecker
    from emnist_device.forms.model import Template
    from emnist_device.forms.roster import Roster
    from emnist_device.image.limits import Limits
    from emnist_device.serving.address import Address


@click.command(short_help="Look at doubtful fields in a browser.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FORM.yaml... OUT", shell_complete=complete_file
)
@roster_option
@page_options
@limit_option
def review(
    files: tuple[str, ...], roster: Path | None, serve: Address | None, limits: Limits
) -> None:
    """Show the doubtful fields of OUT, which form read wrote, one after another in a browser.

    Each stands beside its picture: Enter accepts it, typing corrects it. What is said is kept at
    once, in OUT.corrections.jsonl; form apply writes it into a table. Sums and rosters are weighed
    again with it: fields that were in doubt by what is corrected are not asked for. The page is on
    any free port of this machine, which is said, unless --serve names one. It ends by Ctrl-C, and
    goes on where it ended when the command is run again.

    Exit codes: 0 ended by Ctrl-C or SIGTERM, or nothing is doubtful; 1 OUT or a template cannot be
    read, or the page not be served; 2 wrong usage.
    """
    load_base()
    names, table = split_table(files)
    if not names:
        raise click.UsageError("name the template that the sheets were read with as well")
    templates = load_forms(names)
    rosters = _rosters(templates, roster)
    doubts, roll, before = _look(table, templates)
    _say_left_out(table, before)
    if doubts.open:
        from emnist_device.correcting.rechecking import Rechecker

        rechecker = Rechecker(templates, rosters, roll.least)
        _serve(table, doubts, rechecker, roll, serve, limits)
        _, _, after = _look(table, templates)
        advice = "; form apply writes a table with this" if after.reviewed else ""
        _say(f"{shown(table)}: {after}{advice}")
    else:
        _say(f"{shown(table)}: no field is doubtful")


def _rosters(templates: list[Template], given: Path | None) -> dict[str, Roster]:
    """Return the rosters by the names of their forms; none where a template's own is not there."""
    try:
        found = load_rosters(templates, given)
    except FormError as error:
        if given is not None:
            raise
        _say(f"{error}; until then, no field is checked by a roster")
        return {}
    return {each.form: found[each.path][1] for each in templates if each.path in found}


def _look(table: Path, templates: list[Template]) -> tuple[Doubts, Roll, Summary]:
    """Return the doubtful fields of ``table``, its rows of rosters, and what became of all by now.

    Sheets that are taken for the same row by now are told.
    """
    from emnist_device.correcting.applying import summarize
    from emnist_device.correcting.by_now import Roll
    from emnist_device.correcting.doubts import find_doubts
    from emnist_device.correcting.journal import journal_path, read_journal
    from emnist_device.correcting.table import open_sheets

    journal = journal_path(table)
    said = read_journal(journal)
    say_cut(journal, said)
    with open_sheets(table) as file:
        sheets = [sheet for _, sheet in file.records() if sheet is not None]
        doubts, roll = find_doubts(sheets, templates), Roll(sheets)
        claims = roll.claims(said.after)
        summary = summarize(file, said, claims)
        say_lacking(file)
        say_claims(claims)
        return doubts, roll, summary


def _say_left_out(table: Path, summary: Summary) -> None:
    from emnist_device.correcting.journal import journal_path

    if summary.left_out:
        _say(
            f"{shown(journal_path(table))}: {summary.left_out} corrections are of sheets that were "
            "read anew since, and count for nothing; look at these again"
        )


def _serve(
    table: Path,
    doubts: Doubts,
    rechecker: Rechecker,
    roll: Roll,
    serve: Address | None,
    limits: Limits,
) -> None:
    """Serve the page until a signal comes."""
    from emnist_device.correcting.app import make_app
    from emnist_device.correcting.journal import Journal, journal_path
    from emnist_device.correcting.pictures import Pictures
    from emnist_device.correcting.review import Review
    from emnist_device.serving.address import LOOPBACK, Address
    from emnist_device.serving.server import Server

    address = serve or Address(LOOPBACK, 0)
    with ExitStack() as opened:
        journal = Journal(journal_path(table))
        opened.callback(journal.close)
        if journal.kept is not None:
            _say(f"{shown(journal.kept)}: has what is left of the line that is cut off")
        pictures = Pictures(limits)
        opened.callback(pictures.close)
        review = Review(doubts, journal, rechecker, roll)
        server = Server(
            address,
            lambda rules: make_app(review, pictures, shown(table), rules),
            _say,
        )
        opened.callback(server.close)
        doubtful = len(review.doubts)
        count = f"{doubtful} doubtful field{'' if doubtful == 1 else 's'}"
        try:
            with ended_by_signals():
                _say(f"end with Ctrl-C; {count} at {server.url}")
                threading.Event().wait()
        except Ended:
            pass


def _say(message: str) -> None:
    click.echo(f"emnist-edge: {message}", err=True)
