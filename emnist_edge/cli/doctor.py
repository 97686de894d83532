"""``emnist-edge doctor``: what works on this machine, and what to install."""

from __future__ import annotations

import json
import sys

import click

from emnist_edge.cli.exits import EXIT_FAILED, EXIT_OK

_COLOURS = {"ok": "green", "note": "yellow", "fault": "red"}


@click.command(short_help="Say what works on this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per finding and line.")
def doctor(as_json: bool) -> None:
    """Say what works on this machine, what does not, and what to do about it.

    Exit codes: 0 pictures can be read, 1 they cannot.
    """
    from emnist_device.doctor.doctor import examine

    faults = 0
    for finding in examine():
        faults += finding.state == "fault"
        if as_json:
            click.echo(json.dumps(finding.to_dict(), ensure_ascii=False))
            continue
        state = click.style(f"{finding.state:<6}", fg=_COLOURS[finding.state])
        click.echo(f"{state}{finding.topic:<13}{finding.text}")
        if finding.advice:
            click.echo(f"{'':<19}> {finding.advice}")
    sys.exit(EXIT_FAILED if faults else EXIT_OK)
