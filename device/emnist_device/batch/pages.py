"""Files -> their pages, before any is read: TIFFs are counted here, PDFs in processes that may die.

Only so much of a file is looked at as tells how many pages it has.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

from emnist_device.batch.tasks import title
from emnist_device.processes.process import Failure, Terms, too_much
from emnist_device.processes.workers import run
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emnist_device.image.limits import Limits


@dataclass(frozen=True)
class FilePage:
    """A page of a file that is to be read.

    name: of the file. number: of the page, from 1 on; None where its pages could not be told, and
    fault says why. pages: how many the file has.
    """

    name: str
    number: int | None = 1
    pages: int = 1
    fault: str | None = None


class Choice:
    """Which pages of a file are read, as ``1-3,5,8-`` says.

    Raises ValueError where ``text`` says nothing like that.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[tuple[int, int | None]] = []
        for part in text.split(","):
            match = re.fullmatch(r"\s*(\d{1,9})\s*(-?)\s*(\d{0,9})\s*", part, re.ASCII)
            if match is None or (match[3] and not match[2]):
                raise ValueError(f"{text!r}: write numbers of pages, such as 1-3,5 or 8-")
            first = int(match[1])
            last = int(match[3]) if match[3] else None if match[2] else first
            if first < 1 or (last is not None and last < first):
                raise ValueError(f"{text!r}: pages count from 1 on, and upwards")
            self._parts.append((first, last))

    def of(self, pages: int) -> list[int]:
        """Return the numbers of the chosen ones among so many ``pages``, in order."""
        return sorted(
            {
                number
                for first, last in self._parts
                for number in range(first, min(last or pages, pages) + 1)
            }
        )

    def __str__(self) -> str:
        return self._text


def find_pages(
    names: Sequence[str],
    limits: Limits,
    jobs: int = 1,
    *,
    chosen: Choice | None = None,
    content: bytes = b"",
) -> list[FilePage]:
    """Return the pages of files in order, each file by its ``name``.

    What cannot be read has one page: reading it says why.

    Args:
        names: of files; - is standard input.
        limits: what a file may cost.
        jobs: how many processes look into PDFs.
        chosen: which pages of each file; None for all.
        content: of standard input.
    """
    counts = {name: _count(name, limits, content) for name in dict.fromkeys(names)}
    pdfs = [name for name, count in counts.items() if count is None]
    told: dict[str, int | str] = {
        name: count for name, count in counts.items() if count is not None
    }
    told |= _count_pdfs(pdfs, limits, jobs, content)
    return [page for name in names for page in _pages(name, told[name], limits, chosen)]


def _pages(name: str, counted: int | str, limits: Limits, chosen: Choice | None) -> list[FilePage]:
    """Return the chosen pages of a file, or the one that says why there are none."""
    if isinstance(counted, str):
        return [FilePage(name, None, fault=counted)]
    if not counted:
        return [FilePage(name)]
    numbers = range(1, counted + 1) if chosen is None else chosen.of(counted)
    if not numbers:
        has = "1 page" if counted == 1 else f"{counted:,} pages"
        return [FilePage(name, None, fault=f"has {has}, none of which --pages {chosen} chooses")]
    try:
        limits.check_pages(len(numbers), title(name))
    except EmnistEdgeError as error:
        return [FilePage(name, None, fault=_reason(error, name))]
    return [FilePage(name, number, counted) for number in numbers]


def _count(name: str, limits: Limits, content: bytes) -> int | None:
    """Return how many pages a file has, 0 where reading it fails; None of a PDF."""
    load_base()
    from emnist_device.image.document import HEAD, count_tiff, is_tiff
    from emnist_device.image.headers import is_picture
    from emnist_device.image.pdf import is_pdf

    try:
        with _open(name, limits, content) as file:
            head = file.read(HEAD)
            if is_pdf(head) and not is_picture(head):
                return None
            return count_tiff(_Bytes(file), title(name)) if is_tiff(head) else 1
    except (EmnistEdgeError, OSError):
        return 0


def _open(name: str, limits: Limits, content: bytes) -> BinaryIO:
    """Return the file ``name``, open; of standard input, its ``content``."""
    from emnist_device.image.files import open_file

    return BytesIO(content) if name == "-" else open_file(name, limits)


class _Bytes:
    """The bytes of an open file, of which only those that are asked for are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._size = file.seek(0, os.SEEK_END)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(self._size)
        self._file.seek(start)
        return self._file.read(max(stop - start, 0))


def _count_pdfs(
    names: Sequence[str], limits: Limits, jobs: int, content: bytes
) -> dict[str, int | str]:
    """Return of each PDF how many pages it has, or what is wrong with it."""
    items = [(name, content if name == "-" else b"") for name in names]
    counted = run(partial(_counting, limits), items, jobs, Terms(limits))
    return {
        names[index]: found.reason if isinstance(found, Failure) else found
        for index, found in counted
    }


def _counting(limits: Limits) -> Callable[[tuple[str, bytes]], int | str]:
    """Return the function of a process: name and content of a PDF -> its pages, or a fault."""
    from emnist_device.image.document import read_document

    def count(item: tuple[str, bytes]) -> int | str:
        name, content = item
        try:
            document = read_document(_open(name, limits, content), title(name), limits)
        except EmnistEdgeError as error:
            return _reason(error, name)
        except MemoryError:
            return too_much(limits.memory)
        pages = document.pages
        document.close()
        return pages

    return count


def _reason(error: EmnistEdgeError, name: str) -> str:
    return str(error).removeprefix(f"{title(name)}: ")
