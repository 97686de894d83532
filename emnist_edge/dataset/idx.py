"""IDX files, as EMNIST has them: arrays of unsigned bytes, plain or gzip (LeCun's MNIST page)."""

from __future__ import annotations

import gzip
import io
import math
import os
import zlib
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.errors import DataError
from emnist_edge.files import written_whole

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_UBYTE, _GZIP = 0x08, b"\x1f\x8b"
#: The largest file, ByMerge's images to train on, has 547 million bytes.
MOST_BYTES = 600_000_000


def parse_header(content: bytes, source: str) -> tuple[tuple[int, ...], int]:
    """Return the shape of an IDX array of unsigned bytes, and the length of its header in bytes.

    Raises :class:`DataError` naming ``source`` where ``content`` starts with no such header.
    """
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != _UBYTE or not content[3]:
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
    shape, header = parse_header(content, source)
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
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{source}: cannot be read ({error}); fetch it again") from error
    if len(unpacked) > MOST_BYTES:
        raise DataError(f"{source}: holds more than any file of EMNIST; fetch it again")
    return unpacked


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write ``array`` as an IDX file of unsigned bytes, through a temporary file.

    Raises :class:`DataError` where ``path`` cannot be written.
    """
    header = bytes([0, 0, _UBYTE, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    try:
        with written_whole(path) as part, part.open("wb") as file:
            file.write(header + np.ascontiguousarray(array).tobytes())
            file.flush()
            os.fsync(file.fileno())  # before it takes its place, should the power fail
    except OSError as error:
        raise DataError(f"{path}: cannot be written ({error.strerror})") from error


def read_packed(path: Path) -> bytes:
    """Return the content of an IDX file, unpacked where it is gzip, however it is called.

    Raises :class:`DataError` where it cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error}); fetch it again") from error
    return unpack(content, str(path)) if content.startswith(_GZIP) else content
