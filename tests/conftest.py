"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emnist_edge.emnist import DATA_VARIABLE

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def emnist_data() -> Path:
    """Folder of the IDX files, or a skip where there is none."""
    candidates = [os.environ.get(DATA_VARIABLE), ROOT.parent / "shared" / "emnist"]
    for candidate in candidates:
        if candidate and Path(candidate).is_dir():
            return Path(candidate)
    pytest.skip(f"EMNIST is not at hand: set {DATA_VARIABLE}")


@pytest.fixture(autouse=True)
def _no_data_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep tests from finding the user's own data: those that want it ask for ``emnist_data``."""
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
