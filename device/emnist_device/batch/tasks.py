"""Pictures to read, and what became of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.errors import shown

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.page import Page
    from emnist_device.review.page import Doubt


@dataclass(frozen=True)
class Task:
    """A picture to read: ``content``, or the file ``name`` where that is None.

    target: where to draw what was read, if anywhere. steps: folder for a picture of each step.
    doubt: characters that are less probable are for a person to review.
    """

    name: str
    content: bytes | None = None
    target: Path | None = None
    steps: Path | None = None
    doubt: float = 0.0


@dataclass(frozen=True)
class Version:
    """What tells a file from one that takes its place: its size, and when it was written.

    modified: seconds since 1970, to the microsecond.
    """

    bytes: int
    modified: float


@dataclass(frozen=True)
class Outcome:
    """What was read in a picture, or the reason why it was not; one of both is None.

    doubtful: what a person is to review. pages: how many the file has, of which the first was read.
    version: of the file that was read, if it is one.
    """

    name: str
    page: Page | None = None
    error: str | None = None
    doubtful: tuple[Doubt, ...] = ()
    pages: int = 1
    version: Version | None = None

    @property
    def title(self) -> str:
        """What messages call the picture."""
        return title(self.name)


def title(name: str) -> str:
    """Return what messages call the picture ``name``, - being standard input."""
    return "standard input" if name == "-" else shown(name)


def version_of(name: str) -> Version | None:
    """Return the version of the file ``name``; None for standard input, and where there is none."""
    if name == "-":
        return None
    try:
        status = os.stat(name)  # noqa: PTH116  # Path rewrites the name
    except (OSError, ValueError):
        return None
    return Version(status.st_size, round(status.st_mtime_ns / 1e9, 6))
