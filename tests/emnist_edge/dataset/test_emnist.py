from __future__ import annotations

import gzip
import shutil
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge import packages
from emnist_edge.alphabet import BYCLASS, BYMERGE, DIGITS, UPPER
from emnist_edge.dataset import emnist
from emnist_edge.errors import DataError
from tests.conftest import write_idx

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SPLIT = emnist.BYMERGE_PART
IMAGES, LABELS = emnist.members(SPLIT, "train")
MAPPING = emnist.mapping_name(SPLIT)


def idx(array: NDArray[np.uint8]) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images, one of class 3 and one of class 46; the first has one bright pixel."""
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 5, 20] = 200
    write_idx(tmp_path / IMAGES, images)
    write_idx(tmp_path / LABELS, np.array([3, 46], np.uint8))
    mapping = "".join(f"{index} {ord(char)}\n" for index, char in enumerate(BYMERGE))
    (tmp_path / MAPPING).write_text(mapping)
    return tmp_path


def test_images_are_turned_upright_and_labels_stay(folder: Path) -> None:
    samples = emnist.load(SPLIT, "train", folder)
    assert np.argwhere(samples.images[0]).tolist() == [[20, 5]]
    assert samples.images[0, 20, 5] == 200
    assert samples.labels.tolist() == [3, 46]
    assert samples.alphabet == BYMERGE
    assert len(samples) == 2
    assert set(samples.sha256) == {IMAGES, LABELS}


def test_gzip_files_hold_the_same_as_plain_ones(folder: Path, tmp_path: Path) -> None:
    plain = emnist.load(SPLIT, "train", folder)
    for name in (IMAGES, LABELS):
        path = folder / name
        path.with_name(f"{name}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()
    packed = emnist.load(SPLIT, "train", folder)
    assert np.array_equal(plain.images, packed.images)
    assert plain.sha256 == packed.sha256


def test_first_takes_the_front_or_everything(folder: Path) -> None:
    samples = emnist.load(SPLIT, "train", folder)
    assert samples.first(1).labels.tolist() == [3]
    assert len(samples.first(None)) == 2


ALPHABETS = {
    "byclass": BYCLASS,
    "bymerge": BYMERGE,
    "balanced": BYMERGE,
    "letters": UPPER,
    "digits": DIGITS,
    "mnist": DIGITS,
}


@pytest.mark.parametrize("name", emnist.SPLITS)
@pytest.mark.parametrize("part", ["train", "test"])
def test_all_six_splits_are_read(
    name: str, part: emnist.Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    official = emnist.SPLITS[name]
    alphabet = ALPHABETS[name]
    assert official.classes == len(alphabet)
    # NIST's letters split counts from 1, and gives capital and small code of each class.
    first, codes = (1, 2) if name == "letters" else (0, 1)
    mapping = "".join(
        " ".join([str(first + index), str(ord(char)), str(ord(char.lower()))][: 1 + codes]) + " \n"
        for index, char in enumerate(alphabet)
    )
    (tmp_path / f"emnist-{name}-mapping.txt").write_text(mapping)
    images, labels = emnist.members(official, part)
    count = len(alphabet)
    write_idx(tmp_path / images, np.zeros((count, 28, 28), np.uint8))
    write_idx(tmp_path / labels, np.arange(first, first + count, dtype=np.uint8))
    monkeypatch.setattr(emnist, "KNOWN_SHA256", {})

    with pytest.raises(DataError, match=f"{count} images where the official file has"):
        emnist.load(official, part, tmp_path)
    small = emnist.Split(name, official.classes, None, None, official.mapping)
    samples = emnist.load(small, part, tmp_path)
    assert samples.alphabet == alphabet
    assert samples.labels.tolist() == list(range(count))


def test_the_folder_is_the_one_named_else_the_variable_else_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(emnist.DATA_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert emnist.data_dir().is_relative_to(tmp_path / "cache")
    monkeypatch.setenv(emnist.DATA_VARIABLE, str(tmp_path / "variable"))
    assert emnist.data_dir() == tmp_path / "variable"
    assert emnist.data_dir(tmp_path / "named") == tmp_path / "named"


def test_without_the_extra_a_folder_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(emnist.DATA_VARIABLE, raising=False)
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "platformdirs", None)
    with pytest.raises(DataError, match=r"--data or EMNIST_EDGE_DATA.*emnist-edge\[data\]"):
        emnist.data_dir()


def test_missing_files_are_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no emnist-letters-test-images.*data fetch letters"):
        emnist.load(emnist.SPLITS["letters"], "test", tmp_path)
    with pytest.raises(DataError, match=r"no emnist-bymergepart-train.*please name the folder"):
        emnist.load(SPLIT, "train", tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (IMAGES, b"", "not an IDX file"),
        (IMAGES, b"not an archive at all", "not an IDX file"),
        (IMAGES, bytes([0, 0, 0x0D, 3]) + bytes(40), "not an IDX file of unsigned bytes"),
        (IMAGES, bytes([0, 0, 8, 3, 0, 0]), "header is cut off"),
        (IMAGES, idx(np.zeros((2, 28, 28), np.uint8))[:-1], "holds 1567 bytes where its header"),
        (IMAGES, idx(np.zeros((2, 28, 28), np.uint8)) + b"\0", "holds 1569 bytes where its"),
        (IMAGES, idx(np.zeros((2, 28, 27), np.uint8)), "do not belong together"),
        (IMAGES, idx(np.zeros((3, 28, 28), np.uint8)), "do not belong together"),
        (LABELS, idx(np.zeros((2, 1), np.uint8)), "do not belong together"),
        (LABELS, idx(np.array([0, 47], np.uint8)), "labels outside the 47 classes"),
        (MAPPING, b"0 48\n", "1 classes where bymergepart has 47"),
        (MAPPING, b"0 48\n2 49\n", "missing or doubled"),
        (MAPPING, b"0 48\n1 48\n", "missing or doubled"),
        (MAPPING, b"0\n", "not an EMNIST mapping file"),
        (MAPPING, b"", "not an EMNIST mapping file"),
        (MAPPING, b"0 -7\n", "not an EMNIST mapping file"),
        (MAPPING, b"\xff\xfe0 48\n", "not an EMNIST mapping file"),
    ],
)
def test_a_damaged_file_is_named(folder: Path, name: str, content: bytes, message: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        emnist.load(SPLIT, "train", folder)
    assert name in str(caught.value) or "bymergepart train" in str(caught.value)


def test_a_truncated_gzip_file_is_named(folder: Path) -> None:
    packed = gzip.compress((folder / IMAGES).read_bytes())
    (folder / IMAGES).unlink()
    (folder / f"{IMAGES}.gz").write_bytes(packed[:-9])
    with pytest.raises(DataError, match=rf"{IMAGES}\.gz: cannot be read"):
        emnist.load(SPLIT, "train", folder)


def test_a_file_that_is_not_nists_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = emnist.load(SPLIT, "train", folder).sha256[IMAGES]
    monkeypatch.setattr(emnist, "KNOWN_SHA256", {IMAGES: digest})
    emnist.load(SPLIT, "train", folder)
    monkeypatch.setattr(emnist, "KNOWN_SHA256", {IMAGES: "0" * 64})
    with pytest.raises(DataError, match="SHA-256 differs"):
        emnist.load(SPLIT, "train", folder)


@pytest.mark.parametrize("place", ["gzip", "raw", "EMNIST/raw", "EMNIST/raw/gzip"])
def test_files_lie_where_others_put_them(folder: Path, place: str) -> None:
    there = emnist.load(SPLIT, "train", folder)
    (folder / place).mkdir(parents=True)
    for name in (IMAGES, LABELS, MAPPING):
        (folder / name).rename(folder / place / name)
    moved = emnist.load(SPLIT, "train", folder)
    assert np.array_equal(moved.images, there.images)
    assert moved.sha256 == there.sha256


def test_a_mapping_that_was_not_kept_is_known(folder: Path) -> None:
    there = emnist.load(SPLIT, "train", folder)
    (folder / MAPPING).unlink()  # as torchvision does
    assert emnist.load(SPLIT, "train", folder).alphabet == there.alphabet


@pytest.mark.parametrize("split", emnist.SPLITS.values(), ids=emnist.SPLITS)
def test_the_alphabets_that_are_known_fit_their_splits(split: emnist.Split, tmp_path: Path) -> None:
    alphabet, first = emnist._alphabet(tmp_path, split)
    assert len(alphabet) == split.classes
    assert first == (split.name == "letters")


def test_a_mapping_of_gigabytes_is_not_read(folder: Path) -> None:
    with (folder / MAPPING).open("wb") as file:
        file.truncate(5_000_000_000)  # holds nothing, and takes no room
    with pytest.raises(DataError, match=f"{MAPPING}: is too long for an EMNIST mapping"):
        emnist.load(SPLIT, "train", folder)


def test_the_real_data_set(emnist_data: Path, tmp_path: Path) -> None:
    if emnist.find(emnist_data, emnist.members(emnist.SPLITS["bymerge"], "test")[0]) is None:
        pytest.skip(f"{emnist_data} holds no ByMerge test images")
    test = emnist.load(emnist.SPLITS["bymerge"], "test", emnist_data)  # checks count and hash
    assert test.alphabet == BYMERGE
    assert test.images.max(axis=(1, 2)).min() == 255
    # Upright, the mean T has its bar on top; transposed, it would have it at the left.
    mean = test.images[test.labels == BYMERGE.index("T")].mean(axis=0)
    assert mean[3:9].mean() > 1.5 * mean[:, 3:9].mean()
    shutil.copy(emnist_data / MAPPING, tmp_path)
    with pytest.raises(DataError, match="no emnist-bymerge-test-images"):
        emnist.load(emnist.SPLITS["bymerge"], "test", tmp_path)
