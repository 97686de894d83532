"""What a person corrected on a review page -> labelled glyphs, in files as EMNIST's."""

from __future__ import annotations

import base64
import binascii
import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.alphabet import BYCLASS, BYMERGE, SYMBOLS, fold
from emnist_edge.artifact import SIDE
from emnist_edge.dataset import emnist
from emnist_edge.dataset.idx import parse_idx, read_packed, write_idx
from emnist_edge.errors import DataError
from emnist_edge.files import locked, written_whole

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Version of the files that review pages save.
SCHEMA = 1
# Bytes of a file of corrections, of which each takes about 1,200; and reviewed glyphs in all.
_MOST_BYTES, _MOST_GLYPHS = 16 * 2**20, 200_000
_IMAGES, _LABELS = emnist.members(emnist.REVIEWED, "train")
_MAPPING = emnist.mapping_name(emnist.REVIEWED)
_DAMAGED = (
    "nothing was changed; put its files back from one copy, or move what begins with "
    f"emnist-{emnist.REVIEWED.name} away to begin anew"
)


def read_corrections(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the labelled glyphs that a person corrected.

    Args:
        path: a file that a review page saved.

    Returns:
        Glyphs (N, 28, 28) uint8 and labels (N,) uint8, indices into ``BYMERGE``: of what was said
        to be letters and digits. Nothing is learned from corrections to symbols.

    Raises:
        DataError: the file cannot be read, or was not saved by a review page.
    """
    try:
        content = json.loads(_read(path))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no JSON file; save it from a review page") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DataError(f"{path}: holds no corrections of schema {SCHEMA}; review once more")
    rows: Any = content.get("corrections")
    try:
        every = [(_glyph(row["glyph"]), _known(row["char"])) for row in rows]
        pairs = [(glyph, char) for glyph, char in every if char in BYCLASS]
        labels = [BYMERGE.index(fold(char)) for _, char in pairs]
    except (TypeError, KeyError, ValueError) as error:
        raise DataError(
            f"{path}: has a damaged correction ({error}); review the pictures again"
        ) from error
    glyphs = np.array([glyph for glyph, _ in pairs], np.uint8).reshape(-1, SIDE, SIDE)
    return glyphs, np.array(labels, np.uint8)


def add_reviewed(
    glyphs: NDArray[np.uint8], labels: NDArray[np.uint8], folder: Path
) -> tuple[int, list[Path]]:
    """Add labelled glyphs to those in ``folder`` that were reviewed before.

    A glyph that is there already keeps its place and takes the new label. Several processes may add
    at once. One that is killed leaves what was there before, or all: images are only appended, and
    count once their labels are there. Files that lack their other half are left as they are.

    Args:
        glyphs: (N, 28, 28) uint8, upright.
        labels: (N,) uint8, indices into ``BYMERGE``.
        folder: of the reviewed glyphs; made where it is missing.

    Returns:
        How many there are now, and the files: images, labels and mapping.

    Raises:
        DataError: the files are incomplete, damaged, full or cannot be written.
    """
    images_path, labels_path, mapping_path = paths = [
        folder / name for name in (_IMAGES, _LABELS, _MAPPING)
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder / f".{emnist.REVIEWED.name}.lock"):
            _check_files(paths)
            labelled = _before(folder)
            if not mapping_path.exists():
                mapping = "".join(f"{index} {ord(char)}\n" for index, char in enumerate(BYMERGE))
                with written_whole(mapping_path) as part:
                    part.write_text(mapping, encoding="ascii")
            if not emnist.find(folder, _LABELS):  # from here on, images without labels are damage
                write_idx(images_path, np.zeros((0, SIDE, SIDE), np.uint8))
                write_idx(labels_path, np.zeros(0, np.uint8))
            _put(labelled, glyphs, labels)
            if len(labelled) > _MOST_GLYPHS:
                raise DataError(f"{folder}: holds {_MOST_GLYPHS} reviewed glyphs at most")
            images = np.frombuffer(b"".join(labelled), np.uint8).reshape(-1, SIDE, SIDE)
            write_idx(images_path, images.transpose(0, 2, 1))  # as EMNIST has them
            write_idx(labels_path, np.array(list(labelled.values()), np.uint8))
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror})") from error
    return len(labelled), paths


def _check_files(paths: list[Path]) -> None:
    """Raise DataError where something else than a file has the name of one of ``paths``."""
    for path in paths:
        if os.path.lexists(path) and not path.is_file():
            raise DataError(f"{path}: is not a file, or links to nothing; move it away")


def _before(folder: Path) -> dict[bytes, int]:
    """Return the labels of the glyphs in ``folder``, in order.

    Raises :class:`DataError` where something of them is missing or damaged.
    """
    labelled: dict[bytes, int] = {}
    try:
        _check_whole(folder)
        if emnist.find(folder, _LABELS):
            before = emnist.load(emnist.REVIEWED, "train", folder)
            _put(labelled, before.images, before.labels)
    except DataError as error:
        what = str(error).partition("; ")[0]  # none of this can be fetched
        raise DataError(f"{what}; {_DAMAGED}") from error
    return labelled


def _check_whole(folder: Path) -> None:
    """Raise DataError where images or labels lack the other, or the mapping has other classes."""
    images, labels, mapping = (emnist.find(folder, name) for name in (_IMAGES, _LABELS, _MAPPING))
    if labels and not images:
        raise DataError(f"{labels}: its images, {_IMAGES}, are missing")
    if images and not labels and len(parse_idx(read_packed(images), str(images))):
        raise DataError(f"{images}: its labels, {_LABELS}, are missing")
    if mapping:
        alphabet, _ = emnist.parse_mapping(emnist.read_mapping(mapping, str(mapping)), str(mapping))
        if alphabet != BYMERGE:
            raise DataError(f"{mapping}: has other classes than ByMerge")


def _read(path: Path) -> bytes:
    """Return the content of ``path``; raises DataError for what is too large, or no file."""
    if path.exists() and not path.is_file():
        raise DataError(f"{path}: is no file; name what a review page saved")
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        most = _MOST_BYTES // 2**20
        raise DataError(f"{path}: is larger than {most} MiB; save fewer corrections at a time")
    return content


def _put(labelled: dict[bytes, int], glyphs: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    for glyph, label in zip(glyphs, labels, strict=True):
        labelled[glyph.tobytes()] = int(label)


def _glyph(text: str) -> NDArray[np.uint8]:
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"glyph: {error}") from error
    if len(content) != SIDE * SIDE:
        raise ValueError(f"glyph of {len(content)} bytes")
    return np.frombuffer(content, np.uint8).reshape(SIDE, SIDE)


def _known(char: str) -> str:
    if not isinstance(char, str) or len(char) != 1 or char not in BYCLASS + SYMBOLS:
        raise ValueError(f"{str(char)[:20]!r} is no letter or digit")
    return char
