"""Train the network of a model tier: ``python -m train.tier base --output runs/base``.

Reads EMNIST ByMerge, holds part of its training images back for validation, keeps the weights of
the epoch that does best there, corrects its answers there to the class frequencies of ByMerge
(:mod:`train.tiers.priors`), and never looks at the test images: ``export.tier`` does, once, with
the file that ships. With ``--teacher`` (a model; several are averaged) it learns from labels and
from what teachers say of the same varied images, and from the images without labels that lie
beside the data set. Writes to the output folder: ``model.keras`` (what ``export.tier`` reads),
``validation.npz`` (which training images were held back), ``metrics.json`` and ``curves.png``.
Nothing here calls TensorFlow, so ``KERAS_BACKEND=jax`` or ``torch`` trains on a GPU.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import keras

from emnist_edge.dataset import emnist
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.files import write_json
from train.common import checkpoints, loop
from train.common.curves import draw_curves
from train.common.data import RunOptions, open_run, run_options
from train.tiers import priors
from train.tiers.architectures import CALM, TIERS, build, count_macs, weight_bytes
from train.tiers.normalization import fuse
from train.tiers.photographed import Variation
from train.tiers.teaching import digests, with_targets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from train.common.checkpoints import History
    from train.common.data import TrainingData
    from train.tiers.architectures import Net


#: Seed of what is held back for validation: the same for all, so that no teacher has seen it.
HELD_BACK = 1


@dataclass(frozen=True)
class Recipe(loop.Recipe):
    """The recipe of the tiers.

    smoothing: of labels. distilled: share of the teacher in what should be answered. precision: a
    Keras dtype policy; mixed_bfloat16 is faster wherever the processor knows bfloat16.
    """

    epochs: int = 20
    batch: int = 256
    learning_rate: float = 0.004
    augmentation: Variation | None = field(default_factory=Variation)
    weight_decay: float | None = 0.01
    smoothing: float = 0.05
    distilled: float = 0.7
    precision: str = "mixed_bfloat16"


@dataclass(frozen=True)
class Settled(Recipe):
    """Images are varied less in the last epochs, when the learning rate is low.

    So what is learned last is close to what is read (Touvron et al. 2019, arXiv 1906.06423, of
    sizes). settled: how they are varied then; settling: share of the epochs.
    """

    settled: Variation = CALM
    settling: float = 0.25

    def vary(
        self, images: NDArray[np.uint8], answers: NDArray[Any], epoch: int, rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return a batch of ``epoch``, varied by what is its turn."""
        if epoch >= round(self.epochs * (1 - self.settling)):
            return self.settled(images, rng), answers
        return super().vary(images, answers, epoch, rng)


def train(
    name: str,
    net: Net,
    recipe: Recipe,
    options: RunOptions,
    teachers: Sequence[str] = (),
) -> dict[str, Any]:
    """Run the whole training of ``net`` and return what ``metrics.json`` holds."""
    output = options.output
    training = options.load_training(recipe.validation_share, HELD_BACK)
    described = {**asdict(recipe), "tier": name, "net": asdict(net), "teachers": digests(teachers)}
    run = open_run(options, training, described, ("history.json",))
    unlabelled, hashes = emnist.load_unlabelled(options.data) if teachers else (None, {})
    training = with_targets(training, recipe.smoothing, teachers, recipe.distilled, unlabelled)
    model, history = fit(name, net, recipe, training, output)
    draw_curves(history, output / "curves.png")
    metrics = {
        **run,
        **loop.measure(model, history, training),
        "tier": name,
        "weight_bytes": weight_bytes(model),
        "most_bytes": TIERS[name].most_bytes,
        "macs": count_macs(model),
        "unlabelled": hashes,
        "class_shares": priors.shares(
            training.samples.labels[training.held], training.samples.alphabet
        ),
        "seen_corruptions": list(recipe.augmentation.seen()) if recipe.augmentation else [],
    }
    write_json(output / "metrics.json", metrics)
    return metrics


def fit(
    name: str, net: Net, recipe: Recipe, training: TrainingData, output: Path
) -> tuple[keras.Model, History]:
    """Train ``net``, or go on with it, and leave its best epoch in ``model.keras``, in float32.

    It looks once while it is trained, on pictures that are turned anyway.
    """
    classes = len(training.samples.alphabet)
    keras.utils.set_random_seed(recipe.seed)
    with _precision(recipe.precision):
        once = build(replace(net, turned=0.0), classes, name)
        history = loop.fit(fuse(once), training, recipe, output)
    model = build(net, classes, name)
    best = checkpoints.load(output / "best.keras")
    for ours, theirs in zip(_learned(model), _learned(best), strict=True):
        ours.set_weights(theirs.get_weights())
    samples, held = training.samples, training.held
    priors.correct(model, samples.images[held], samples.labels[held], samples.alphabet)
    model.save(output / "model.keras")
    return model, history


def _learned(model: keras.Model) -> list[keras.layers.Layer]:
    """Return the layers of ``model`` whose weights come of training, in order."""
    return [layer for layer in model.layers if layer.trainable_weights]


@contextmanager
def _precision(policy: str) -> Iterator[None]:
    """Make layers that are built inside compute as the Keras dtype ``policy`` says."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@click.command()
@click.argument("tier", type=click.Choice(list(TIERS)))
@run_options("runs/TIER")
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    help="Model to learn from, by name or file; may be given several times.",
)
@click.option("--epochs", type=click.IntRange(1), help="By default as many as the tier needs.")
def main(
    tier: str,
    options: RunOptions,
    seed: int,
    teachers: tuple[str, ...],
    epochs: int | None,
) -> None:
    """Train the network of TIER on EMNIST ByMerge."""
    if options.output == Path("runs/TIER"):
        options = replace(options, output=options.output.with_name(tier))
    chosen = TIERS[tier]
    recipe = (Settled if chosen.settles else Recipe)(
        epochs or chosen.epochs, seed=seed, augmentation=chosen.variation
    )
    try:
        metrics = train(tier, chosen.net, recipe, options, teachers)
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    validation = metrics["validation"]
    click.echo(
        f"{options.output}: {metrics['weight_bytes'] / 1000:.1f} kB of weights, "
        f"validation accuracy {validation['accuracy']:.4f}, "
        f"macro recall {validation['macro_recall']:.4f} "
        f"(epoch {metrics['best_epoch']} of {metrics['epochs']})"
    )


if __name__ == "__main__":
    main()
