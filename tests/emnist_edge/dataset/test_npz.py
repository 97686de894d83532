from __future__ import annotations

import io
import pickle
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.dataset import npz
from emnist_edge.dataset.npz import Field, read_arrays
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = {"a": Field("iu", (None, 2)), "b": Field("U", (None,))}
GOOD = {"a": np.arange(6).reshape(3, 2), "b": np.array(["x", "y"])}


def written(path: Path, **changes: Any) -> Path:
    np.savez_compressed(path, **{**GOOD, **changes})
    return path


def test_arrays_are_read_and_others_passed_over(tmp_path: Path) -> None:
    arrays = read_arrays(written(tmp_path / "f.npz", more=np.zeros(3)), FIELDS, "anew")
    assert list(arrays) == ["a", "b"]
    assert np.array_equal(arrays["a"], GOOD["a"])
    assert np.array_equal(arrays["b"], GOOD["b"])


@pytest.mark.parametrize(
    "a",
    [
        np.zeros((3, 3), int),
        np.zeros(6, int),
        np.zeros((3, 2)),
        np.array([[1, None]], object),
        np.array([["text", "text"]]),
    ],
)
def test_arrays_of_another_shape_or_kind_are_refused(tmp_path: Path, a: Any) -> None:
    path = written(tmp_path / "f.npz", a=a)
    with pytest.raises(DataError, match=r"f\.npz: its 'a' is not what it should be; anew"):
        read_arrays(path, FIELDS, "anew")


def test_long_texts_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "f.npz", b=np.array(["x" * 17]))
    with pytest.raises(DataError, match="its 'b'"):
        read_arrays(path, FIELDS, "anew")


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("unpickled",))

    with zipfile.ZipFile(tmp_path / "f.npz", "w") as archive:
        archive.writestr("a.npy", pickle.dumps(Bomb()))
        archive.writestr("b.npy", b"")
    with pytest.raises(DataError, match=r"f\.npz: damaged; anew"):
        read_arrays(tmp_path / "f.npz", FIELDS, "anew")


def test_what_promises_more_than_it_holds_is_not_made_room_for(tmp_path: Path) -> None:
    header = io.BytesIO()
    described = {"descr": "<i8", "fortran_order": False, "shape": (10**13, 2)}
    np.lib.format.write_array_header_1_0(header, described)
    with zipfile.ZipFile(tmp_path / "f.npz", "w") as archive:
        archive.writestr("a.npy", header.getvalue() + bytes(64))
        archive.writestr("b.npy", b"")
    with pytest.raises(DataError, match="its 'a' is not what it should be"):
        read_arrays(tmp_path / "f.npz", FIELDS, "anew")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path / "f.npz", a=np.zeros((40_000, 2), int))
    read_arrays(path, FIELDS, "anew")
    monkeypatch.setattr(npz, "MOST_BYTES", 100_000)
    with pytest.raises(DataError, match=r"f\.npz: holds 640,\d+ bytes, more than 100,000; anew"):
        read_arrays(path, FIELDS, "anew")


def test_other_packings_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "f.npz")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "g.npz", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name), zipfile.ZIP_LZMA)
    with pytest.raises(DataError, match=r"g\.npz: is packed in a way"):
        read_arrays(tmp_path / "g.npz", FIELDS, "anew")


def test_missing_files_and_arrays_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.npz: not there; anew"):
        read_arrays(tmp_path / "none.npz", FIELDS, "anew")
    np.savez(tmp_path / "f.npz", a=GOOD["a"])
    with pytest.raises(DataError, match=r"f\.npz: damaged; anew"):
        read_arrays(tmp_path / "f.npz", FIELDS, "anew")


@settings(deadline=None)
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.booleans())
def test_damaged_files_are_refused_or_read_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int, cut: bool
) -> None:
    path = written(tmp_path_factory.getbasetemp() / "damaged.npz")
    content = bytearray(path.read_bytes())
    place %= len(content)
    content[place] = byte
    path.write_bytes(content[:place] if cut else content)
    with suppress(DataError):
        arrays = read_arrays(path, FIELDS, "anew")
        assert all(np.array_equal(arrays[name], GOOD[name]) for name in FIELDS)


def test_members_without_the_suffix_are_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path / "f.npz")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a", b"no array")
    assert np.array_equal(read_arrays(path, FIELDS, "anew")["a"], GOOD["a"])


@pytest.mark.parametrize("text", [b"(" * 100, b"{'descr': '\n  '<i8'\n }", b"-" * 3000 + b"1"])
def test_headers_that_are_no_python_are_refused(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "f.npz"
    header = b"\x93NUMPY\x01\0" + (len(text) + 1).to_bytes(2, "little") + text + b"\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", header)
        archive.writestr("b.npy", header)
    with pytest.raises(DataError, match=r"f\.npz: .*; anew$"):
        read_arrays(path, FIELDS, "anew")
