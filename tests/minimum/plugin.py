"""A plugin of pytest for environments of what runs on a device: ``-p tests.minimum.plugin``."""

from __future__ import annotations

import inspect
import os
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import click.testing
from hypothesis import settings

from emnist_edge import packages
from tests.left_out import leave_out, skip_emnist

if TYPE_CHECKING:
    import pytest

#: Variable that is set where the second TFLite runtime is to be used.
SECOND_RUNTIME = "EMNIST_EDGE_TEST_SECOND_RUNTIME"
# What only training and its tests install; and what drives a browser, whose version is no bound:
# what servers answer is tested without one.
_NOT_INSTALLED = {
    "joblib", "keras", "onnx", "scipy", "selenium", "sklearn", "symspellpy", "tensorflow",
}  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Put all of it in place."""
    # What old packages say of newer ones that they import is for them to mend.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")
    leave_out(_NOT_INSTALLED)
    runner: Any = click.testing.CliRunner
    if "mix_stderr" in inspect.signature(runner).parameters:  # click < 8.2 needs to be asked
        runner.__init__ = partialmethod(runner.__init__, mix_stderr=False)
    settings.register_profile("versions", deadline=None, max_examples=10)
    settings.load_profile("versions")  # a version that does not fit shows at once
    if os.environ.get(SECOND_RUNTIME):
        packages.RUNTIMES = packages.RUNTIMES[1:]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes minutes and depends on no package's version."""
    skip_emnist(items, "reads all of EMNIST, which make test does")
