"""The EMNIST data set: where its files lie, and how they become arrays.

Cohen, Afshar, Tapson, van Schaik, "EMNIST: an extension of MNIST to handwritten letters" (2017),
arXiv 1702.05373. Files are IDX (LeCun's MNIST page), plain or gzip, and hold every image
transposed; :func:`load` turns them upright.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.files import written_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

Part = Literal["train", "test"]

#: Environment variable that names the folder with the IDX files.
DATA_VARIABLE = "EMNIST_EDGE_DATA"

_IDX_UBYTE = 0x08
_SIDE = 28
# The largest file, ByMerge's images to train on, has 547 million bytes.
_MOST_BYTES = 600_000_000


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
        import platformdirs  # only machines that train or fetch have it
    except ImportError as error:
        raise DataError(
            f"no folder of EMNIST's files is named; do so with --data or {DATA_VARIABLE}, or run: "
            "pip install 'emnist-edge[data]'"
        ) from error

    return Path(platformdirs.user_cache_dir("emnist-edge")) / "emnist"


def data_dir(data: Path | None = None) -> Path:
    """Return the folder of the IDX files: ``data``, else ``EMNIST_EDGE_DATA``, else the cache."""
    if data is not None:
        return data
    variable = os.environ.get(DATA_VARIABLE)
    return Path(variable) if variable else cache_dir()


def find(folder: Path, name: str) -> Path | None:
    """Return ``folder/name`` or ``folder/name.gz``, whichever is there, else None."""
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def members(split: Split, part: Part) -> tuple[str, str]:
    """Return the names of the image file and the label file, without ``.gz``."""
    stem = f"emnist-{split.name}-{part}"
    return f"{stem}-images-idx3-ubyte", f"{stem}-labels-idx1-ubyte"


def mapping_name(split: Split) -> str:
    """Return the name of the file that maps class indices to character codes."""
    return f"emnist-{split.mapping}-mapping.txt"


def parse_idx_header(content: bytes, source: str) -> tuple[tuple[int, ...], int]:
    """Return the shape of an IDX array of unsigned bytes, and the length of its header in bytes.

    Raises :class:`DataError` naming ``source`` where ``content`` starts with no such header.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _IDX_UBYTE or not content[3]:
        raise DataError(f"{source}: not an IDX file of unsigned bytes; fetch it again")
    length = 4 + 4 * content[3]
    if len(content) < length:
        raise DataError(f"{source}: its IDX header is cut off; fetch it again")
    shape = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return tuple(int(side) for side in shape), length


def parse_idx(content: bytes, source: str) -> NDArray[np.uint8]:
    """Read an IDX array of unsigned bytes.

    Raises :class:`DataError` naming ``source`` where the header or the length is wrong.
    """
    shape, header = parse_idx_header(content, source)
    if len(content) - header != math.prod(shape):
        raise DataError(
            f"{source}: holds {len(content) - header} bytes where its header promises "
            f"{math.prod(shape)}; fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)


def unpack(content: bytes, source: str) -> bytes:
    """Return what the gzip file ``content`` holds.

    Raises :class:`DataError` naming ``source`` where it is damaged, or holds more than any of
    EMNIST's files: no more than that is unpacked.
    """
    try:
        with gzip.open(io.BytesIO(content)) as file:
            unpacked = file.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{source}: cannot be read ({error}); fetch it again") from error
    if len(unpacked) > _MOST_BYTES:
        raise DataError(f"{source}: holds more than any file of EMNIST; fetch it again")
    return unpacked


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write ``array`` as an IDX file of unsigned bytes, through a temporary file.

    Raises :class:`DataError` where ``path`` cannot be written.
    """
    header = bytes([0, 0, _IDX_UBYTE, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    try:
        with written_whole(path) as part, part.open("wb") as file:
            file.write(header + np.ascontiguousarray(array).tobytes())
            file.flush()
            os.fsync(file.fileno())  # before it takes its place, should the power fail
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error


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
    if images[1:] != (_SIDE, _SIDE) or labels != images[:1]:
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
    label_bytes = _read(folder, labels_name, split)  # first: images may be added meanwhile
    image_bytes = _read(folder, images_name, split)
    mapping = _read(folder, mapping_name(split), split).decode("ascii", errors="replace")
    alphabet, first = parse_mapping(mapping, mapping_name(split))
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


def load_unlabelled(data: Path | None = None) -> tuple[NDArray[np.uint8], dict[str, str]]:
    """Return :data:`UNLABELLED` images (N, 28, 28), upright, and their SHA-256 by file name.

    N is 0, and nothing is named, where there is no such file in ``data`` (see :func:`data_dir`).
    Raises :class:`DataError` for a file that is damaged.
    """
    path = find(data_dir(data), UNLABELLED)
    if path is None:
        return np.empty((0, _SIDE, _SIDE), np.uint8), {}
    content = _read_file(path)
    images = parse_idx(content, UNLABELLED)
    if images.shape[1:] != (_SIDE, _SIDE):
        raise DataError(f"{path}: images of {images.shape[1:]}, not 28x28; take another file")
    digest = hashlib.sha256(content).hexdigest()
    return np.ascontiguousarray(images.transpose(0, 2, 1)), {UNLABELLED: digest}


def _read(folder: Path, name: str, split: Split) -> bytes:
    path = find(folder, name)
    if path is None:
        advice = (
            f"run: emnist-edge data fetch {split.name}, or" if split.name in SPLITS else "please"
        )
        raise DataError(
            f"{folder}: no {name}[.gz] there; {advice} name the folder with --data or "
            f"{DATA_VARIABLE}"
        )
    return _read_file(path)


def _read_file(path: Path) -> bytes:
    """Return the content of an IDX or mapping file, unpacked."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    return unpack(content, str(path)) if path.suffix == ".gz" else content
