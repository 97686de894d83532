"""UNIPEN's packed files: characters and texts of the writers to train on, and of those held out."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from emnist_edge.dataset.npz import Field, read_arrays
from emnist_edge.dataset.unipen.characters import (
    MOST_COORDINATE,
    Characters,
    Texts,
    is_label,
    starts_of,
)
from emnist_edge.errors import DataError
from emnist_edge.files import read_file, written_whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

Part = Literal["train", "heldout"]

#: Environment variable that names the folder with the packed files.
UNIPEN_VARIABLE = "EMNIST_EDGE_UNIPEN"

_ADVICE = "pack it anew with: emnist-edge data unipen DISTRIBUTION --output FOLDER"
_CHARACTER_FIELDS = {
    "points": Field("iu", (None, 2)),
    "stroke": Field("iu", (None,)),
    "char": Field("iu", (None,)),
    "label": Field("U", (None,)),
}
_SET_FIELDS = {"writer": Field("iu", (None,)), "set": Field("U", (None,))}
_TEXT_FIELDS = {
    "text": Field("iu", (None,)),
    "text_writer": Field("iu", (None,)),
    "text_set": Field("U", (None,)),
    "text_clean": Field("b", (None,)),
}


def unipen_dir(folder: Path | None = None) -> Path:
    """Return the folder of the packed files: ``folder``, else ``EMNIST_EDGE_UNIPEN``.

    Raises :class:`DataError` where neither is given.
    """
    if folder is not None:
        return folder
    if variable := os.environ.get(UNIPEN_VARIABLE):
        return Path(variable)
    raise DataError(f"no folder of UNIPEN's files is named; set {UNIPEN_VARIABLE}")


def load_characters(part: Part, folder: Path | None = None) -> Characters:
    """Read ``characters-PART.npz`` in ``folder`` (see :func:`unipen_dir`).

    Each character stands in a box of its own, with a long side of 1000.
    Raises :class:`DataError` for a file that is missing, damaged or not what its name says.
    """
    path = unipen_dir(folder) / f"characters-{part}.npz"
    arrays = read_arrays(path, _CHARACTER_FIELDS | _SET_FIELDS, _ADVICE)
    return _checked(path, arrays, arrays["writer"], arrays["set"])


def load_texts(part: Part, folder: Path | None = None) -> Texts:
    """Read ``texts-PART.npz`` in ``folder`` (see :func:`unipen_dir`).

    All of a text is in the same coordinates; the median height of its letters and digits is 300.
    Raises :class:`DataError` as :func:`load_characters` does.
    """
    path = unipen_dir(folder) / f"texts-{part}.npz"
    arrays = read_arrays(path, _CHARACTER_FIELDS | _TEXT_FIELDS, _ADVICE)
    text, clean = arrays["text"], arrays["text_clean"]
    count = len(clean)
    if len({count, len(arrays["text_writer"]), len(arrays["text_set"])}) > 1:
        raise _damaged(path, "its texts differ in number")
    steps = np.diff(text.astype(np.int64), prepend=-1, append=count)
    if len(text) != len(arrays["label"]) or not np.isin(steps, (0, 1)).all():
        raise _damaged(path, "its characters do not follow the order of its texts")
    characters = _checked(path, arrays, arrays["text_writer"][text], arrays["text_set"][text])
    return Texts(characters, starts_of(np.bincount(text, minlength=count)), clean.astype(np.bool_))


def digest_of(kind: Literal["characters", "texts"], part: Part, folder: Path) -> str:
    """Return the SHA-256 of the packed file of ``kind``; DataError where it cannot be read."""
    path = folder / f"{kind}-{part}.npz"
    return hashlib.sha256(read_file(path, Path.read_bytes, _ADVICE)).hexdigest()


def save(folder: Path, part: Part, characters: Characters, texts: Texts) -> list[Path]:
    """Write both packed files of ``part`` into ``folder``, and return their paths."""
    paths = [folder / f"{kind}-{part}.npz" for kind in ("characters", "texts")]
    firsts = texts.starts[:-1]
    contents = (
        _packed(characters, np.int16)
        | {"writer": characters.writers.astype(np.int16), "set": characters.sources},
        _packed(texts.characters, np.int32)
        | {
            "text": np.repeat(np.arange(len(texts)), np.diff(texts.starts)).astype(np.int32),
            "text_writer": texts.characters.writers[firsts].astype(np.int16),
            "text_set": texts.characters.sources[firsts],
            "text_clean": texts.clean,
        },
    )
    for path, content in zip(paths, contents, strict=True):
        with written_whole(path) as part_path:
            np.savez_compressed(part_path, **content)
    return paths


def _packed(characters: Characters, kind: type[np.signedinteger]) -> dict[str, NDArray[np.generic]]:
    return {
        "points": characters.points.astype(kind),
        "stroke": characters.strokes.astype(np.int32),
        "char": characters.starts.astype(np.int32),
        "label": characters.labels,
    }


def _checked(
    path: Path,
    arrays: dict[str, NDArray[np.generic]],
    writers: NDArray[np.generic],
    sources: NDArray[np.generic],
) -> Characters:
    """Return what ``arrays`` hold; raises :class:`DataError` where they do not fit each other."""
    points, labels = arrays["points"], arrays["label"].astype(np.str_)
    strokes, starts = arrays["stroke"].astype(np.int64), arrays["char"].astype(np.int64)
    for name, bounds, count in (
        ("stroke", strokes, len(points)),
        ("char", starts, len(strokes) - 1),
    ):
        rises = len(bounds) > 0 and bounds[0] == 0 and bounds[-1] == count
        if not rises or (np.diff(bounds) < 0).any():
            raise _damaged(path, f"{name!r} does not rise from 0 to {count}")
    if len({len(labels), len(writers), len(sources), len(starts) - 1}) > 1:
        raise _damaged(path, "its characters, labels and writers differ in number")
    if len(points) and not 0 <= int(points.min()) <= int(points.max()) < MOST_COORDINATE:
        raise _damaged(path, f"coordinates are not from 0 to {MOST_COORDINATE - 1}")
    if not all(is_label(label) for label in set(labels.tolist())):
        raise _damaged(path, "labels are not one printable ASCII character each")
    return Characters(
        points, strokes, starts, labels, writers.astype(np.int64), sources.astype(np.str_)
    )


def _damaged(path: Path, what: str) -> DataError:
    return DataError(f"{path}: {what}; {_ADVICE}")
