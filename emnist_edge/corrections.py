"""What a person corrected on a review page -> labelled glyphs, in files as EMNIST's."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge import emnist
from emnist_edge.alphabet import BYCLASS, BYMERGE, fold
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

#: Version of the files that review pages save.
SCHEMA = 1
_SIDE = 28


def read_corrections(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return glyphs (N, 28, 28) and labels (N,), indices into ``BYMERGE``, that ``path`` holds.

    Raises :class:`DataError` where it was not saved by a review page.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: is no JSON file; save it from a review page") from error
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise DataError(f"{path}: holds no corrections of schema {SCHEMA}; review once more")
    rows: Any = content.get("corrections")
    try:
        pairs = [(_glyph(row["glyph"]), row["char"]) for row in rows]
        labels = [BYMERGE.index(fold(_known(char))) for _, char in pairs]
    except (TypeError, KeyError, ValueError) as error:
        raise DataError(f"{path}: has a correction that is none ({error}); review again") from error
    glyphs = np.array([glyph for glyph, _ in pairs], np.uint8).reshape(-1, _SIDE, _SIDE)
    return glyphs, np.array(labels, np.uint8)


def add_reviewed(
    glyphs: NDArray[np.uint8], labels: NDArray[np.uint8], folder: Path
) -> tuple[int, list[Path]]:
    """Add labelled glyphs to those in ``folder`` that were reviewed before.

    A glyph that is there already keeps its place and takes the new label. Returns how many there
    are now, and the files: images, labels and mapping. Raises :class:`DataError` where the files
    are damaged or cannot be written.
    """
    names = *emnist.members(emnist.REVIEWED, "train"), emnist.mapping_name(emnist.REVIEWED)
    images_path, labels_path, mapping_path = (folder / name for name in names)
    labelled: dict[bytes, int] = {}
    if emnist.find(folder, names[0]):
        before = emnist.load(emnist.REVIEWED, "train", folder)
        _put(labelled, before.images, before.labels)
    _put(labelled, glyphs, labels)
    images = np.frombuffer(b"".join(labelled), np.uint8).reshape(-1, _SIDE, _SIDE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not mapping_path.exists():
            mapping = "".join(f"{index} {ord(char)}\n" for index, char in enumerate(BYMERGE))
            mapping_path.write_text(mapping, encoding="ascii")
    except OSError as error:
        raise DataError(f"{folder}: cannot be written ({error.strerror})") from error
    emnist.write_idx(images_path, images.transpose(0, 2, 1))  # transposed, as EMNIST has them
    emnist.write_idx(labels_path, np.array(list(labelled.values()), np.uint8))
    return len(labelled), [images_path, labels_path, mapping_path]


def _put(labelled: dict[bytes, int], glyphs: NDArray[np.uint8], labels: NDArray[np.uint8]) -> None:
    for glyph, label in zip(glyphs, labels, strict=True):
        labelled[glyph.tobytes()] = int(label)


def _glyph(text: str) -> NDArray[np.uint8]:
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"glyph: {error}") from error
    if len(content) != _SIDE * _SIDE:
        raise ValueError(f"glyph of {len(content)} bytes")
    return np.frombuffer(content, np.uint8).reshape(_SIDE, _SIDE)


def _known(char: str) -> str:
    if not isinstance(char, str) or len(char) != 1 or char not in BYCLASS:
        raise ValueError(f"{char!r} is no letter or digit")
    return char
