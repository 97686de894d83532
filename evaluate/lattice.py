r"""Fit the weights of what ink makes a character: ``python -m evaluate.lattice small-int8 ...``.

UNIPEN's texts by the writers to learn from are drawn, letters and digits alone, and laid out. Which
pieces of ink are of one character is known there. Logistic regression (Cox 1958) tells unions that
are one character from those that are not, by what :mod:`emnist_device.detect.lattice` measures of
them and by what each model reads; and pieces left over that are characters from those that are not.
The page network has learned from these texts and splits few of their characters: with what bias
pages are read best, is for ``python -m evaluate.pages`` to say.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.detect.decision import which_look_alike
from emnist_device.detect.hypotheses import Hypotheses
from emnist_device.detect.lattice.arcs import find_neighbours, join, measure
from emnist_device.detect.lattice.atoms import Atoms, find_atoms
from emnist_device.detect.lattice.scores import SCORES, Evidence, Scores, measure_leftovers
from emnist_device.detect.network import PageNet
from emnist_device.detect.sizes import shrink
from emnist_device.runtime.engine import Engine
from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.packed import load_texts, unipen_dir
from emnist_edge.drawing.pens import TIPS
from emnist_edge.glyph import make_glyph
from emnist_edge.tables import markdown
from evaluate.written import choose_texts, draw_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from emnist_device.detect.lattice.arcs import Members
    from emnist_edge.drawing.pages import DrawnPage

_PENS = ("ballpoint", "stylus", "felt")
# Ink of a character counts from this coverage on (of 255). A union lacks nothing if what it lacks
# of its character has this fraction of its own ink at most: the end of a stroke.
_INK, _LACKS = 64, 0.12
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


def find_owners(atoms: Atoms, drawn: DrawnPage, scale: float) -> list[int]:
    """Return the number of the character of ``drawn`` that each of ``atoms`` is of; -1 for none.

    ``scale``: pixels of the arrays of ``atoms`` to one of the picture.
    """
    strongest = np.full(drawn.coverage.shape, _INK, np.uint8)
    whose = np.full(drawn.coverage.shape, -1)
    for number, character in enumerate(c for line in drawn.lines for c in line.characters):
        x, y, width, height = character.box
        window = np.s_[max(y, 0) : y + height, max(x, 0) : x + width]
        high, wide = whose[window].shape
        ink = character.coverage[max(-y, 0) :, max(-x, 0) :][:high, :wide]
        more = ink > strongest[window]
        whose[window][more] = number
        strongest[window][more] = ink[more]
    limits: NDArray[np.int64] = np.array(whose.shape)[:, None] - 1
    owners = []
    for number, blob in enumerate(atoms.blobs):
        rows, columns = np.nonzero(atoms.crop((number,), blob.box))
        places = np.stack([rows + blob.box.y, columns + blob.box.x]) + 0.5
        own = whose[tuple(np.minimum((places / scale).astype(int), limits))]
        counts = np.bincount(own[own >= 0], minlength=1)
        owners.append(int(counts.argmax()) if counts.any() else -1)
    return owners


def judge(members: Members, owners: Sequence[int], areas: Sequence[int]) -> bool | None:
    """Say whether ``members`` are a whole character; None for a part that lacks more than an end.

    ``owners`` and ``areas`` are of all pieces.
    """
    own = {owners[piece] for piece in members}
    if len(own) > 1 or -1 in own:
        return False
    rest = sum(
        area
        for piece, (owner, area) in enumerate(zip(owners, areas, strict=True))
        if owner in own and piece not in members
    )
    return True if rest <= _LACKS * sum(areas[piece] for piece in members) else None


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
    unions: list[list[float]] = []
    left: list[list[float]] = []
    for number, text in enumerate(choose_texts(load_texts("train", unipen_dir(unipen)), count)):
        drawn = draw_text(text, TIPS[_PENS[number % len(_PENS)]], number)
        small, scale = shrink(drawn.picture)
        layout = hypotheses.of_view(hypotheses.as_page(small))
        if layout.blobs:
            atoms = find_atoms(layout)
            owners = find_owners(atoms, drawn, scale * layout.scale)
            more = collect(atoms, owners, engines)
            unions += more[0]
            left += more[1]
    names = [field.name for field in fields(Scores)]
    weights = np.concatenate([fit(as_examples(unions)), fit(as_examples(left))])
    rows = [
        [name, f"{weight:.2f}", f"{getattr(SCORES, name):.2f}"]
        for name, weight in zip(names, weights.tolist(), strict=True)
    ]
    click.echo(markdown(["weight", "fitted", "in use"], rows))


if __name__ == "__main__":
    main()
