from __future__ import annotations

import gzip
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emnist_edge.dataset import idx
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def as_idx(array: NDArray[np.uint8]) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


def test_a_gzip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "MOST_BYTES", 1000)
    assert idx.unpack(gzip.compress(bytes(1000)), "f") == bytes(1000)
    with pytest.raises(DataError, match="f: holds more than any file of EMNIST"):
        idx.unpack(gzip.compress(bytes(1001)), "f")


@given(st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(0, 255))
def test_any_array_is_read_back_as_it_was_written(shape: list[int], fill: int) -> None:
    array = np.full(shape, fill, np.uint8)
    assert np.array_equal(idx.parse_idx(as_idx(array), "file"), array)


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(DataError):
        assert as_idx(idx.parse_idx(content, "file")) == content


def test_the_content_says_whether_a_file_is_packed(tmp_path: Path) -> None:
    content = as_idx(np.arange(5, dtype=np.uint8))
    for name in ("plain", "plain.gz"):  # browsers unpack, and leave the name
        (tmp_path / name).write_bytes(content)
        assert idx.read_packed(tmp_path / name) == content
        (tmp_path / name).write_bytes(gzip.compress(content))
        assert idx.read_packed(tmp_path / name) == content
