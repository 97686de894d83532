"""Read real pictures of forms by templates made by hand: ``python -m evaluate.form_pages DIR``.

The folder is as of :mod:`evaluate.pages`. What is known of the forms on its pictures stands in
``evaluate/filled/pages``: of grids of single characters in ``grids.csv``, as ``classify`` has it in
``--grid`` and ``--region``; of others in a template that is named as the picture is, and lies on it
as it is, with places in mm of a guessed size. The same pictures are read as wholes, by the same
score.
"""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
import numpy as np

from emnist_device.forms.reading.finding import Candidate, Sheet
from emnist_device.forms.reading.reader import SheetReader
from emnist_device.forms.registration.landmarks import landmarks_of
from emnist_device.forms.registration.mapping import Mapping
from emnist_device.forms.registration.register import Registered
from emnist_device.forms.template import parse_template, read_text
from emnist_device.image.limits import DEFAULTS
from emnist_device.image.picture import read_picture
from emnist_device.image.region import parse_grid, parse_region
from emnist_edge import Reader
from emnist_edge.artifact import FORM_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.errors import DataError
from emnist_edge.tables import markdown, percent
from evaluate.peers import make_peers
from evaluate.scoring.scores import score_text, summarize
from evaluate.scoring.sets import read_sets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.forms.model import Template
    from emnist_device.image.region import Grid, Region
    from evaluate.peers import Peer
    from evaluate.scoring.scores import PageScore
    from evaluate.scoring.sets import PageSet

KNOWN = Path(__file__).parent / "filled" / "pages"


class Layout(Protocol):
    """What is known of the form on a picture."""

    def read(self, picture: NDArray[np.uint8], model: str) -> str:
        """Return the text of ``picture``, a line for each row or field."""

    def boxes(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Return where fields, or all rows of a grid together, are."""


@dataclass(frozen=True)
class GridLayout:
    """A grid of single characters."""

    grid: Grid
    region: Region
    charset: str

    def read(self, picture: NDArray[np.uint8], model: str) -> str:
        """Return the text of ``picture``."""
        size = self.grid.rows, self.grid.columns
        page = Reader(model).read_grid(picture, *size, region=self.region, charset=self.charset)
        return page.text

    def boxes(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Return where the grid is."""
        return [self.region.of(picture.shape[1], picture.shape[0])]


@dataclass(frozen=True)
class FormLayout:
    """A form that lies on its picture as its ``template`` has it."""

    template: Template

    def read(self, picture: NDArray[np.uint8], model: str) -> str:
        """Return the text of ``picture``."""
        reader = SheetReader([self.template], model, finder=AsItLies(self.template))
        return "\n".join(field.text for field in reader.read(picture).fields)

    def boxes(self, picture: NDArray[np.uint8]) -> list[Box]:
        """Return where the fields are."""
        page = self.template.pages[0]
        percents = 100 / np.array([page.width, page.height, page.width, page.height])
        found = []
        for field in page.fields:
            area = field.area
            sides = percents * (area.x, area.y, area.width, area.height)
            region = parse_region(",".join(f"{side:.3f}%" for side in sides.tolist()))
            found.append(region.of(picture.shape[1], picture.shape[0]))
        return found


class AsItLies:
    """Finds the one page of ``template`` on a picture that shows just that."""

    def __init__(self, template: Template) -> None:
        (page,) = template.pages
        self._candidate = Candidate(template, page, landmarks_of(page, DEFAULTS), None)

    def find(self, picture: NDArray[np.uint8]) -> Sheet:
        """Return the sheet that fills ``picture``."""
        size = self._candidate.landmarks.size
        x, y = np.array(picture.shape[1::-1]) / size
        mapping = Mapping(size, np.diag([x, y, 1.0]))
        return Sheet(self._candidate, Registered(mapping, 1.0, 0.0, float(x)), None)


def read_layouts(known: Path, folder: Path) -> dict[str, Layout]:
    """Return what ``known`` has on the pictures in ``folder``, by their names."""
    found: dict[str, Layout] = {}
    with (known / "grids.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            region = parse_region(row["region"] or "0,0,100%,100%")
            found[row["file"]] = GridLayout(parse_grid(row["grid"]), region, row["charset"])
    for path in sorted(known.glob("*.yaml")):
        picture = next(folder.glob(f"{path.stem}.*"), None)
        if picture is not None:
            template = parse_template(read_text(path), folder / path.name)
            found[picture.name] = FormLayout(template)
    return found


def score(
    pages: PageSet, layouts: dict[str, Layout], model: str, peers: Sequence[Peer]
) -> Iterator[tuple[str, list[PageScore]]]:
    """Yield how the pages of a set that have a layout are read, in each way."""
    rows = [row for row in pages.rows if row["file"] in layouts]
    pictures = {row["file"]: read_picture(pages.folder / row["file"]) for row in rows}

    def of(read: Callable[[str, NDArray[np.uint8]], str]) -> list[PageScore]:
        found = []
        for row in rows:
            start = time.perf_counter()
            text = read(row["file"], pictures[row["file"]])
            found.append(score_text(row, text, 1000 * (time.perf_counter() - start)))
        return found

    yield "by templates and grids", of(lambda name, it: layouts[name].read(it, model))
    reader = Reader(model)
    yield "as whole pictures", of(lambda _, it: reader.read(it).text)
    for peer in peers:
        yield f"{peer.name}, whole pictures", of(partial(_whole, peer))
        yield f"{peer.name}, fields", of(partial(_fields, peer, layouts))


def _whole(peer: Peer, _: str, picture: NDArray[np.uint8]) -> str:
    return peer.read(picture)


def _fields(peer: Peer, layouts: dict[str, Layout], name: str, picture: NDArray[np.uint8]) -> str:
    """Return what ``peer`` reads where fields are, each by itself."""
    return "\n".join(
        peer.read(picture[box.y : box.bottom, box.x : box.right])
        for box in layouts[name].boxes(picture)
    )


@click.command(cls=Program)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--model", default=FORM_MODEL, show_default=True)
@click.option("--peers", "peer_names", default="none", show_default=True)
@click.option("--errors", is_flag=True, help="List pages with errors, of halves that may be seen.")
def main(folder: Path, model: str, peer_names: str, errors: bool) -> None:
    """Score readings of forms in FOLDER."""
    layouts = read_layouts(KNOWN, folder)
    peers = make_peers(peer_names)
    rows, said = [], []
    for pages in read_sets([folder]):
        for name, scores in score(pages, layouts, model, peers):
            if not scores:
                continue
            total = summarize(name, scores)
            rates = percent(total.error_rate), percent(total.mean_error_rate)
            rows.append((pages.name, name, str(total.pages), str(total.characters), *rates))
            if errors and not pages.hidden:
                said += [
                    f"{each.file}, {name}: {each.truth!r} read {each.read!r}"
                    for each in scores
                    if each.edits.total
                ]
    if not rows:
        raise DataError(f"{folder}: has no picture of which evaluate/filled/pages knows the form")
    head = ("pages", "read", "number", "characters", "CER", "mean")
    click.echo(markdown(head, rows))
    for each in said:
        click.echo(each)


if __name__ == "__main__":
    main()
