"""The EMNIST data set: where its files lie, and how they become arrays.

Cohen, Afshar, Tapson, van Schaik, "EMNIST: an extension of MNIST to handwritten letters" (2017),
arXiv 1702.05373. Files are IDX (LeCun's MNIST page), plain or gzip, and hold every image
transposed; :func:`load` turns them upright.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from emnist_edge.alphabet import BYCLASS, BYMERGE, DIGITS, UPPER
from emnist_edge.artifact import SIDE
from emnist_edge.dataset.idx import parse_idx, read_packed
from emnist_edge.errors import DataError, RuntimeMissingError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from numpy.typing import NDArray

Part = Literal["train", "test"]

#: Environment variable that names the folder with the IDX files.
DATA_VARIABLE = "EMNIST_EDGE_DATA"

# Below the folder of the data: as NIST's archive unpacks, and as torchvision does it.
_PLACES = ("", "gzip", "raw", "EMNIST/raw", "EMNIST/raw/gzip")
#: A mapping file has 62 short lines at most.
MOST_MAPPING_BYTES = 4096


@dataclass(frozen=True)
class Split:
    """One way of cutting NIST SD19 into classes and parts.

    ``train`` and ``test`` are the official numbers of images; None where there is no such number.
    ``mapping`` names the split whose mapping file applies. ``grows`` says that images are added,
    and after them their labels: images without a label yet are left out.
    """

    name: str
    classes: int
    train: int | None
    test: int | None
    mapping: str
    grows: bool = False

    def count(self, part: Part) -> int | None:
        """Return the official number of images in ``part``, if there is one."""
        return self.train if part == "train" else self.test


SPLITS = {
    split.name: split
    for split in (
        Split("byclass", 62, 697_932, 116_323, "byclass"),
        Split("bymerge", 47, 697_932, 116_323, "bymerge"),
        Split("balanced", 47, 112_800, 18_800, "balanced"),
        Split("letters", 26, 124_800, 20_800, "letters"),
        Split("digits", 10, 240_000, 40_000, "digits"),
        Split("mnist", 10, 60_000, 10_000, "mnist"),
    )
}

# Alphabet and first index of each mapping file in NIST's archive.
_ALPHABETS = {
    "byclass": (BYCLASS, 0),
    "bymerge": (BYMERGE, 0),
    "balanced": (BYMERGE, 0),
    "letters": (UPPER, 1),
    "digits": (DIGITS, 0),
    "mnist": (DIGITS, 0),
}

#: A part of ByMerge's training images, for machines that do not hold all 697,932 of them.
BYMERGE_PART = Split("bymergepart", 47, None, None, "bymerge")

#: Glyphs that a person labelled, by ``emnist-edge review apply``.
REVIEWED = Split("bymerge-reviewed", 47, None, None, "bymerge", grows=True)

#: Images without labels, for networks that learn from a teacher; they may lie beside the others.
UNLABELLED = "emnist-unlabelled-train-images-idx3-ubyte"

#: SHA-256 of decompressed official files, where it was checked against NIST's archive.
KNOWN_SHA256 = {
    "emnist-bymerge-test-images-idx3-ubyte": (
        "68b2763a83f2661dace0df055282a50f4d4aea3dab401f2a04e2e7e2c5bc8590"
    ),
    "emnist-bymerge-test-labels-idx1-ubyte": (
        "17b8bd69b4e584fa425d7268b1f58882ef4bf7f241a6116fa606bb6d36839b5a"
    ),
}


@dataclass(frozen=True)
class Samples:
    """Labelled images of one part of one split.

    images: (N, 28, 28) uint8, upright, ink 255 on 0.
    labels: (N,) uint8, indices into ``alphabet``, from 0 (the letters split starts at 1 on disk).
    sha256: decompressed file name -> hex digest, for the record of a training run.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    alphabet: str
    sha256: dict[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.labels)

    def pick(self, indices: NDArray[np.int64]) -> Samples:
        """Return the samples at ``indices``."""
        return replace(self, images=self.images[indices], labels=self.labels[indices])

    def join(self, other: Samples) -> Samples:
        """Return these samples and then those of ``other``, which has the same classes."""
        return Samples(
            np.concatenate([self.images, other.images]),
            np.concatenate([self.labels, other.labels]),
            self.alphabet,
            self.sha256 | other.sha256,
        )

    def first(self, count: int | None) -> Samples:
        """Return the first ``count`` samples; all of them for None."""
        return replace(self, images=self.images[:count], labels=self.labels[:count])


def cache_dir() -> Path:
    """Return the user's cache folder for the data set (not created here).

    Raises :class:`DataError` where the extra that knows it is not installed.
    """
    try:
        load_module("platformdirs")  # only machines that train or fetch have it
    except RuntimeMissingError as error:
        raise DataError(
            f"no folder of EMNIST's files is named; do so with --data or {DATA_VARIABLE} ({error})"
        ) from error
    import platformdirs

    return Path(platformdirs.user_cache_dir("emnist-edge")) / "emnist"


def data_dir(data: Path | None = None) -> Path:
    """Return the folder of the IDX files: ``data``, else ``EMNIST_EDGE_DATA``, else the cache."""
    if data is not None:
        return data
    variable = os.environ.get(DATA_VARIABLE)
    return Path(variable) if variable else cache_dir()


def find(folder: Path, name: str) -> Path | None:
    """Return the file ``name`` or ``name.gz`` in ``folder``, else None.

    It may lie where others put it: in the folder of NIST's archive, or of torchvision.
    """
    places = (folder / place for place in _PLACES)
    paths = (place / called for place in places for called in (name, f"{name}.gz"))
    return next((path for path in paths if path.is_file()), None)


