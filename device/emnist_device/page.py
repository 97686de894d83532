"""What was read: a page of lines of words of characters, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from math import ceil, floor
from typing import Any, Literal, NamedTuple


class Box(NamedTuple):
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below the box."""
        return self.y + self.height

    @property
    def side(self) -> int:
        """The longer of both sides."""
        return max(self.width, self.height)

    def union(self, other: Box) -> Box:
        """Return the smallest box around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Box(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def overlap_x(self, other: Box) -> int:
        """Return the length that both share on the x axis; negative for a gap."""
        return min(self.right, other.right) - max(self.x, other.x)

    def overlap_y(self, other: Box) -> int:
        """Return the length that both share on the y axis; negative for a gap."""
        return min(self.bottom, other.bottom) - max(self.y, other.y)


@dataclass(frozen=True)
class FrameCell:
    """A cell of a box, comb or table that is printed on the page.

    Attributes:
        row, column: where it is, from 0; of a cell that goes on over several, the first.
        corners: x and y of its corners in pixels of the picture, clockwise from the upper left.
        characters: which of the page's characters are in it, by their numbers.
        row_span, column_span: over how many rows and columns it goes.
    """

    row: int
    column: int
    corners: tuple[tuple[float, float], ...]
    characters: tuple[int, ...] = ()
    row_span: int = 1
    column_span: int = 1

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: corners to a tenth of a pixel, spans where not 1."""
        content: dict[str, Any] = {
            "row": self.row,
            "column": self.column,
            "corners": [[round(x, 1), round(y, 1)] for x, y in self.corners],
            "characters": list(self.characters),
        }
        spans = {"row_span": self.row_span, "column_span": self.column_span}
        return content | {name: span for name, span in spans.items() if span > 1}


@dataclass(frozen=True)
class Frame:
    """A box, comb or table that is printed on the page for writing to go into.

    Attributes:
        kind: "box" of one cell; "comb", a row of cells for one character each; or "table".
        cells: line by line, each from left to right.
    """

    kind: Literal["box", "comb", "table"]
    cells: tuple[FrameCell, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return max(cell.row + cell.row_span for cell in self.cells)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return max(cell.column + cell.column_span for cell in self.cells)

    @property
    def whole(self) -> bool:
        """Whether it is a comb with a cell at each place: even rules are surely all of them."""
        found = sum(cell.row_span * cell.column_span for cell in self.cells)
        return self.kind == "comb" and found == self.rows * self.columns

    @property
    def box(self) -> Box:
        """The smallest box around all cells."""
        x, y = zip(*(corner for cell in self.cells for corner in cell.corners), strict=True)
        left, top = floor(min(x)), floor(min(y))
        return Box(left, top, ceil(max(x)) - left, ceil(max(y)) - top)

    def scaled(self, factor: float) -> Frame:
        """Return the frame in pixels of which ``factor`` make one of these."""
        cells = (
            replace(cell, corners=tuple((factor * x, factor * y) for x, y in cell.corners))
            for cell in self.cells
        )
        return replace(self, cells=tuple(cells))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "kind": self.kind,
            "box": list(self.box),
            "rows": self.rows,
            "columns": self.columns,
            "cells": [cell.to_dict() for cell in self.cells],
        }


#: Stages of a reading that ``timing_ms`` may hold, in their order.
STAGES = ("load", "segment", "glyph", "classify", "decode", "total")
#: What is printed for a character that is less probable than was asked for. A question mark that is
#: read is printed as well: :attr:`Character.unsure` tells both apart.
UNSURE = "?"
#: What is said of a line that was read without the pattern or lexicon that was given.
UNMATCHED = "without pattern or lexicon: nothing in them has as many characters"


@dataclass(frozen=True)
class Alternative:
    """A character that the ink may be, with its probability 0..1."""

    char: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: the confidence to 4 decimals."""
        return {"char": self.char, "confidence": round(self.confidence, 4)}


@dataclass(frozen=True)
class Character:
    """One character: what it was read as, with which probability (0..1), and where.

    Attributes:
        char: :data:`UNSURE` where it is less probable than was asked for; the first alternative is
            then what it was read as.
        confidence: probability that ``char``, or the first alternative of an unsure one, is right.
        box: in pixels of the picture as displayed.
        alternatives: what else it may be, the most probable first, without ``char``.
        before: marks of a pattern that are printed between the character before it and this one,
            such as a hyphen. No spaces: these part words.
        unsure: whether it is less probable than was asked for.
    """

    char: str
    confidence: float
    box: Box
    alternatives: tuple[Alternative, ...]
    before: str = ""
    unsure: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: confidences to 4 decimals, ``before`` if there is any."""
        content = {
            "char": self.char,
            "confidence": round(self.confidence, 4),
            "box": list(self.box),
            "alternatives": [other.to_dict() for other in self.alternatives],
        }
        return content | ({"before": self.before} if self.before else {})


