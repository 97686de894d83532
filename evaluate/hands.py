"""Measure models on other people's writing: ``python -m evaluate.hands small-int8 runs/small``.

A model is a name, a model file with a sidecar, or the folder that ``train.tier`` wrote to. Each
reads the characters of UNIPEN's writers who are held out, drawn with pens and cut out as on the
device, at equal class frequencies; the letters of their texts; digits by the form they are written
in; cells of other people's forms; and the images of EMNIST that are held back from training, at
ByMerge's. The test images of EMNIST are never looked at.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.runtime.engine import Engine
from emnist_edge.alphabet import BYCLASS, BYMERGE, SYMBOLS, fold
from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.packed import load_characters, load_texts, unipen_dir
from emnist_edge.files import read_file
from emnist_edge.scoring.metrics import balance, score
from emnist_edge.scoring.sources import KEPT, read_hands
from evaluate.digit_forms import digit_form
from evaluate.hand_parts import Hands, Model
from evaluate.hand_report import show
from evaluate.hand_sets import (
    Cells,
    class_recalls,
    cut_cells,
    measure_cells,
    measure_forms,
    measure_letters,
    pick_letters,
    time_in_turns,
)
from train.common import checkpoints, loop, priors
from train.common.data import load_training, read_json
from train.tier import HELD_BACK
from train.tiers.glyph_store import key_of, stored
from train.tiers.nothing import draw_nothing
from train.tiers.penned import Penned
from train.tiers.recipe import Recipe
from train.tiers.unipen_glyphs import unipen_glyphs, usual_strokes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from emnist_edge.dataset.unipen.characters import Characters

# Symbols with fewer characters than this tell little: they do not count.
_LEAST = 20
_DRAWING, _NOTHINGS = 1, 1500


def open_any(name: str) -> Model:
    """Return the model of a run's folder, or else the one of that name or file."""
    folder = Path(name)
    if not (folder / "model.keras").exists():
        engine = Engine(name)
        shares = np.array(engine.artifact.class_shares)
        return Model(name, engine.artifact.alphabet, shares, engine.probabilities, exported=True)
    network, metrics = checkpoints.load(folder / "model.keras"), read_json(folder / "metrics.json")
    held = read_file(folder / "validation.npz", np.load, "train anew")["indices"]

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return loop.predict(network, images)

    alphabet = metrics.get("alphabet", BYMERGE)
    shares = np.array(metrics["class_shares"])
    return Model(name, alphabet, shares, predict, metrics["limit"], held)


def draw_hands(characters: Characters, store: Path, letters: Characters | None = None) -> Hands:
    """Return what the writers of ``characters`` wrote; ``store`` keeps what was drawn.

    ``letters``: those of their texts.
    """
    wanted = np.flatnonzero(np.isin(characters.labels, list(BYCLASS + SYMBOLS)))
    characters = characters.pick(wanted)
    plain = characters.pick(np.flatnonzero(np.isin(characters.labels, list(BYCLASS))))

    def draw_no_characters() -> NDArray[np.uint8]:
        things = draw_nothing(usual_strokes(plain), _NOTHINGS, _DRAWING)
        return Penned().glyphs(things, _DRAWING)

    glyphs = stored(
        store / f"heldout-{_DRAWING}.npz",
        key_of(characters, _DRAWING, Penned()),
        lambda: unipen_glyphs(characters, _DRAWING),
    )
    nothing = stored(
        store / f"nothing-heldout-{_DRAWING}.npz",
        key_of(plain, _NOTHINGS, _DRAWING, Penned()),
        draw_no_characters,
    )
    forms = [
        digit_form(str(label), characters.strokes_of(index)) if label.isdigit() else ""
        for index, label in enumerate(characters.labels)
    ]
    hands = Hands(glyphs, characters.labels, nothing, np.array(forms, "U16"))
    if letters is None:
        return hands
    drawn = stored(
        store / f"texts-heldout-{_DRAWING}.npz",
        key_of(letters, _DRAWING, Penned()),
        lambda: unipen_glyphs(letters, _DRAWING),
    )
    return replace(hands, letters=drawn, letter_labels=letters.labels)