def members(split: Split, part: Part) -> tuple[str, str]:
    """Return the names of the image file and the label file, without ``.gz``."""
    stem = f"emnist-{split.name}-{part}"
    return f"{stem}-images-idx3-ubyte", f"{stem}-labels-idx1-ubyte"


def mapping_name(split: Split) -> str:
    """Return the name of the file that maps class indices to character codes."""
    return f"emnist-{split.mapping}-mapping.txt"


def parse_mapping(text: str, source: str) -> tuple[str, int]:
    """Read a mapping file: one line per class, its index and the codes of its characters.

    Returns the alphabet and the first index (1 for the letters split, else 0). Of several codes
    (letters: capital and small), the first stands for the class.
    """
    try:
        rows = [[int(word) for word in line.split()] for line in text.splitlines() if line.strip()]
        rows.sort()
        first = rows[0][0]
        alphabet = "".join(chr(row[1]) for row in rows)
        consecutive = [row[0] for row in rows] == list(range(first, first + len(rows)))
    except (ValueError, IndexError, OverflowError) as error:
        raise DataError(f"{source}: not an EMNIST mapping file ({error})") from error
    if not consecutive or len(set(alphabet)) != len(alphabet):
        raise DataError(f"{source}: class indices or characters are missing or doubled")
    return alphabet, first


def check_shapes(
    images: tuple[int, ...], labels: tuple[int, ...], split: Split, part: Part
) -> None:
    """Raise :class:`DataError` unless the two IDX shapes are those of ``split`` and ``part``."""
    count = split.count(part)
    if images[1:] != (SIDE, SIDE) or labels != images[:1]:
        raise DataError(
            f"{split.name} {part}: images {images} and labels {labels} do not belong together; "
            "fetch them again"
        )
    if count is not None and images[0] != count:
        raise DataError(
            f"{split.name} {part}: {images[0]} images where the official file has {count}; "
            f"fetch it again with: emnist-edge data fetch {split.name}"
        )


def load(split: Split, part: Part, data: Path | None = None) -> Samples:
    """Read one part of ``split`` from ``data`` (see :func:`data_dir`).

    Raises :class:`DataError` for files that are missing, damaged, or of the wrong shape or hash.
    """
    folder = data_dir(data)
    images_name, labels_name = members(split, part)
    images_path, labels_path = (_path(folder, name, split) for name in (images_name, labels_name))
    label_bytes = read_packed(labels_path)  # first: images may be added meanwhile
    image_bytes = read_packed(images_path)
    alphabet, first = _alphabet(folder, split)
    images = parse_idx(image_bytes, images_name)
    labels = parse_idx(label_bytes, labels_name)
    if split.grows:
        images = images[: len(labels)]
    check_shapes(images.shape, labels.shape, split, part)
    if len(alphabet) != split.classes:
        raise DataError(
            f"{mapping_name(split)}: {len(alphabet)} classes where {split.name} has {split.classes}"
        )
    if len(labels) and not first <= labels.min() <= labels.max() < first + len(alphabet):
        raise DataError(
            f"{labels_name}: labels outside the {len(alphabet)} classes; fetch it again"
        )
    digests = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in ((images_name, image_bytes), (labels_name, label_bytes))
    }
    for name, digest in digests.items():
        if KNOWN_SHA256.get(name, digest) != digest:
            raise DataError(f"{folder / name}: SHA-256 differs from NIST's file; fetch it again")
    upright = np.ascontiguousarray(images.transpose(0, 2, 1))
    return Samples(upright, labels - np.uint8(first), alphabet, digests)


def _alphabet(folder: Path, split: Split) -> tuple[str, int]:
    """Return the alphabet and the first index of ``split``, also where its mapping was left out."""
    name = mapping_name(split)
    if find(folder, name) is None and split.mapping in _ALPHABETS:  # torchvision keeps none
        return _ALPHABETS[split.mapping]
    return parse_mapping(read_mapping(_path(folder, name, split), name), name)


def read_mapping(path: Path, source: str) -> str:
    """Return the text of a mapping file; raises DataError for one unreadable, or too long."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_MAPPING_BYTES + 1)
    except OSError as error:
        raise DataError(f"{source}: cannot be read ({error.strerror})") from error
    if len(content) > MOST_MAPPING_BYTES:
        raise DataError(f"{source}: is too long for an EMNIST mapping file; fetch it again")
    return content.decode("ascii", errors="replace")


def load_unlabelled(data: Path | None = None) -> tuple[NDArray[np.uint8], dict[str, str]]:
    """Return :data:`UNLABELLED` images (N, 28, 28), upright, and their SHA-256 by file name.

    N is 0, and nothing is named, where there is no such file in ``data`` (see :func:`data_dir`).
    Raises :class:`DataError` for a file that is damaged.
    """
    path = find(data_dir(data), UNLABELLED)
    if path is None:
        return np.empty((0, SIDE, SIDE), np.uint8), {}
    content = read_packed(path)
    images = parse_idx(content, UNLABELLED)
    if images.shape[1:] != (SIDE, SIDE):
        raise DataError(f"{path}: images of {images.shape[1:]}, not 28x28; take another file")
    digest = hashlib.sha256(content).hexdigest()
    return np.ascontiguousarray(images.transpose(0, 2, 1)), {UNLABELLED: digest}


def _path(folder: Path, name: str, split: Split) -> Path:
    """Return the file ``name`` in ``folder``; raises DataError where there is none."""
    if (path := find(folder, name)) is not None:
        return path
    advice = f"run: emnist-edge data fetch {split.name}, or" if split.name in SPLITS else "please"
    raise DataError(
        f"{folder}: no {name}[.gz] there; {advice} name the folder with --data or {DATA_VARIABLE}"
    )
