"""Pictures to read, and what became of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.errors import shown

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.reading.result import SheetReading
    from emnist_device.page import Page
    from emnist_device.review.page import Doubt

    #: Name of a file and number of a page.
    Key = tuple[str, int | None]


@dataclass(frozen=True)
class Task:
    """A page to read: ``content``, or the file ``path``, or where that is None, ``name``.

    target: where to draw what was read, if anywhere. steps: folder for a picture of each step.
    doubt: characters that are less probable are for a person to review. number, pages: which page
    of its file it is, and of how many; number is None where that could not be told, and fault says
    why.
    """

    name: str
    content: bytes | None = None
    path: str | None = None
    target: Path | None = None
    steps: Path | None = None
    doubt: float = 0.0
    number: int | None = 1
    pages: int = 1
    fault: str | None = None

    @property
    def title(self) -> str:
        """What messages call the page."""
        return title(self.name, self.number, self.pages)

    @property
    def key(self) -> Key:
        """What no two records of a file of results share."""
        return self.name, self.number


@dataclass(frozen=True)
class Version:
    """What tells a file from one that takes its place: its size, and when it was written.

    modified: seconds since 1970, to the microsecond.
    """

    bytes: int
    modified: float


@dataclass(frozen=True)
class Outcome:
    """What was read in a picture, or the reason why it was not.

    page, sheet: what was read, of which a sheet of a form is the latter; None where error is not.

    doubtful: what a person is to review. number, pages: as of its task. frames: how many pictures
    its page has, of which the first was read. size: width and height of the picture that was read.
    version: of the file, if it is one.
    """

    name: str
    page: Page | None = None
    error: str | None = None
    doubtful: tuple[Doubt, ...] = ()
    number: int | None = 1
    pages: int = 1
    frames: int = 1
    size: tuple[int, int] | None = None
    version: Version | None = None
    sheet: SheetReading | None = None

    @property
    def failed(self) -> bool:
        """Whether nothing was read."""
        return self.page is None and self.sheet is None

    @property
    def title(self) -> str:
        """What messages call the page."""
        return title(self.name, self.number, self.pages)


def title(name: str, number: int | None = 1, pages: int = 1) -> str:
    """Return what messages call page ``number`` of the file ``name``, - being standard input."""
    called = "standard input" if name == "-" else shown(name)
    return called if number is None or pages == 1 else f"{called}, page {number}"


def version_of(name: str) -> Version | None:
    """Return the version of the file ``name``; None for standard input, and where there is none."""
    if name == "-":
        return None
    try:
        status = os.stat(name)  # noqa: PTH116  # Path rewrites the name
    except (OSError, ValueError):
        return None
    return Version(status.st_size, round(status.st_mtime_ns / 1e9, 6))
