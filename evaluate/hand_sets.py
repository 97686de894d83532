"""Characters of other people beside UNIPEN's isolated ones: letters of its texts, cells of forms.

And what models are measured by on them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.cell import find_cell_inks
from emnist_edge.alphabet import BYMERGE, LOWER, UPPER, fold
from emnist_edge.dataset.unipen.cleaning import find_text_faults
from emnist_edge.glyph import make_glyph
from emnist_edge.scoring.metrics import balance
from emnist_edge.scoring.sources import read_hands
from evaluate.digit_forms import ELSEWHERE, FORMS
from evaluate.glyphs import read_cells

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters, Texts
    from evaluate.hand_parts import Hands, Model

# Classes with fewer characters than this tell little: no recall is given.
_LEAST = 20
# Times of one glyph: rounds in which models take turns, and runs of each in a round.
_ROUNDS, _RUNS = 7, 100


@dataclass(frozen=True)
class Cells:
    """Cells that hold one character each, by other people.

    name: of the file. glyphs: (G, 28, 28), what the ink of a cell may be, one or more for each.
    cells: (G,) the number of the cell that each is of. labels: (N,) the characters.
    """

    name: str
    glyphs: NDArray[np.uint8]
    cells: NDArray[np.int64]
    labels: NDArray[np.str_]


def cut_cells(path: Path) -> Cells:
    """Return the cells of a file as :mod:`evaluate.glyphs` reads, as the device would see them."""
    images, labels = read_cells(path)
    glyphs, cells = [], []
    for number, image in enumerate(images):
        for ink, _ in find_cell_inks(image):
            if ink.any():
                glyphs.append(make_glyph(ink))
                cells.append(number)
    return Cells(path.stem, np.stack(glyphs), np.array(cells), np.array(labels))


def pick_letters(texts: Texts) -> Characters:
    """Return the letters of the texts that stand clear, without those that are surely none."""
    characters = texts.characters
    clean = np.repeat(texts.clean, np.diff(texts.starts))
    letters = np.isin(characters.labels, list(UPPER + LOWER))
    return characters.pick(np.flatnonzero(clean & letters & (find_text_faults(texts) == "")))


def measure_letters(
    model: Model, glyphs: NDArray[np.uint8], labels: NDArray[np.str_]
) -> dict[str, float]:
    """Return fractions of the letters of texts that ``model`` reads right, at equal frequencies."""
    indices = np.array([BYMERGE.index(fold(label)) for label in labels.tolist()], np.uint8)
    read = read_hands(balance(model.predict(glyphs), model.prior), indices)
    return {
        "letters of texts, any of 47": read["unipen_accuracy"],
        "letters of texts, kind known": read["unipen_kind_known"],
    }


def measure_cells(model: Model, cells: Cells) -> dict[str, float]:
    """Return fractions of ``cells`` that ``model`` reads right, at equal frequencies, case ignored.

    Of what the ink may be, that counts which the model is surest of, as on the device. Where
    nothing is found, the cell counts as wrong.
    """
    said = model.predict(cells.glyphs)[:, : len(BYMERGE)]
    order = np.lexsort((-said.max(axis=1), cells.cells))
    _, firsts = np.unique(cells.cells[order], return_index=True)
    chosen = order[firsts]
    prior = model.prior[: len(BYMERGE)]
    answers = balance(said[chosen], prior / prior.sum())
    labels = np.char.upper(cells.labels[cells.cells[chosen]])
    classes = np.array([char.upper() for char in BYMERGE])
    kinds = np.char.isdigit(labels)[:, None] == np.char.isdigit(classes)
    return {
        f"{cells.name}, {name}": float((classes[told.argmax(axis=1)] == labels).sum())
        / len(cells.labels)
        for name, told in (
            ("any character", answers),
            ("kind known", np.where(kinds, answers, -1)),
        )
    }


def measure_forms(model: Model, hands: Hands) -> dict[str, dict[str, float]]:
    """Return, of each form of digits, how many there are and what ``model`` reads right.

    ``elsewhere``: those forms together that EMNIST's writers hardly use.
    """
    found = {}
    for form in (*FORMS, "elsewhere"):
        rows = np.flatnonzero(np.isin(hands.forms, ELSEWHERE if form == "elsewhere" else form))
        if len(rows):
            labels = np.array([BYMERGE.index(label) for label in hands.labels[rows]], np.uint8)
            read = read_hands(balance(model.predict(hands.glyphs[rows]), model.prior), labels)
            found[form] = {
                "characters": len(rows),
                "kind known": read["unipen_kind_known"],
                "any of 47": read["unipen_accuracy"],
            }
    return found


def class_recalls(model: Model, hands: Hands) -> dict[str, float]:
    """Return the recall of each class with enough characters, at equal frequencies.

    Letters and digits among themselves; symbols among all classes, where the model has them.
    """
    answers = balance(model.predict(hands.glyphs), model.prior)
    alphabet = np.array(list(model.alphabet))
    plain = alphabet[answers[:, : len(BYMERGE)].argmax(axis=1)]
    said = alphabet[answers.argmax(axis=1)]
    labels = np.array([fold(label) for label in hands.labels.tolist()])
    recalls = {}
    for char in alphabet.tolist():
        own = labels == char
        if own.sum() >= _LEAST:
            recalls[char] = float(((plain if char in BYMERGE else said)[own] == char).mean())
    return recalls


def time_in_turns(models: Sequence[Model], glyph: NDArray[np.uint8]) -> dict[str, float]:
    """Return the median milliseconds that one ``glyph`` (28, 28) takes each of ``models``."""
    times: dict[str, list[float]] = {model.name: [] for model in models}
    for _ in range(_ROUNDS):
        for model in models:
            for _ in range(_RUNS):
                start = time.perf_counter()
                model.predict(glyph[None])
                times[model.name].append(time.perf_counter() - start)
    return {name: 1000 * float(np.median(found)) for name, found in times.items()}
