"""Train the four-layer CNN: ``python -m train.cnn``.

Reads EMNIST ByMerge, holds part of its training images back for validation, keeps the weights of
the epoch that does best there, and looks at the test images once, at the end. Writes to the
output folder: ``model.keras`` (what ``export.cnn`` reads), ``validation.npz`` (which training
images were held back), ``metrics.json`` and ``curves.png``. Nothing here calls TensorFlow, so
``KERAS_BACKEND=jax`` or ``torch`` trains on a GPU.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import keras
import numpy as np

from emnist_edge import emnist
from emnist_edge.errors import DataError, EmnistEdgeError
from emnist_edge.metrics import score
from train.augment import Augmentation
from train.curves import draw_curves

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Mean and standard deviation of EMNIST pixels, of full scale (training images).
PIXEL_MEAN, PIXEL_STD = 0.174, 0.332


@dataclass(frozen=True)
class Recipe:
    """What a run depends on, besides the data; written to ``metrics.json``."""

    epochs: int = 18
    batch: int = 256
    learning_rate: float = 0.002  # falls to zero along a half cosine
    validation_share: float = 0.1
    seed: int = 1
    augmentation: Augmentation = field(default_factory=Augmentation)


def build(classes: int, *, pool_first: bool = False) -> keras.Model:
    """Return the untrained network: (N, 28, 28, 1) pixels 0..255 -> (N, classes) probabilities.

    Three blocks of convolution, batch normalization and max pooling, a fourth convolution without
    padding, and a dense layer of 128 units; Gaussian noise 0.1 on the input and dropout 0.3 act in
    training only. Pixels are scaled to zero mean and unit variance inside the graph.

    ``pool_first`` pools before it normalizes, which trains half as fast again. Normalization never
    scales by less than zero here, so it commutes with max pooling, and the same weights give the
    same probabilities in either order; the default is the one whose normalization a converter
    folds into the convolution.
    """
    layers = keras.layers
    pixels = keras.Input((28, 28, 1), name="pixels")
    x = layers.Rescaling(1 / (255 * PIXEL_STD), -PIXEL_MEAN / PIXEL_STD)(pixels)
    x = layers.GaussianNoise(0.1)(x)
    for filters in (16, 64, 96):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        # Keras' default momentum of 0.99 lags behind the weights in a short run.
        normalize = layers.BatchNormalization(momentum=0.9, gamma_constraint="non_neg")
        pool = layers.MaxPooling2D(2, padding="same")
        x = normalize(pool(x)) if pool_first else pool(normalize(x))
        x = layers.ReLU()(x)
    x = layers.Conv2D(128, 3, activation="relu")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(128, activation="relu")(x)
    x = layers.Dropout(0.3)(x)
    return keras.Model(pixels, layers.Dense(classes, activation="softmax")(x), name="cnn")


def hold_back(
    labels: NDArray[np.uint8], share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split sample indices into training and validation, ``share`` of each class held back."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(labels))
    rank = np.empty(len(labels), np.int64)  # position of each sample within its class
    for label in np.unique(labels):
        of_class = order[labels[order] == label]
        rank[of_class] = np.arange(len(of_class))
    counts = np.bincount(labels)[labels]
    held = rank < np.round(share * counts)
    return np.flatnonzero(~held), np.flatnonzero(held)


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Shuffled, augmented batches of one epoch; the same for the same recipe and epoch."""

    def __init__(
        self, samples: emnist.Samples, indices: NDArray[np.int64], recipe: Recipe, epoch: int
    ) -> None:
        super().__init__(workers=1, max_queue_size=16)
        self.samples, self.recipe = samples, recipe
        self.seed = (recipe.seed, epoch)
        self.indices = np.random.default_rng(self.seed).permutation(indices)

    def __len__(self) -> int:
        return len(self.indices) // self.recipe.batch  # the rest waits for another epoch's order

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        start = index * self.recipe.batch
        chosen = self.indices[start : start + self.recipe.batch]
        rng = np.random.default_rng((*self.seed, index))
        images = self.recipe.augmentation(self.samples.images[chosen], rng)
        return images[..., None].astype(np.float32), self.samples.labels[chosen]