@dataclass(frozen=True)
class Word:
    """What stands between two spaces: characters, and the marks that a pattern prints.

    Attributes:
        characters: from left to right; none where the word is of marks alone.
        confidence: probability, 0..1, that all characters are right. Marks are as sure as the
            pattern is that prints them: 1 for a word of nothing else.
        after: marks that are printed after the last character; all of a word of marks alone.
        gap: of a word of marks alone, where it would stand; of others None.
    """

    characters: tuple[Character, ...]
    confidence: float
    after: str = ""
    gap: Box | None = None

    @property
    def text(self) -> str:
        """Characters and marks."""
        return "".join(each.before + each.char for each in self.characters) + self.after

    @property
    def box(self) -> Box:
        """The smallest box around the characters; of a word of marks alone, its gap."""
        if self.gap is not None:
            return self.gap
        return reduce(Box.union, (character.box for character in self.characters))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: confidences to 4 decimals, ``after`` if there is any."""
        content = {
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "box": list(self.box),
            "characters": [character.to_dict() for character in self.characters],
        }
        return content | ({"after": self.after} if self.after else {})


@dataclass(frozen=True)
class Line:
    """Words from left to right, with a space between each two.

    Attributes:
        words: at least one of them has characters.
        matched: whether the pattern or closed lexicon that was given could be kept to; None where
            none was. Where it could not, because nothing in it has as many characters, the line is
            read without.
    """

    words: tuple[Word, ...]
    matched: bool | None = None

    @property
    def text(self) -> str:
        """The text of the words, a space between each two."""
        return " ".join(word.text for word in self.words)

    @property
    def characters(self) -> tuple[Character, ...]:
        """The characters of all words, from left to right."""
        return tuple(character for word in self.words for character in word.characters)

    @property
    def box(self) -> Box:
        """The smallest box around the characters."""
        return reduce(Box.union, (character.box for character in self.characters))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; ``matched`` if it is known."""
        content = {
            "text": self.text,
            "box": list(self.box),
            "words": [word.to_dict() for word in self.words],
        }
        return content if self.matched is None else content | {"matched": self.matched}


@dataclass(frozen=True)
class Page:
    """All lines of a picture in reading order.

    Attributes:
        lines: none where there is no writing.
        model: name of the model that read it.
        timing_ms: milliseconds for each of :data:`STAGES`.
        turned: degrees, clockwise, by which the picture was turned to be read; boxes are in pixels
            of the picture as it was.
        left_out: how many characters were found and not read, because the picture was said to hold
            one line, or one character.
        refused: how many marks were not read, because the model says that they are no characters.
        boxes: boxes, combs and tables that are printed on the page, from top to bottom.
    """

    lines: tuple[Line, ...]
    model: str
    timing_ms: dict[str, float]
    turned: int = 0
    left_out: int = 0
    refused: int = 0
    boxes: tuple[Frame, ...] = ()

    @property
    def text(self) -> str:
        """The text of the lines, a line break between each two."""
        return "\n".join(line.text for line in self.lines)

    @property
    def characters(self) -> tuple[Character, ...]:
        """The characters of all lines, in reading order."""
        return tuple(character for line in self.lines for character in line.characters)

    def timed(self, **seconds: float) -> Page:
        """Return the page with further stages in its ``timing_ms``; in order of the reading."""
        milliseconds = {name: 1000 * value for name, value in seconds.items()}
        stages = self.timing_ms | milliseconds
        return replace(self, timing_ms={name: stages[name] for name in STAGES if name in stages})

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: confidences to 4 decimals, times to 2.

        ``refused`` and ``boxes`` if there are any; the text of each cell is what its characters
        say.
        """
        content = {
            "text": self.text,
            "lines": [line.to_dict() for line in self.lines],
            "model": self.model,
            "timing_ms": {name: round(ms, 2) for name, ms in self.timing_ms.items()},
            "turned": self.turned,
            "left_out": self.left_out,
        }
        content |= {"refused": self.refused} if self.refused else {}
        return content | ({"boxes": self._boxes()} if self.boxes else {})

    def _boxes(self) -> list[dict[str, Any]]:
        """Return the boxes for JSON, each cell with its text."""
        characters = self.characters
        boxes = [frame.to_dict() for frame in self.boxes]
        for cell in (cell for box in boxes for cell in box["cells"]):
            cell["text"] = "".join(characters[number].char for number in cell["characters"])
        return boxes
