"""A file of one page or many -> each page as a picture: PDF, TIFF, or any other picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Protocol

from emnist_device.image.files import open_file, read_all
from emnist_device.image.formats import tiff
from emnist_device.image.formats.header import UNREADABLE, DamagedError
from emnist_device.image.headers import is_picture, read_header
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.image.pdf import Pdf, is_pdf
from emnist_device.image.picture import decode_picture
from emnist_edge.errors import PictureError, shown

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

#: By so much of the beginning of a file it is told what it is.
HEAD = 1024


class Document(Protocol):
    """The pages of one file."""

    @property
    def pages(self) -> int:
        """How many there are."""

    @property
    def frames(self) -> int:
        """How many pictures an animation has, of which the first is its one page; else 1."""

    def picture(self, number: int) -> NDArray[np.uint8]:
        """Return page ``number``, from 1 on: (H, W, 3) BGR uint8, as displayed.

        Raises :class:`PictureError` where it cannot be decoded, or is not there.
        """

    def close(self) -> None:
        """Let go of the file."""


def open_document(path: str | Path, limits: Limits = DEFAULTS) -> Document:
    """Return the pages of the file ``path``; raises as :func:`read_document`, and where it fails.

    Whoever reads files of strangers calls this in a process of its own.
    """
    return read_document(open_file(path, limits), shown(path), limits)


def read_document(file: BinaryIO, name: str, limits: Limits = DEFAULTS) -> Document:
    """Return the pages of an open file.

    Args:
        file: it is closed with the document, or earlier.
        name: what messages call it.
        limits: what a page may take.

    Raises:
        PictureError: it is no picture and no PDF, damaged, encrypted, or exceeds ``limits``.
        RuntimeMissingError: it is a PDF, and PDFium is not installed.
    """
    try:
        head = file.read(HEAD)
        file.seek(0)
        if is_pdf(head) and not is_picture(head):
            return Pdf(file, name, limits)
        with file:
            content = read_all(file)
    except OSError as error:
        raise PictureError(f"{name}: cannot be read ({error.strerror})") from error
    if is_tiff(head):
        return Tiff(content, name, limits)
    return Picture(content, name, limits)


def is_tiff(head: bytes) -> bool:
    """Say whether a file that begins with ``head`` is a TIFF."""
    return re.match(tiff.MAGIC, head) is not None


def count_tiff(content: tiff.Content, name: str) -> int:
    """Return how many pages a TIFF has; of what is no whole TIFF, 1, which cannot be decoded.

    Raises :class:`PictureError` where there are too many to count.
    """
    return len(_starts(content, name))


def _starts(content: tiff.Content, name: str) -> list[int]:
    """Return where the pages of a TIFF begin; raises as :func:`count_tiff`."""
    try:
        return tiff.find_pages(content)
    except DamagedError as error:
        raise PictureError(f"{name}: is damaged, or has too many pages ({error})") from error
    except UNREADABLE:
        return [0]


class Picture:
    """A file of one picture, or the first of its frames."""

    pages = 1

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        self._content, self._name, self._limits = content, name, limits
        header = read_header(content)
        self.frames = 1 if header is None else header.pages

    def picture(self, number: int) -> NDArray[np.uint8]:
        """Return it."""
        _check(number, self.pages, self._name)
        return decode_picture(self._content, self._name, self._limits)

    def close(self) -> None:
        """Do nothing: the file is closed."""


class Tiff:
    """A TIFF, each of whose pages is decoded as if it were alone."""

    frames = 1

    def __init__(self, content: bytes, name: str, limits: Limits) -> None:
        self._content, self._name, self._limits = content, name, limits
        self._starts = _starts(content, name)

    @property
    def pages(self) -> int:
        """How many there are."""
        return len(self._starts)

    def picture(self, number: int) -> NDArray[np.uint8]:
        """Return page ``number``."""
        _check(number, self.pages, self._name)
        content = self._content
        if self.pages > 1:
            content = tiff.take_page(content, self._starts[number - 1])
        return decode_picture(content, self._name, self._limits)

    def close(self) -> None:
        """Do nothing: the file is closed."""


def _check(number: int, pages: int, name: str) -> None:
    if not 1 <= number <= pages:
        raise PictureError(f"{name}: has no page {number:,}")
