"""Sheets that are held before a camera, read: ``python -m evaluate.held``.

Sheets of a form, filled in with the project's own strokes and printed without a number, are held
in a hand that trembles and sinks, one after another, while another hand passes over each. It counts
how often each is reported, and the processor time of a frame without what reading takes.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_device.forms.reading.reader import SheetReader
from emnist_device.forms.template import load_template
from emnist_device.live.sheets import SheetWatch
from emnist_device.live.steady import Patience
from emnist_edge.artifact import FORM_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.tables import markdown
from evaluate.cameras.held_sheets import RATE, Hold, frames
from evaluate.filled.contents import draw_contents, true_text
from evaluate.filled.printed import print_page
from evaluate.filled.writing import Stranger, fill_page
from evaluate.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from emnist_device.forms.model import Template
    from emnist_device.forms.reading.result import SheetReading

_TREMORS = "1,3,6"


class Measured:
    """A sheet reader whose time is kept apart."""

    def __init__(self, reader: SheetReader) -> None:
        self._reader = reader
        self.looks, self.seconds = 0, 0.0

    def read(self, picture: NDArray[np.uint8]) -> SheetReading:
        """Read the sheet on ``picture``; see :meth:`SheetReader.read`."""
        start = time.process_time()
        try:
            return self._reader.read(picture)
        finally:
            self.looks += 1
            self.seconds += time.process_time() - start


def draw(
    template: Template, count: int, seed: int
) -> list[tuple[NDArray[np.uint8], dict[str, str]]]:
    """Return ``count`` filled sheets, (H, W, 3) BGR uint8, and what is true of their fields."""
    page = template.pages[0]
    drawn = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        written = draw_contents(template, page, rng)
        sheet = fill_page(print_page(template, page, 0), page, written, Stranger(), rng)
        truth = {leaf.name: true_text(leaf, written[leaf.name]) for leaf in page.leaves()}
        drawn.append((sheet, truth))
    return drawn


def which(sheet: SheetReading, truths: Iterable[dict[str, str]]) -> int:
    """Return the number of the sheet that was read: most of its fields are those."""
    alike = [sum(field.text == truth[field.name] for field in sheet.fields) for truth in truths]
    return int(np.argmax(alike))


@click.command(cls=Program)
@click.argument("model", default=FORM_MODEL)
@click.option("--sheets", type=click.IntRange(1), default=10, show_default=True)
@click.option("--tremors", default=_TREMORS, show_default=True, help="Pixels of 1500.")
@click.option("--drift", type=float, default=8.0, show_default=True, help="Pixels a second.")
@click.option("--seconds", type=float, default=3.0, show_default=True, help="Each is held.")
@click.option("--seed", type=int, default=1, show_default=True)
def main(model: str, sheets: int, tremors: str, drift: float, seconds: float, seed: int) -> None:
    """Hold sheets before MODEL."""
    template = load_template(FORMS / "exam.yaml")
    drawn = draw(template, sheets, seed)
    truths = [truth for _, truth in drawn]
    rows = []
    for tremor in map(float, tremors.split(",")):
        measured = Measured(SheetReader([template], model))
        watch = SheetWatch(measured.read, Patience())
        reported: Counter[int] = Counter()
        done, shown, took, off = 0, 0, 0.0, [0.0]
        hold = Hold(tremor=tremor, drift=drift, seconds=seconds)
        for number, held in enumerate(frames([sheet for sheet, _ in drawn], hold, seed)):
            picture = cv2.cvtColor(held.picture, cv2.COLOR_GRAY2BGR)
            start = time.process_time()
            sight, found = watch.update(picture, number / RATE)
            took += time.process_time() - start
            shown += 1
            reported.update(which(each.sheet, truths) for each in found)
            if held.sheet is not None:
                done += sight.done
                if sight.done:
                    off.append(float(np.abs(np.array(sight.corners) - held.corners).max()))
        once = sum(reported[number] == 1 for number in range(sheets))
        rows.append(
            (
                f"{tremor:g}",
                f"{once} of {sheets}",
                str(sum(reported.values()) - len(reported)),
                str(measured.looks),
                f"{done} of {shown}",
                f"{np.percentile(off, 95):.0f}",
                f"{1000 * (took - measured.seconds) / shown:.1f}",
            )
        )
    heads = ("tremor", "reported once", "again", "read", "frames done", "corners off, px", "ms")
    click.echo(markdown(heads, rows))


if __name__ == "__main__":
    main()
