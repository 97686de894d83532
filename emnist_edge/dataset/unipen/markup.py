"""UNIPEN's official text files -> the points of a pen, and which of them are which character.

The format (Guyon et al. 1994): lines that start with a full stop are a keyword and its arguments;
numbers after ``.PEN_DOWN`` and ``.PEN_UP`` are points, a column for each word of ``.COORD``. What
has points is a component, and components are counted from 0, those in the air too. ``.SEGMENT``
says which components are a character. ``.INCLUDE`` names a file below the folder ``include``.
Whatever else there is, names of writers among it, is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.errors import DataError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

#: No file of the distribution is nearly as large, no chain of includes as long, nothing annotates
#: as many points, and no tablet has as many places.
MOST_BYTES, MOST_INCLUDES, MOST_POINTS, MOST_PLACES = 20_000_000, 200, 3_000_000, 10_000_000
# Files that include each other go this deep at most.
_DEPTH = 8
_LONGEST_NAME = 200
_MM_PER_INCH = 25.4
# No tablet has more places to a unit of length, or less than one to so many units.
_MOST_RESOLUTION = 1e6
_LINE = re.compile(r"\.([A-Z_]+)(.*)", re.DOTALL)
# Level, parts, quality (which some leave out) and label; the label may hold \" and \\.
_SEGMENT = re.compile(
    r'\s*(\S+)\s+(\d[\d,:\s-]*+)(?:[A-Za-z?]+\s*+)?(?:"((?:[^"\\]|\\.)*+)")?', re.DOTALL
)
_PART = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")


@dataclass(frozen=True)
class Segment:
    """A labelled part of the pen's way: the strokes of a character, each (n, 2) with y down."""

    label: str
    strokes: tuple[NDArray[np.float64], ...]


@dataclass
class _State:
    """What was read of one file of labels and of the files that it includes."""

    root: Path
    path: Path
    components: list[NDArray[np.float64] | None] = field(default_factory=list)  # None: in the air
    segments: list[tuple[str, str]] = field(default_factory=list)  # parts, label
    writer: str = ""
    columns: tuple[str, ...] = ("X", "Y")
    resolution: dict[str, float] = field(default_factory=dict)  # places per millimetre, by axis
    reading: list[Path] = field(default_factory=list)
    files: int = 0
    points: int = 0

    def fault(self, what: str) -> DataError:
        """Return the error that says ``what`` is wrong with the file that is read."""
        path = self.reading[-1] if self.reading else self.path
        return DataError(f"{shown(path)}: {what}; leave the file out, or take the official one")


def read_annotation(path: Path, root: Path) -> tuple[list[Segment], str]:
    """Return the characters that the file ``path`` labels, and the name of who wrote them.

    The name is for telling writers apart, and not to be kept. ``root`` is the folder ``include`` of
    the distribution. Segments of words and texts are left out, as are characters without a label.

    Raises:
        DataError: a file is missing, too large, no text of this format, includes itself, or labels
            what is not there; the message names it.
    """
    state = _State(root.resolve(), path)
    _read_file(state, path)
    scale = state.resolution.get("X", 1.0) / state.resolution.get("Y", 1.0)
    flip = np.array([1.0, -scale])
    return [
        Segment(label, tuple(stroke * flip for stroke in _strokes(state, parts)))
        for parts, label in state.segments
    ], state.writer


def _read_file(state: _State, path: Path) -> None:
    """Take over what ``path`` says."""
    if path in state.reading:
        raise state.fault(f"includes {shown(path)} in a circle")
    if state.files >= MOST_INCLUDES or len(state.reading) >= _DEPTH:
        raise state.fault(f"includes more than {MOST_INCLUDES} files, or {_DEPTH} deep")
    text = _content(state, path)
    state.files += 1
    state.reading.append(path)
    for keyword, rest in _statements(text):
        _take(state, keyword, rest)
    state.reading.pop()


def _content(state: _State, path: Path) -> str:
    """Return the text of ``path``, whatever bytes are in its comments."""
    if path.exists() and not path.is_file():  # such as a pipe, which would be waited for
        raise state.fault(f"{shown(path)} is no file")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise state.fault(f"{shown(path)} cannot be read ({error.strerror})") from error
    if len(content) > MOST_BYTES:
        raise state.fault(f"{shown(path)} has more than {MOST_BYTES:,} bytes")
    return content.decode("latin-1")


def _statements(text: str) -> Iterator[tuple[str, str]]:
    """Return each keyword of ``text`` and what follows it up to the next."""
    for statement in re.split(r"(?m)^(?=\.[A-Z])", text)[0 if text.startswith(".") else 1 :]:
        if match := _LINE.match(statement):
            yield match[1], match[2]


