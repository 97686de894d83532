"""A plugin of pytest for emulated systems: ``-p tests.arm64.emulated``.

Tests that start a process, or import what a Raspberry Pi is not given, are skipped where they do,
so that nobody keeps a list, and so are those that read the whole of EMNIST; everything is slow, so
nothing is too slow.
"""

from __future__ import annotations

import multiprocessing.process
import subprocess
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests.left_out import leave_out, skip_emnist

if TYPE_CHECKING:
    from collections.abc import Sequence

# What fetches data, what only development installs, and onnxruntime, which 32 bits do not have.
_LEFT_OUT = {
    "PIL", "dask", "distributed", "joblib", "keras", "matplotlib", "onnx", "onnxruntime",
    "platformdirs", "scipy", "selenium", "sklearn", "tensorflow",
}  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes thousands of images."""
    skip_emnist(items, "EMNIST is too large for an emulated system")


def _skip(*_arguments: object) -> NoReturn:
    pytest.skip("an emulated Python cannot start another")


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    """Starts programs of the machine that emulates, but no Python."""

    def __init__(self, args: Sequence[str], *arguments: Any, **options: Any) -> None:
        if args[0] == sys.executable:
            _skip()
        super().__init__(args, *arguments, **options)


def pytest_configure(config: pytest.Config) -> None:
    """Put all of it in place."""
    leave_out(_LEFT_OUT)
    subprocess.Popen = _Popen  # type: ignore[assignment, misc]
    multiprocessing.process.BaseProcess.start = _skip  # type: ignore[assignment, method-assign]
    config.addinivalue_line("filterwarnings", "ignore::ResourceWarning")  # of what was skipped
    # 32-bit ARM has no subnormal numbers where it computes with vectors, which NumPy remarks on.
    config.addinivalue_line("filterwarnings", "ignore:The value of the smallest subnormal")
    settings.register_profile(
        "emulated", deadline=None, max_examples=10, suppress_health_check=list(HealthCheck)
    )
    settings.load_profile("emulated")
