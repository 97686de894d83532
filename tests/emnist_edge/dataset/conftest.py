"""Files of a small split of EMNIST, of which little travels at once."""

from __future__ import annotations

import pytest

from emnist_edge.dataset import ranges
from tests.emnist_edge.dataset.archive_server import toy_files


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    monkeypatch.setattr(ranges, "_BLOCK", 20_000)
    return toy_files()