def _take(state: _State, keyword: str, rest: str) -> None:
    """Take over one statement; keywords that change nothing of the characters are passed over."""
    if keyword in {"PEN_DOWN", "PEN_UP"}:
        _add_component(state, rest, down=keyword == "PEN_DOWN")
    elif keyword == "SEGMENT":
        _add_segment(state, rest)
    elif keyword == "INCLUDE":
        _include(state, rest.split("\n", 1)[0].strip())
    elif keyword == "WRITER_ID" and not state.writer:
        state.writer = rest.strip()
    elif keyword == "COORD":
        columns = tuple(rest.split())
        if len(set(columns)) != len(columns) or not {"X", "Y"} <= set(columns):
            raise state.fault("its .COORD does not name X and Y once each")
        state.columns = columns
    elif match := re.fullmatch(r"([XY])_POINTS_PER_(INCH|MM)", keyword):
        places = _numbers(state, rest)
        if len(places) != 1 or not 1 / _MOST_RESOLUTION <= places[0] <= _MOST_RESOLUTION:
            raise state.fault(f"its .{keyword} is no number of places")
        state.resolution[match[1]] = places[0] / (_MM_PER_INCH if match[2] == "INCH" else 1)


def _numbers(state: _State, text: str) -> NDArray[np.float64]:
    """Return the numbers in ``text``."""
    try:
        numbers = np.array(text.split(), np.float64)
    except ValueError as error:
        raise state.fault("has words where numbers should be") from error
    if not (np.abs(numbers) < MOST_PLACES).all():  # not a number: neither
        raise state.fault(f"has coordinates of {MOST_PLACES:,} or more")
    return numbers


def _add_component(state: _State, text: str, *, down: bool) -> None:
    """Add the points in ``text``, if there are any."""
    numbers = _numbers(state, text)
    if not len(numbers):
        return
    if len(numbers) % len(state.columns):
        raise state.fault(f"its points do not have the columns {' '.join(state.columns)}")
    points = numbers.reshape(-1, len(state.columns))
    state.points += len(points)
    if state.points > MOST_POINTS:
        raise state.fault(f"has more than {MOST_POINTS:,} points")
    place = [state.columns.index(axis) for axis in ("X", "Y")]
    state.components.append(points[:, place] if down else None)


def _add_segment(state: _State, text: str) -> None:
    match = _SEGMENT.match(text)
    if match is None:
        if text.split()[:1] == ["CHARACTER"]:
            raise state.fault(f"has a segment of {shown(text.strip()[:40])!r}, without parts")
        return  # words and texts may be without
    level, parts, label = match.groups()
    if level == "CHARACTER" and label:
        state.segments.append((parts, re.sub(r"\\(.)", r"\1", label)))


def _include(state: _State, name: str) -> None:
    """Read the file ``name`` below the folder of includes."""
    named = 0 < len(name) <= _LONGEST_NAME and "\0" not in name
    try:
        path = (state.root / name.strip('"')).resolve() if named else state.root
    except (OSError, RuntimeError):  # links in a circle
        path = state.root
    if not path.is_relative_to(state.root) or path == state.root:
        raise state.fault(f"includes {shown(name[:60])!r}, which is not below {shown(state.root)}")
    _read_file(state, path)


def _strokes(state: _State, parts: str) -> Iterator[NDArray[np.float64]]:
    """Return the strokes of a segment; ``parts`` is such as ``3-5,7`` or ``3:10-4:2``.

    With points named, of the first component those from there on count, of the last those up to it.
    """
    for part in re.split(r"[,\s]+", parts.strip(" ,\t\r\n")):
        match = _PART.fullmatch(part)
        if match is None or any(group and len(group) > 9 for group in match.groups()):
            raise state.fault(f"has a segment of {shown(part)!r}, which is no part of it")
        first, start, last, end = (int(group) if group else None for group in match.groups())
        first, last = first or 0, first if last is None else last
        if not first <= (last or 0) < len(state.components):
            raise state.fault(
                f"has a segment of {shown(part)!r}, where there are {len(state.components)} parts"
            )
        for number in range(first, (last or 0) + 1):
            component = state.components[number]
            if component is None:
                continue
            stop = len(component) if end is None or number != last else end + 1
            begin = 0 if start is None or number != first else start
            if not begin < stop <= len(component):
                raise state.fault(f"has a segment of {shown(part)!r}, beyond the points there")
            yield component[begin:stop]
