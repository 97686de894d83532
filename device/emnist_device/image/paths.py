"""Names that a user gives -> paths of pictures: files, folders, patterns."""

from __future__ import annotations

import glob
import os
from collections import deque
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from emnist_device.image.headers import SUFFIXES, UNREAD_SUFFIXES
from emnist_edge.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PICTURES = SUFFIXES | UNREAD_SUFFIXES


def find_pictures(names: Sequence[str], *, recursive: bool = False) -> tuple[list[str], list[str]]:
    """Return the pictures that ``names`` stand for, and a message for each name without any.

    A name is a file, which is taken as it is; a folder, for the pictures in it (by their suffix,
    also those of formats that are not read, hidden ones left out, sorted by name), with
    ``recursive`` also in the folders below it, links to folders not followed; or, where there is no
    such file, a pattern (``*``, ``?``, ``[]``, and ``**`` for any folders).
    """
    found: list[str] = []
    problems: list[str] = []
    for name in names:
        if os.path.isdir(name):  # noqa: PTH112  # Path raises for names that are too long
            inside = list(_in_folder(name, recursive, problems))
            if not inside:
                advice = "" if recursive else "; --recursive also looks in the folders below it"
                problems.append(f"{shown(name)}: no pictures in this folder{advice}")
            found += inside
        elif glob.has_magic(name) and not os.path.lexists(name):
            matches = _matches(name, problems)
            if not matches:
                problems.append(f"{shown(name)}: matches no file")
            found += matches
        else:
            found.append(name)
    return found, problems


def _in_folder(folder: str, recursive: bool, problems: list[str]) -> Iterator[str]:
    """Yield the pictures in ``folder``, also those that cannot be read.

    Folders that cannot be listed go to ``problems``.
    """
    for parent, files in _walk(folder, recursive, problems):
        for file in sorted(files):
            if Path(file).suffix.lower() in _PICTURES and not file.startswith("."):
                yield os.path.join(parent, file)  # noqa: PTH118  # Path rewrites the name


def _walk(folder: str, recursive: bool, problems: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield ``folder`` and those below it, with its files; unlisted ones go to ``problems``."""

    def unlisted(error: OSError) -> None:
        problems.append(f"{shown(error.filename)}: cannot be listed ({error.strerror})")

    for parent, folders, files in os.walk(folder, onerror=unlisted):
        folders[:] = sorted(name for name in folders if recursive and not name.startswith("."))
        yield parent, files


def _matches(pattern: str, problems: list[str]) -> list[str]:
    """Return the files that ``pattern`` matches, sorted; hidden ones only where it names them.

    Links to folders are not followed by ``**``: they may lead in circles. Folders that cannot be
    listed go to ``problems``.
    """
    path = Path(pattern)
    root = Path(path.anchor)
    start = Path(*takewhile(lambda part: not glob.has_magic(part), path.parts))
    if os.path.exists(start):  # noqa: PTH110  # as above
        deque(_walk(str(start), "**" in path.parts, problems), maxlen=0)
    try:
        return sorted(
            str(match)
            for match in root.glob(str(path.relative_to(root)))
            if not os.path.isdir(match)  # noqa: PTH112  # Path raises where it may not look
            and not any(part.startswith(".") and part not in path.parts for part in match.parts)
        )
    except (ValueError, OSError):  # no pattern, or a folder that cannot be listed
        return []
