r"""Fit the weights of what ink makes a character: ``python -m evaluate.lattice small-int8 ...``.

UNIPEN's texts by the writers to learn from are drawn, letters and digits alone, and laid out. Which
pieces of ink are of one character is known there. Logistic regression (Cox 1958) tells unions that
are one character from those that are not, by what :mod:`emnist_device.detect.lattice` measures of
them and by what each model reads; pieces left over that are characters from those that are not; and
cuts that part two characters from those that cut one.
The page network has learned from these texts and splits few of their characters: with what bias
pages are read best, is for ``python -m evaluate.pages`` to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.detect.decision import which_look_alike
from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.arcs import find_neighbours, join, measure
from emnist_device.detect.lattice.atoms import Atoms, find_atoms
from emnist_device.detect.lattice.cuts import Cut, find_cuts
from emnist_device.detect.lattice.scores import SCORES, Evidence, Scores, measure_leftovers
from emnist_device.detect.network import PageNet
from emnist_device.detect.sizes import shrink
from emnist_device.runtime.engine import Engine
from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.packed import load_texts, unipen_dir
from emnist_edge.drawing.pens import TIPS
from emnist_edge.glyph import make_glyph
from emnist_edge.tables import markdown
from evaluate.lattice_truth import Truth, judge
from evaluate.written import choose_texts, draw_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.arcs import Members
    from emnist_device.detect.layout import Layout
    from emnist_edge.drawing.pages import DrawnPage

_PENS = ("ballpoint", "stylus", "felt")
# Weight of the squares of the weights of measures of unit variance, but for the bias.
_RIDGE = 1.0
_STEPS = 30


@dataclass(frozen=True)
class Examples:
    """What was measured of N things, (N, K), the first column 1; and whether each is a character.

    whole: (N,), 0 or 1.
    """

    measures: NDArray[np.float64]
    whole: NDArray[np.float64]


@dataclass
class Rows:
    """What was measured of unions, pieces left over and cuts: rows, whether it is right at the end.

    Of unions and cuts there is one for each model that read them.
    """

    unions: list[list[float]] = field(default_factory=list)
    left: list[list[float]] = field(default_factory=list)
    cuts: list[list[float]] = field(default_factory=list)

    def add(
        self, layout: Layout, drawn: DrawnPage, scale: float, engines: Sequence[Engine]
    ) -> None:
        """Add what is found in ``layout`` of ``drawn``, of which a pixel is ``scale`` pixels."""
        if layout.look is None or not layout.blobs:
            return
        atoms, truth = find_atoms(layout), Truth(drawn, scale)
        unions, left = collect(atoms, truth.owners(atoms), engines)
        self.unions += unions
        self.left += left
        cuts = [*find_cuts(atoms, layout.look.maps)]
        self.cuts += collect_cuts(atoms, cuts, truth.judge_cuts(atoms, cuts), engines)


def collect_cuts(
    atoms: Atoms, cuts: Sequence[Cut], right: Sequence[bool | None], engines: Iterable[Engine]
) -> list[list[float]]:
    """Return rows of ``cuts``, as each of ``engines`` reads them, as :class:`Rows` has them."""
    if not cuts:
        return []
    boxes = [atoms.blobs[cut.piece].box for cut in cuts]
    wholes = [atoms.crop((cut.piece,), box) for cut, box in zip(cuts, boxes, strict=True)]
    inks = [*wholes, *(part for cut in cuts for part in cut.parts)]
    glyphs = np.stack([make_glyph(ink) for ink in inks])
    found: list[list[float]] = []
    for engine in engines:
        alike = which_look_alike(engine.artifact.alphabet)
        read = Evidence.of(engine.probabilities(glyphs), alike)
        parts = read.shape[len(cuts) :].reshape(-1, 2).sum(axis=1)
        found += [
            [1, *cut.measures, nothing, shapes, is_right]
            for cut, nothing, shapes, is_right in zip(
                cuts, read.nothing, parts, right, strict=False
            )
            if is_right is not None
        ]
    return found


def collect(
    atoms: Atoms, owners: Sequence[int], engines: Iterable[Engine]
) -> tuple[list[list[float]], list[list[float]]]:
    """Return rows of unions, as each of ``engines`` reads them, and of pieces left over.

    Each row is what was measured, with whether it is a character at its end.
    """
    neighbours = find_neighbours(atoms)
    sets = join(atoms, neighbours)
    areas = [blob.area for blob in atoms.blobs]
    whole = [judge(members, owners, areas) for members in sets]
    measures = measure(atoms, sets, neighbours)
    glyphs = np.stack([make_glyph(atoms.crop((n,), b.box)) for n, b in enumerate(atoms.blobs)])
    joined = [make_glyph(_crop(atoms, members)) for members in sets]
    unions: list[list[float]] = []
    for engine in engines if joined else ():
        alike = which_look_alike(engine.artifact.alphabet)
        pieces = Evidence.of(engine.probabilities(glyphs), alike)
        read = Evidence.of(engine.probabilities(np.stack(joined)), alike)
        for row, members in enumerate(sets):
            if whole[row] is not None:
                seen = (read.shape[row], read.nothing[row], pieces.nothing[list(members)].max())
                unions.append([1, *measures[row], *seen, bool(whole[row])])
    left = [
        [1, *row, owners[piece] >= 0 and owners.count(owners[piece]) == 1]
        for piece, row in enumerate(measure_leftovers(atoms, neighbours).tolist(), atoms.found)
    ]
    return unions, left


def _crop(atoms: Atoms, members: Members) -> NDArray[np.uint8]:
    box = atoms.blobs[members[0]].box
    for piece in members[1:]:
        box = box.union(atoms.blobs[piece].box)
    return atoms.crop(members, box)


def fit(examples: Examples) -> NDArray[np.float64]:
    """Return the weights (K,) that tell characters from others, by Newton's method."""
    mean, spread = examples.measures.mean(axis=0), examples.measures.std(axis=0)
    mean[0], spread[0] = 0, 1
    values = (examples.measures - mean) / np.maximum(spread, 1e-9)
    penalty = np.full(values.shape[1], _RIDGE)
    penalty[0] = 0
    weights = np.zeros(values.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-values @ weights))
        slope = values.T @ (chance - examples.whole) + penalty * weights
        bend = (values * (chance * (1 - chance))[:, None]).T @ values + np.diag(penalty + 1e-9)
        weights -= np.linalg.solve(bend, slope)
    weights /= np.maximum(spread, 1e-9)
    weights[0] -= float(weights[1:] @ mean[1:])
    return weights


