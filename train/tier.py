"""Train the network of a model tier: ``python -m train.tier base --output runs/base``.

Reads EMNIST ByMerge, holds part of its training images back for validation, keeps the weights of
the epoch that does best there, corrects its answers there to the class frequencies of ByMerge
(:mod:`train.common.priors`), and never looks at the test images: ``export.tier`` does, once, with
the file that ships. With ``--teacher`` (a model; several are averaged) it learns from labels and
from what teachers say of the same varied images, and from the images without labels that lie
beside the data set. With ``--unipen`` it learns from UNIPEN's writers as well, and with
``--symbols`` from symbols and what is no character (:mod:`train.tiers.mixture`). Writes to the
output folder: ``model.keras`` (what ``export.tier`` reads), ``validation.npz`` (which training
images were held back), ``metrics.json`` and ``curves.png``; with ``--unipen`` ``written.npz``,
glyphs of the other sources that the export measures and sets ranges by.
Nothing here calls TensorFlow, so ``KERAS_BACKEND=jax`` or ``torch`` trains on a GPU.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from emnist_edge.alphabet import BYMERGE
from emnist_edge.cli.program import Program
from emnist_edge.dataset import emnist
from emnist_edge.files import write_json
from emnist_edge.scoring.metrics import score
from train.common import checkpoints, loop, priors
from train.common.curves import draw_curves
from train.common.data import RunOptions, open_run, run_options
from train.common.lazy import keras
from train.tiers import starting
from train.tiers.architectures import TIERS, build, weight_bytes
from train.tiers.mixture import Mixture
from train.tiers.recipe import GOES_ON, Recipe, Settled
from train.tiers.teaching import digests, with_targets
from train.tiers.writers import Writers, writers_options
from train.tiers.written import keep_written, mix

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from train.common.checkpoints import History
    from train.common.data import TrainingData
    from train.tiers.architectures import Net


#: Seed of what is held back for validation: the same for all, so that no teacher has seen it.
HELD_BACK = 1


def train(
    name: str,
    net: Net,
    recipe: Recipe,
    options: RunOptions,
    teachers: Sequence[str] = (),
    writers: Writers | None = None,
    start: Path | None = None,
) -> dict[str, Any]:
    """Run the whole training of ``net`` and return what ``metrics.json`` holds.

    ``start``: folder of the run, or file of the exported network, whose weights it starts from;
    None for random ones.
    """
    output = options.output
    training = options.load_training(recipe.validation_share, HELD_BACK)
    described = {**asdict(recipe), "tier": name, "net": asdict(net), "teachers": digests(teachers)}
    if start is not None:
        described["start"] = starting.record_of(start)
        if not (options.resume and checkpoints.begun(output)):
            starting.check(start, net)
    if writers is not None:
        store = writers.glyphs or output / "glyphs"
        training = mix(training, writers.unipen, store, writers.blend, HELD_BACK)
        described["blend"] = asdict(writers.blend)
    run = open_run(options, training, described, ("history.json",))
    if isinstance(training, Mixture):
        keep_written(training, output / "written.npz", HELD_BACK)
    unlabelled, hashes = emnist.load_unlabelled(options.data) if teachers else (None, {})
    training = with_targets(training, recipe.smoothing, teachers, recipe.distilled, unlabelled)
    model, history = fit(name, net, recipe, training, output, start)
    draw_curves(history, output / "curves.png")
    shares = _shares(model, training)
    metrics = {
        **run,
        **loop.measure(model, history, training),
        **_measure_sources(model, training, shares),
        "tier": name,
        "weight_bytes": weight_bytes(model),
        "most_bytes": TIERS[name].most_bytes,
        "unlabelled": hashes,
        "class_shares": shares,
        "seen_corruptions": list(recipe.augmentation.seen()) if recipe.augmentation else [],
    }
    write_json(output / "metrics.json", metrics)
    return metrics


def fit(
    name: str,
    net: Net,
    recipe: Recipe,
    training: TrainingData,
    output: Path,
    start: Path | None = None,
) -> tuple[keras.Model, History]:
    """Train ``net``, or go on with it, and leave its best epoch in ``model.keras``, in float32.

    It looks once while it is trained, on pictures that are turned anyway. ``start``: see
    :func:`train`.
    """
    from train.tiers.normalization import fuse  # a class of Keras', which takes long to load

    classes = len(training.samples.alphabet)
    keras.utils.set_random_seed(recipe.seed)
    with _precision(recipe.precision):
        once = fuse(build(replace(net, turned=0.0), classes, name))
        if start is not None and not checkpoints.begun(output):
            starting.begin_with(once, start, net, training)
        history = loop.fit(once, training, recipe, output)
    model = build(net, classes, name)
    best = checkpoints.load(output / loop.BEST)
    for ours, theirs in zip(_learned(model), _learned(best), strict=True):
        ours.set_weights(theirs.get_weights())
    if isinstance(training, Mixture):
        samples, held = training.samples, training.held
        images, labels = samples.images[held], samples.labels[held]
        priors.correct(model, images, labels, BYMERGE, training.frequencies)
    else:
        priors.correct_by(model, training)
    model.save(output / "model.keras")
    return model, history


def _shares(model: keras.Model, training: TrainingData) -> list[float]:
    """Return how common the finished ``model`` takes each class to be."""
    if isinstance(training, Mixture):
        shares = training.evened(lambda images: loop.predict(model, images))
        return [round(float(share), 6) for share in shares]
    return priors.shares(training.samples.labels[training.held], training.samples.alphabet)


def _measure_sources(
    model: keras.Model, training: TrainingData, shares: list[float]
) -> dict[str, Any]:
    """Return what ``metrics.json`` says of each source that ``model``, finished, learned from.

    ``validation`` is of EMNIST and its classes alone. ``shares``: of :func:`_shares`.
    """
    if not isinstance(training, Mixture):
        return {}
    held, seen = training.held, len(BYMERGE)

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        return loop.predict(model, images)

    answers = predict(training.samples.images[held])[:, :seen]
    return {
        "alphabet": training.samples.alphabet,
        "images": {
            "training": len(training.kept),
            "validation": len(held),
            "validation_written": len(training.written_held),
        },
        "validation": score(answers, training.samples.labels[held], BYMERGE).to_dict(),
        "sources": training.judge(predict, np.array(shares)),
    }


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


@click.command(cls=Program)
@click.argument("tier", type=click.Choice(list(TIERS)))
@run_options("runs/TIER")
@click.option(
    "--teacher",
    "teachers",
    multiple=True,
    help="Model to learn from, by name or file; may be given several times.",
)
@click.option("--epochs", type=click.IntRange(1), help="By default as many as the tier needs.")
@click.option(
    "--precision",
    type=click.Choice(["mixed_bfloat16", "float32"]),
    default=Recipe.precision,
    show_default=True,
    help="float32 is faster, ten times, where the processor does not know bfloat16.",
)
@click.option(
    "--start",
    type=click.Path(path_type=Path),
    help="Folder of a run, or file of an exported model, of the same network, to start from its "
    "weights.",
)
@writers_options
def main(
    tier: str,
    options: RunOptions,
    seed: int,
    teachers: tuple[str, ...],
    epochs: int | None,
    precision: str,
    start: Path | None,
    writers: Writers | None,
) -> None:
    """Train the network of TIER on EMNIST ByMerge."""
    if options.output == Path("runs/TIER"):
        options = replace(options, output=options.output.with_name(tier))
    chosen = TIERS[tier]
    recipe = (Settled if chosen.settles else Recipe)(
        epochs or chosen.epochs,
        learning_rate=Recipe.learning_rate * (GOES_ON if start else 1),
        seed=seed,
        augmentation=chosen.variation,
        precision=precision,
    )
    metrics = train(tier, chosen.net, recipe, options, teachers, writers, start)
    validation = metrics["validation"]
    click.echo(
        f"{options.output}: {metrics['weight_bytes'] / 1000:.1f} kB of weights, "
        f"validation accuracy {validation['accuracy']:.4f}, "
        f"macro recall {validation['macro_recall']:.4f} "
        f"(epoch {metrics['best_epoch']} of {metrics['epochs']})"
    )
    for name, figure in metrics.get("sources", {}).items():
        click.echo(f"{options.output}: {name} {figure:.4f}")


if __name__ == "__main__":
    main()
