"""The model card, written from the sidecars: no figure in it is typed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.alphabet import CONFUSABLE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emnist_edge.artifact import Artifact

_HEAD = """# Model card

Written by `python -m export.cnn` from the sidecars in `emnist_edge/models/`.

## What the models are

The four-layer convolutional network of the EMNIST study this project implements: three blocks of
convolution, batch normalization and max pooling, a fourth convolution, a dense layer of 128 units
and {classes} classes. It classifies one character, cut out and scaled by `emnist_edge.glyph`, a
28x28 picture. `cnn-int8` is what `emnist-edge classify` uses: weights, activations, input and
output are 8-bit integers. `cnn-float32` is the same network before quantization, for comparison.

Classes, in the order of the outputs: `{alphabet}`. The lower-case letters c i j k l m o p s u v w x
y z are read as their capitals, as in EMNIST ByMerge.

## Scores

Official ByMerge test images, looked at once, after everything was chosen on validation images. The
interval is Wilson's, at 95 %. *Merged* counts shapes that only context can tell apart
({confusable}) as one class. Macro recall is the mean over the classes, and what compares with
accuracy on EMNIST Balanced.

| model | bytes | accuracy | interval | macro recall | macro F1 | top 2 | merged |
|---|---:|---:|---|---:|---:|---:|---:|
{rows}

## Quantization

Measured on {validation} validation images, by the runtime that the package ships, against the
probabilities of the trained network.

| model | accuracy lost, points | same class | largest probability difference | temperature |
|---|---:|---:|---:|---:|
{parity}

Quantization ranges were set on training images only, validation images left out. The temperature
divides the logits, and was fitted to the validation images after quantization.
"""

_TAIL = """## Training

- Data: EMNIST `{split}`, {training} images for training and {validation} for validation, the same
  share of each class. SHA-256 of the decompressed files:
{hashes}
- Recipe: {recipe}.
- Augmentation, each drawn evenly from plus or minus: {augmentation}.
- Best epoch on validation: {best_epoch}. Trained with {trained_by}.

## Weaknesses

- One character at a time: shapes such as 0/O or 1/I/L are told apart by context or not at all.
- Written by Americans of the 1990s: a 7 with a bar, a 1 with a long flag or a G in another style
  are read less well than the scores say.
- No punctuation and no accents: every shape is taken for one of the {classes} classes.
- Not meant for cursive writing, nor for decisions about people.

Licence: Apache-2.0. EMNIST is derived from NIST Special Database 19, a work of the United States
government.
"""


def write_card(artifacts: Sequence[Artifact], path: Path) -> None:
    """Write the model card of ``artifacts``, which come from one training run, to ``path``."""
    first = artifacts[0]
    facts = first.provenance
    images, recipe = facts["images"], dict(facts["recipe"])
    augmentation = recipe.pop("augmentation")
    hashes = {**facts["training_data"], **facts["test_data"]}
    head = _HEAD.format(
        classes=len(first.alphabet),
        alphabet=first.alphabet,
        confusable=", ".join(CONFUSABLE),
        rows="\n".join(_score_row(artifact) for artifact in artifacts),
        parity="\n".join(_parity_row(artifact) for artifact in artifacts),
        validation=f"{images['validation']:,}",
    )
    tail = _TAIL.format(
        classes=len(first.alphabet),
        split=facts["training_split"],
        training=f"{images['training']:,}",
        validation=f"{images['validation']:,}",
        hashes="\n".join(f"  - `{name}`: `{digest}`" for name, digest in hashes.items()),
        recipe=", ".join(f"{name.replace('_', ' ')} {value}" for name, value in recipe.items()),
        augmentation=", ".join(f"{name} {value}" for name, value in augmentation.items()),
        best_epoch=facts["best_epoch"],
        trained_by=facts["trained_by"],
    )
    path.write_text(f"{head}\n{tail}", encoding="utf-8")


def _score_row(artifact: Artifact) -> str:
    test = {name: f"{100 * value:.2f} %" for name, value in artifact.accuracy["test"].items()}
    interval = f"{test['accuracy_low']} to {test['accuracy_high']}"
    cells = (
        f"`{artifact.name}`", f"{artifact.bytes:,}", test["accuracy"], interval,
        test["macro_recall"], test["macro_f1"], test["top2_accuracy"], test["merged_accuracy"],
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _parity_row(artifact: Artifact) -> str:
    parity = artifact.provenance["parity"]
    return (
        f"| `{artifact.name}` | {parity['accuracy_drop']:.2f} | {100 * parity['agreement']:.2f} % "
        f"| {parity['largest_difference']:.4f} | {artifact.temperature:.3f} |"
    )
