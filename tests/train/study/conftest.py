"""A study of a few toy models, for the tests of its run and of its page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import teach_networks
from train import mlp
from train.common.data import RunOptions
from train.study import folds, forests, noise
from train.study import models as study_models
from train.study import run as study

if TYPE_CHECKING:
    from pathlib import Path

PARTS = (
    "cnn-1-plain", "cnn-1", "balanced-1", "forests", "folds-forest", "activations", "answers",
    "noise", "page",
)  # fmt: skip
RECIPE = study.Recipe(
    study_models.Recipe(epochs=2, batch=50, learning_rate=0.003, of_class=20),
    folds.Recipe(folds=3, trees=3),
    noise.Recipe(images=100),
    forests.Recipe(
        depths=(3,), depth_trees=2, trees=(1, 3), balanced_trees=2, balanced_seeds=2, of_class=20
    ),
    mlp.Recipe(epochs=2, batch=50, units=32),
)


def run(parts: tuple[str, ...], output: Path, models: Path, data: Path, *, resume: bool) -> None:
    """Run ``parts`` of the study as :data:`RECIPE` says."""
    options = RunOptions(output, data, resume=resume)
    study.run_parts(parts, RECIPE, models, options, folds.Workers())


@pytest.fixture(scope="session")
def toy_study(toy_files: Path, toy_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a few parts of the study on the small data set."""
    output = tmp_path_factory.mktemp("toy-study")
    with pytest.MonkeyPatch.context() as patch:
        teach_networks(patch)
        run(PARTS, output, toy_models, toy_files, resume=False)
    return output
