"""Archives of NumPy arrays that come from elsewhere: each array checked before it is read."""

from __future__ import annotations

import math
import struct
import zipfile
from dataclasses import dataclass
from tokenize import TokenError
from typing import IO, TYPE_CHECKING, NoReturn

import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.files import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

#: All arrays of an archive together have at most so many bytes: thirty times UNIPEN's packed files.
MOST_BYTES = 600_000_000
# What ZIP archives and headers of arrays raise beside what :func:`read_file` knows.
_UNREADABLE = (
    MemoryError, NotImplementedError, RuntimeError, struct.error, SyntaxError, TokenError,
)  # fmt: skip
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True)
class Field:
    """What an array must be.

    kinds: NumPy's letters of the kinds of numbers or text, such as ``iu``. shape: sides, None for
    any. Text has at most 16 characters.
    """

    kinds: str
    shape: tuple[int | None, ...]

    def fits(self, shape: tuple[int, ...], kind: np.dtype[np.generic]) -> bool:
        """Say whether an array of ``shape`` and ``kind`` is one."""
        sides = len(shape) == len(self.shape) and all(
            wanted is None or side == wanted for side, wanted in zip(shape, self.shape, strict=True)
        )
        return sides and kind.kind in self.kinds and kind.itemsize <= 64


def read_arrays(
    path: Path, fields: Mapping[str, Field], advice: str
) -> dict[str, NDArray[np.generic]]:
    """Return the arrays that ``fields`` name out of the ``.npz`` file ``path``.

    Raises :class:`DataError` that names it and gives ``advice`` where the file is missing or
    damaged, an array is missing or of another kind, or more would be unpacked than
    :data:`MOST_BYTES`. Nothing is unpickled.
    """

    def read(path: Path) -> dict[str, NDArray[np.generic]]:
        with zipfile.ZipFile(path) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            members = [infos[f"{name}.npy"] for name in fields]
            if not {info.compress_type for info in members} <= _PACKINGS:
                _refuse(path, "is packed in a way that NumPy does not use", advice)
            total = sum(info.file_size for info in members)
            if total > MOST_BYTES:
                _refuse(path, f"holds {total:,} bytes, more than {MOST_BYTES:,}", advice)
            for info, (name, field) in zip(members, fields.items(), strict=True):
                with archive.open(info) as file:
                    if not _promises(file, info.file_size, field):
                        _refuse(path, f"its {name!r} is not what it should be", advice)
            # Not by np.load, which prefers members that are named without .npy.
            return {
                name: _unpacked(archive, info) for info, name in zip(members, fields, strict=True)
            }

    try:
        return read_file(path, read, advice)
    except _UNREADABLE as error:
        raise DataError(f"{path}: cannot be unpacked ({error}); {advice}") from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> NDArray[np.generic]:
    with archive.open(info) as file:
        array: NDArray[np.generic] = np.lib.format.read_array(file, allow_pickle=False)
        return array


def _promises(file: IO[bytes], size: int, field: Field) -> bool:
    """Say whether the header of an array, ``size`` bytes in all, is of ``field`` and tells so."""
    version = np.lib.format.read_magic(file)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, _, kind = read_header(file)
    length = file.tell() + math.prod(shape) * kind.itemsize
    return field.fits(shape, kind) and length == size


def _refuse(path: Path, what: str, advice: str) -> NoReturn:
    raise DataError(f"{path}: {what}; {advice}")