def measure_hands(model: Model, hands: Hands) -> dict[str, float]:
    """Return fractions of ``hands`` that ``model`` reads right at equal class frequencies.

    Those of symbols and of what is no character are left out where it has no classes for them.
    """
    labels = np.array([fold(label) for label in hands.labels.tolist()])
    plain = np.isin(labels, list(BYMERGE))
    indices = np.array([BYMERGE.index(label) for label in labels[plain].tolist()], np.uint8)
    answers = balance(model.predict(hands.glyphs), model.prior)
    read = read_hands(answers[plain], indices)
    digits = np.flatnonzero(plain)[np.char.isdigit(labels[plain])]
    of_digits = read_hands(answers[digits], indices[np.char.isdigit(labels[plain])])
    row = {
        "any of 47": read["unipen_accuracy"],
        "kind known": read["unipen_kind_known"],
        "digits, kind known": of_digits["unipen_kind_known"],
    }
    if len(model.alphabet) == len(BYMERGE):
        return row
    said = np.array(list(model.alphabet))[answers.argmax(axis=1)]
    recalls = [
        float((said[labels == symbol] == symbol).mean())
        for symbol in SYMBOLS
        if (labels == symbol).sum() >= _LEAST
    ]
    doubt = balance(model.predict(hands.nothing), model.prior)[:, -1]
    refused = float((doubt > np.quantile(answers[:, -1], KEPT)).mean())
    return {**row, "symbols": float(np.mean(recalls)), "nothing refused": refused}


def measure_emnist(model: Model, samples: Samples, held: NDArray[np.int64]) -> dict[str, float]:
    """Return fractions of EMNIST's images ``held`` that ``model`` reads right, as ByMerge has them.

    Letters and digits alone may be said; ``kind known``: letters, or digits.
    """
    labels = samples.labels[held]
    answers = model.predict(samples.images[held])[:, : len(BYMERGE)]
    weights = priors.weigh(labels, BYMERGE)
    digits = np.array([char.isdigit() for char in BYMERGE])
    of_kind = np.where(digits[labels][:, None] == digits, answers, -1)
    equal = balance(answers, model.prior[: len(BYMERGE)] / model.prior[: len(BYMERGE)].sum())
    return {
        "EMNIST": float(np.average(answers.argmax(axis=1) == labels, weights=weights)),
        "EMNIST, kind known": float(np.average(of_kind.argmax(axis=1) == labels, weights=weights)),
        "EMNIST, equal frequencies": score(equal, labels, BYMERGE).macro_recall,
    }


def unseen(models: Sequence[Model], held: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return those of ``held``, images that tiers do not learn from, that no run learned from."""
    for model in models:
        if model.trained_on is not None and model.held is not None:
            held = held[(held >= model.trained_on) | np.isin(held, model.held)]
    return held


def measure(
    model: Model, hands: Hands, cells: Sequence[Cells], samples: Samples, held: NDArray[np.int64]
) -> dict[str, float]:
    """Return all fractions that ``model`` reads right, by what they are of."""
    row = measure_hands(model, hands)
    elsewhere = measure_forms(model, hands).get("elsewhere")
    if elsewhere is not None:
        row["digits in forms of elsewhere, kind known"] = elsewhere["kind known"]
    if len(hands.letters):
        row |= measure_letters(model, hands.letters, hands.letter_labels)
    for each in cells:
        row |= measure_cells(model, each)
    return row | measure_emnist(model, samples, held)


@click.command(cls=Program)
@click.argument("models", nargs=-1, required=True)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of EMNIST's IDX files.")
@click.option("--unipen", type=click.Path(path_type=Path), help="Folder of UNIPEN's packed files.")
@click.option(
    "--glyphs",
    type=click.Path(path_type=Path),
    default=Path("runs/glyphs"),
    show_default=True,
    help="Folder to keep glyphs of UNIPEN's strokes in.",
)
@click.option(
    "--cells",
    "cell_files",
    type=click.Path(path_type=Path),
    multiple=True,
    help="File of cells as evaluate.glyphs reads; several with the option again.",
)
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="File for all figures.")
def main(
    models: tuple[str, ...],
    data: Path | None,
    unipen: Path | None,
    glyphs: Path,
    cell_files: tuple[Path, ...],
    json_path: Path | None,
) -> None:
    """Print what MODELS read of UNIPEN's held-out writers, and of EMNIST's held-back images."""
    opened = [open_any(name) for name in models]
    folder = unipen_dir(unipen)
    letters = pick_letters(load_texts("heldout", folder))
    hands = draw_hands(load_characters("heldout", folder), glyphs, letters)
    cells = [cut_cells(path) for path in cell_files]
    training = load_training(None, data, None, Recipe.validation_share, HELD_BACK)
    held = unseen(opened, training.held)
    results = {
        model.name: {
            "figures": measure(model, hands, cells, training.samples, held),
            "forms": measure_forms(model, hands),
            "recalls": class_recalls(model, hands),
        }
        for model in opened
    }
    times = time_in_turns([model for model in opened if model.exported], hands.glyphs[0])
    for name, milliseconds in times.items():
        results[name]["milliseconds"] = milliseconds
    click.echo(f"UNIPEN: {len(hands.labels)} characters; EMNIST: {len(held)} images; percent right")
    show(results)
    if json_path is not None:
        json_path.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
