"""The study: depth and regularization, cross-validation, noise: ``python -m train.study``.

Trains networks of one to four convolutions with and without regularization, cross-validates the
forest, the network of one hidden layer and the CNN, alters images to see how models fall, and
writes a page with tables and pictures. Each part leaves JSON files in its own folder under the
output folder, and ``--resume`` goes on with what an interrupted run left. What begins, and how long
all takes yet, is said on standard error. The models that ship stand in the tables too, as their
sidecars and files are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.artifact import MODELS
from emnist_edge.cli.program import Program
from train.common.data import RunOptions, run_options
from train.study import folds, noise
from train.study import models as study_models
from train.study.progress import Progress
from train.study.report.results import read_results
from train.study.report.write import rewrite_page, write_page

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path("benchmarks/study.md")
#: The parts of the study, in their order, and the seconds that they take on two cores: networks as
#: the published page says of an epoch, the others by what an epoch and a tree take.
SECONDS = {
    "cnn-1-plain": 220, "cnn-1": 340, "cnn-2-plain": 420, "cnn-2": 420, "cnn-3-plain": 660,
    "cnn-3": 760, "cnn-4-plain": 580, "cnn-4": 580, "cnn-1-batch-32": 640, "folds-forest": 300,
    "folds-mlp": 75, "folds-cnn": 750, "noise": 720, "page": 60,
}  # fmt: skip
PARTS = tuple(SECONDS)
QUICK_IMAGES = 4000


@dataclass(frozen=True)
class Recipe:
    """What the whole study depends on, besides the data."""

    networks: study_models.Recipe = field(default_factory=study_models.Recipe)
    folds: folds.Recipe = field(default_factory=folds.Recipe)
    noise: noise.Recipe = field(default_factory=noise.Recipe)


def quick(recipe: Recipe) -> Recipe:
    """Return ``recipe`` with what takes minutes instead of hours."""
    return Recipe(
        replace(recipe.networks, epochs=2, batch=64),
        replace(recipe.folds, epochs=1, trees=5),
        replace(recipe.noise, images=300),
    )


def run_parts(
    parts: tuple[str, ...],
    recipe: Recipe,
    models: Path,
    options: RunOptions,
    workers: folds.Workers,
) -> None:
    """Run ``parts`` of ``PARTS``, but for the page.

    ``models`` is the folder of the models that ship. Raises :class:`EmnistEdgeError` where data,
    an earlier run, a model or the workers are not what they should be.
    """
    networks = recipe.networks
    training = options.load_training(networks.validation_share, networks.seed)
    test = options.load_test()

    def part_of(name: str) -> RunOptions:
        return replace(options, output=options.output / name)

    def train(network: study_models.Network) -> Callable[[], object]:
        return lambda: study_models.train_network(
            network, networks, training, test, part_of(network.name)
        )

    def validate(model: str) -> Callable[[], object]:
        return lambda: folds.cross_validate(
            model, recipe.folds, training, part_of(f"folds-{model}"), workers
        )

    def alter() -> object:
        trained = noise.trained_models(options.output, models)
        return noise.measure_all(trained, test, recipe.noise, part_of("noise"))

    work = {name: train(network) for name, network in study_models.NETWORKS.items()}
    work |= {f"folds-{model}": validate(model) for model in folds.MODELS}
    work |= {"noise": alter, "page": lambda: study_models.find_confusion(options.output, test)}
    progress = Progress({part: SECONDS[part] for part in PARTS if part in parts})
    for part in progress.parts:
        progress.run(part, work[part])


@click.command(cls=Program)
@run_options("runs/study")
@click.option(
    "--epochs", type=click.IntRange(1), default=study_models.Recipe.epochs, show_default=True
)
@click.option(
    "--batch", type=click.IntRange(1), default=study_models.Recipe.batch, show_default=True
)
@click.option("--cv-epochs", type=click.IntRange(1), default=folds.Recipe.epochs, show_default=True)
@click.option("--cv-trees", type=click.IntRange(1), default=folds.Recipe.trees, show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Folds at once.")
@click.option("--scheduler", help="Address of a Dask scheduler whose workers run the folds.")
@click.option(
    "--only",
    type=click.Choice(PARTS),
    multiple=True,
    metavar="NAME",
    help=f"Run this part alone, more than once for several: {', '.join(PARTS)}.",
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=MODELS,
    show_default=True,
    help="Folder of the models that ship.",
)
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    default=PAGE,
    show_default=True,
    help="The page to write.",
)
@click.option(
    "--rewrite",
    is_flag=True,
    help="Write the page again, of the figures beside it; nothing is run, and no picture drawn.",
)
@click.option(
    "--quick", "is_quick", is_flag=True,
    help="A trial in a few minutes, in the folder quick of the output folder, page and all.",
)  # fmt: skip
def main(  # noqa: PLR0913, PLR0917  # one argument for each option
    options: RunOptions,
    epochs: int,
    batch: int,
    cv_epochs: int,
    cv_trees: int,
    jobs: int,
    scheduler: str | None,
    only: tuple[str, ...],
    models: Path,
    page: Path,
    rewrite: bool,
    is_quick: bool,
    seed: int,
) -> None:
    """Compare depth, regularization and models on EMNIST ByMerge, and what noise does to them."""
    if rewrite:
        rewrite_page(page, models)
        click.echo(f"{page}: written again")
        return
    recipe = Recipe(
        study_models.Recipe(epochs=epochs, batch=batch, seed=seed),
        folds.Recipe(epochs=cv_epochs, trees=cv_trees, seed=seed),
        noise.Recipe(seed=seed),
    )
    if is_quick:
        click.echo("QUICK TRIAL: few images and epochs; no figure below means anything")
        recipe = quick(recipe)
        limit = options.limit or QUICK_IMAGES
        options = replace(options, output=options.output / "quick", limit=limit)
        page = options.output / PAGE.name
    parts = only or PARTS
    workers = folds.Workers(jobs, scheduler)
    run_parts(parts, recipe, models, options, workers)
    if "page" in parts:
        results = read_results(options.output, models)
        write_page(results, page, options.output, quick=is_quick)
        click.echo(f"{page}: written")


if __name__ == "__main__":
    main()
