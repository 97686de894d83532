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
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.artifact import MODELS
from emnist_edge.cli.program import Program
from train import mlp
from train.common.data import RunOptions, run_options
from train.study import answers, folds, forests, noise
from train.study import models as study_models
from train.study.compare import compare_all
from train.study.forests import run_forests
from train.study.parts import GROUPED, PARTS, SECONDS, chosen
from train.study.progress import Progress
from train.study.report.results import read_results
from train.study.report.write import rewrite_page, write_page
from train.study.training import train_activations, train_network

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path("benchmarks/study.md")
QUICK_IMAGES = 4000
QUICK_OF_CLASS = 80


@dataclass(frozen=True)
class Recipe:
    """What the whole study depends on, besides the data."""

    networks: study_models.Recipe = field(default_factory=study_models.Recipe)
    folds: folds.Recipe = field(default_factory=folds.Recipe)
    noise: noise.Recipe = field(default_factory=noise.Recipe)
    forests: forests.Recipe = field(default_factory=forests.Recipe)
    hidden: mlp.Recipe = field(default_factory=mlp.Recipe)


def quick(recipe: Recipe) -> Recipe:
    """Return ``recipe`` with what takes minutes instead of hours."""
    return Recipe(
        replace(recipe.networks, epochs=2, batch=64, of_class=QUICK_OF_CLASS),
        replace(recipe.folds, epochs=1, trees=5),
        replace(recipe.noise, images=300),
        replace(
            recipe.forests, depths=(5, 20), depth_trees=3, trees=(1, 3), balanced_trees=3,
            balanced_seeds=2, of_class=QUICK_OF_CLASS,
        ),
        replace(recipe.hidden, epochs=2, batch=64),
    )  # fmt: skip


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

    def train(name: str) -> object:
        return train_network(study_models.NETWORKS[name], networks, training, test, part_of(name))

    def validate(name: str) -> object:
        model = name.removeprefix("folds-")
        return folds.cross_validate(model, recipe.folds, training, part_of(name), workers)

    def ask(name: str) -> object:
        return answers.ask_shipped(models, test, part_of(name))

    def alter(name: str) -> object:
        ask_options = replace(part_of("answers"), resume=True)
        answers.ask_shipped(models, test, ask_options)
        trained = noise.trained_models(options.output, models)
        known = answers.known(options.output, test)
        return noise.measure_all(trained, known, test, recipe.noise, part_of(name))

    def conclude(_: str) -> object:
        known = answers.known(options.output, test)
        return compare_all(known, test.labels, options.output)

    work: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(study_models.NETWORKS, train),
        **dict.fromkeys(GROUPED["folds"], validate),
        "forests": lambda name: run_forests(recipe.forests, training, test, part_of(name)),
        "activations": lambda name: train_activations(recipe.hidden, training, part_of(name)),
        "answers": ask,
        "noise": alter,
        "page": conclude,
    }
    progress = Progress({part: SECONDS[part] for part in PARTS if part in parts})
    for part in progress.parts:
        progress.run(part, partial(work[part], part))


@click.command(cls=Program)
@run_options("runs/study")
@click.option(
    "--epochs", type=click.IntRange(1), default=study_models.Recipe.epochs, show_default=True
)
@click.option(
    "--batch", type=click.IntRange(1), default=study_models.Recipe.batch, show_default=True
)
@click.option("--cv-epochs", type=click.IntRange(1), help="By default as many as the models have.")
@click.option("--cv-trees", type=click.IntRange(1), default=folds.Recipe.trees, show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="Folds at once.")
@click.option("--scheduler", help="Address of a Dask scheduler whose workers run the folds.")
@click.option(
    "--only",
    type=click.Choice([*GROUPED, *PARTS]),
    multiple=True,
    metavar="NAME",
    help="Run this part or group of parts alone, more than once for several. Groups: "
    f"{', '.join(GROUPED)}. Parts: {', '.join(PARTS)}.",
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
    cv_epochs: int | None,
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
        forests.Recipe(seed=seed),
        mlp.Recipe(epochs=epochs, batch=batch, seed=seed),
    )
    if is_quick:
        click.echo("QUICK TRIAL: few images and epochs; no figure below means anything")
        recipe = quick(recipe)
        limit = options.limit or QUICK_IMAGES
        options = replace(options, output=options.output / "quick", limit=limit)
        page = options.output / PAGE.name
    parts = chosen(only)
    workers = folds.Workers(jobs, scheduler)
    run_parts(parts, recipe, models, options, workers)
    if "page" in parts:
        results = read_results(options.output, models)
        write_page(results, page, models, quick=is_quick)
        click.echo(f"{page}: written")


if __name__ == "__main__":
    main()