def predict(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (N, classes) probabilities for ``images`` (N, 28, 28) uint8."""
    pieces = [
        np.asarray(model.predict_on_batch(images[start : start + 1024, ..., None].astype("f4")))
        for start in range(0, len(images), 1024)
    ]
    return np.concatenate(pieces)


def load_training(split: str | None, data: Path | None) -> tuple[str, emnist.Samples]:
    """Read the training images: ByMerge whole, else the part of it that is at hand."""
    choices = {s.name: s for s in (emnist.SPLITS["bymerge"], emnist.BYMERGE_PART)}
    if split is None:
        at_hand = [
            name
            for name, choice in choices.items()
            if emnist.find(emnist.data_dir(data), emnist.members(choice, "train")[0])
        ]
        split = next(iter(at_hand), "bymerge")
    return split, emnist.load(choices[split], "train", data)


def compiled(recipe: Recipe, classes: int, batches_per_epoch: int) -> keras.Model:
    """Return the untrained network with its optimizer."""
    keras.utils.set_random_seed(recipe.seed)
    model = build(classes, pool_first=True)
    schedule = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, recipe.epochs * batches_per_epoch
    )
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def fit(
    model: keras.Model,
    samples: emnist.Samples,
    kept: NDArray[np.int64],
    held: NDArray[np.int64],
    recipe: Recipe,
    output: Path,
    history: list[dict[str, float]],
) -> None:
    """Train the epochs that ``history`` lacks; after each, validate, checkpoint and append to it.

    ``last.keras`` with ``history.json`` is the checkpoint to go on from, ``best.keras`` the best.
    """
    for epoch in range(len(history), recipe.epochs):
        batches = Batches(samples, kept, recipe, epoch)
        reseed(model, recipe.seed, epoch)
        start = time.perf_counter()
        run = model.fit(batches, initial_epoch=epoch, epochs=epoch + 1, shuffle=False)
        seconds = time.perf_counter() - start
        validation = score(
            predict(model, samples.images[held]), samples.labels[held], samples.alphabet
        )
        history.append(
            {
                "loss": run.history["loss"][0],
                "accuracy": run.history["accuracy"][0],
                "validation_accuracy": validation.accuracy,
                "validation_macro_recall": validation.macro_recall,
                "images_per_second": round(len(batches) * recipe.batch / seconds),
            }
        )
        if epoch == best_epoch(history):
            model.save(output / "best.keras")
        model.save(output / "last.keras")
        write_json(output / "history.json", history)
        click.echo(
            f"epoch {epoch + 1}: validation accuracy {validation.accuracy:.4f}, "
            f"macro recall {validation.macro_recall:.4f}"
        )


def reseed(model: keras.Model, seed: int, epoch: int) -> None:
    """Set what dropout and noise draw in ``epoch``: checkpoints do not hold it, and resume must."""
    generators = [
        layer.seed_generator for layer in model.layers if hasattr(layer, "seed_generator")
    ]
    states = np.random.SeedSequence((seed, epoch)).generate_state(2 * len(generators), np.uint32)
    for generator, state in zip(generators, states.reshape(-1, 2), strict=True):
        generator.state.assign(state)


def best_epoch(history: list[dict[str, float]]) -> int:
    """Return the index of the first epoch with the highest validation accuracy."""
    return int(np.argmax([row["validation_accuracy"] for row in history]))


def write_json(path: Path, content: object) -> None:
    """Write ``content`` as indented JSON, through a temporary file: never half a file."""
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)


def train(
    recipe: Recipe,
    output: Path,
    data: Path | None,
    split: str | None,
    limit: int | None,
    resume: bool,
) -> dict[str, Any]:
    """Run the whole training and return what ``metrics.json`` holds."""
    split, samples = load_training(split, data)
    samples = samples.first(limit)
    kept, held = hold_back(samples.labels, recipe.validation_share, recipe.seed)
    batches_per_epoch = len(kept) // recipe.batch
    if not batches_per_epoch:
        raise DataError(
            f"{split}: {len(kept)} training images do not fill a batch of {recipe.batch}"
        )
    output.mkdir(parents=True, exist_ok=True)
    run = {"recipe": asdict(recipe), "split": split, "data": samples.sha256, "limit": limit}
    history: list[dict[str, float]] = []
    if resume and (output / "run.json").exists():
        if json.loads((output / "run.json").read_text(encoding="utf-8")) != run:
            raise DataError(f"{output}: holds a run of another recipe or data; leave out --resume")
        history = json.loads((output / "history.json").read_text(encoding="utf-8"))
        model = keras.models.load_model(output / "last.keras")
    else:
        model = compiled(recipe, len(samples.alphabet), batches_per_epoch)
        (output / "history.json").unlink(missing_ok=True)
    write_json(output / "run.json", run)
    np.savez(output / "validation.npz", indices=held)
    fit(model, samples, kept, held, recipe, output, history)
    draw_curves(history, output / "curves.png")

    model = build(len(samples.alphabet))
    model.set_weights(keras.models.load_model(output / "best.keras").get_weights())
    model.save(output / "model.keras")
    test = emnist.load(emnist.SPLITS["bymerge"], "test", data).first(limit)
    metrics = {
        **run,
        "backend": f"keras {keras.__version__} on {keras.backend.backend()}",
        "parameters": model.count_params(),
        "images": {"training": len(kept), "validation": len(held), "test": len(test)},
        "test_data": test.sha256,
        "epochs": len(history),
        "best_epoch": best_epoch(history) + 1,
        "images_per_second": round(float(np.median([r["images_per_second"] for r in history]))),
        "validation": score(
            predict(model, samples.images[held]), samples.labels[held], samples.alphabet
        ).as_dict(),
        "test": score(predict(model, test.images), test.labels, test.alphabet).as_dict(),
    }
    write_json(output / "metrics.json", metrics)
    return metrics


@click.command()
@click.option("--data", type=click.Path(path_type=Path), help="Folder of the IDX files.")
@click.option(
    "--split",
    type=click.Choice(["bymerge", "bymergepart"]),
    help="Training images; by default the whole of ByMerge where it is at hand.",
)
@click.option("--output", type=click.Path(path_type=Path), default=Path("runs/cnn"))
@click.option("--epochs", type=click.IntRange(1), default=Recipe.epochs, show_default=True)
@click.option("--batch", type=click.IntRange(1), default=Recipe.batch, show_default=True)
@click.option("--learning-rate", type=float, default=Recipe.learning_rate, show_default=True)
@click.option("--seed", type=int, default=Recipe.seed, show_default=True)
@click.option("--limit", type=click.IntRange(100), help="Use the first N images only.")
@click.option("--resume", is_flag=True, help="Go on after the last finished epoch.")
def main(
    data: Path | None,
    split: str | None,
    output: Path,
    epochs: int,
    batch: int,
    learning_rate: float,
    seed: int,
    limit: int | None,
    resume: bool,
) -> None:
    """Train the four-layer CNN on EMNIST ByMerge."""
    recipe = Recipe(epochs=epochs, batch=batch, learning_rate=learning_rate, seed=seed)
    try:
        metrics = train(recipe, output, data, split, limit, resume)
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    test = metrics["test"]
    click.echo(
        f"{output}: test accuracy {test['accuracy']:.4f}, macro recall {test['macro_recall']:.4f} "
        f"(epoch {metrics['best_epoch']} of {metrics['epochs']}, chosen on validation)"
    )


if __name__ == "__main__":
    main()