def as_examples(rows: Sequence[Sequence[float]]) -> Examples:
    """Return ``rows``, each of what was measured and whether it is a character."""
    table = np.array(rows, float)
    return Examples(table[:, :-1], table[:, -1])


@click.command(cls=Program)
@click.argument("models", nargs=-1, required=True)
@click.option("--unipen", type=click.Path(path_type=Path), help="Folder of UNIPEN's packed files.")
@click.option("--count", type=click.IntRange(1), default=450, show_default=True, help="Of texts.")
def main(models: tuple[str, ...], unipen: Path | None, count: int) -> None:
    """Print the weights that tell what ink makes a character, by what all MODELS read."""
    engines = [Engine(model) for model in models]
    hypotheses = Hypotheses(PageNet())
    found = Rows()
    for number, text in enumerate(choose_texts(load_texts("train", unipen_dir(unipen)), count)):
        drawn = draw_text(text, TIPS[_PENS[number % len(_PENS)]], number)
        small, scale = shrink(drawn.picture)
        layout = hypotheses.of_view(hypotheses.as_page(small))
        found.add(layout, drawn, scale * layout.scale, engines)
    names = [each.name for each in fields(Scores)]
    rows_of = (found.unions, found.left, found.cuts)
    weights = np.concatenate([fit(as_examples(rows)) for rows in rows_of])
    rows = [
        [name, f"{weight:.2f}", f"{getattr(SCORES, name):.2f}"]
        for name, weight in zip(names, weights.tolist(), strict=True)
    ]
    click.echo(markdown(["weight", "fitted", "in use"], rows))


if __name__ == "__main__":
    main()
