"""Tests that need a package which is left out here are skipped where they import it.

So nobody keeps a list of such tests.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class _LeftOut(MetaPathFinder):
    """Comes last, and so is asked only for what is not there."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, fullname: str, _path: Sequence[str] | None, _target: object = None) -> None:
        """Skip the test, or the module of tests, that needs a package which is left out."""
        name = fullname.partition(".")[0]
        if name in self._names:
            pytest.skip(f"{name} is not installed here", allow_module_level=True)


def leave_out(names: Collection[str]) -> None:
    """Skip what imports one of the packages ``names`` from now on, unless it is installed."""
    sys.meta_path.append(_LeftOut(names))


def skip_emnist(items: list[pytest.Item], reason: str) -> None:
    """Skip those of ``items`` that read the whole of EMNIST."""
    for item in items:
        if "emnist_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.skip(reason=reason))
