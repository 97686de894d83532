"""What was read: a page of lines of words of characters, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from emnist_device.box import Box

if TYPE_CHECKING:
    from emnist_device.frames import Frame

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
        confidence: probability that ``char`` is right; 0 of an unsure one, which stands for no
            question mark. That and those of ``alternatives`` sum to 1 at most.
        box: in pixels of the picture as displayed.
        alternatives: what else it may be, the most probable first, without ``char``. None is said
            to be more probable than what is printed.
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

    @property
    def likeliest(self) -> Alternative:
        """What it was read as, with its probability, though it may be too doubtful to print."""
        return self.alternatives[0] if self.unsure else Alternative(self.char, self.confidence)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: confidences to 4 decimals.

        ``before`` if there is any, and ``unsure`` if it is.
        """
        content = {
            "char": self.char,
            "confidence": round(self.confidence, 4),
            "box": list(self.box),
            "alternatives": [other.to_dict() for other in self.alternatives],
        }
        content |= {"before": self.before} if self.before else {}
        return content | ({"unsure": True} if self.unsure else {})


def mark_unsure(character: Character, least: float) -> Character:
    """Return ``character``, unsure where it is less probable than ``least``."""
    if character.confidence >= least:
        return character
    alternatives = (character.likeliest, *character.alternatives)
    return replace(character, char=UNSURE, confidence=0, alternatives=alternatives, unsure=True)


@dataclass(frozen=True)
class Variant:
    """A text that a word may be, with its probability 0..1."""

    text: str
    confidence: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: the confidence to 4 decimals."""
        return {"text": self.text, "confidence": round(self.confidence, 4)}


@dataclass(frozen=True)
class Word:
    """What stands between two spaces: characters, and the marks that a pattern prints.

    Attributes:
        characters: from left to right; none where the word is of marks alone.
        confidence: probability, 0..1, that all characters are right: 0 where one is unsure. Marks
            are as sure as the pattern is that prints them: 1 for a word of nothing else.
        after: marks that are printed after the last character; all of a word of marks alone.
        gap: of a word of marks alone, where it would stand; of others None.
        alternatives: what else it may be, with the same marks, the most probable first, and none
            more probable than it is itself; where one of its characters is unsure, first what it
            was read as. They and the word sum to 1 at most.
    """

    characters: tuple[Character, ...]
    confidence: float
    after: str = ""
    gap: Box | None = None
    alternatives: tuple[Variant, ...] = ()

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
            "alternatives": [other.to_dict() for other in self.alternatives],
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
        printed: probability, 0..1, that a machine printed it and no hand wrote it; None where that
            was not looked at, as in grids.
    """

    words: tuple[Word, ...]
    matched: bool | None = None
    printed: float | None = None

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
        """Return plain values for JSON, probabilities to 4 decimals; those that are known."""
        content: dict[str, Any] = {
            "text": self.text,
            "box": list(self.box),
            "words": [word.to_dict() for word in self.words],
        }
        content |= {} if self.matched is None else {"matched": self.matched}
        return content | ({} if self.printed is None else {"printed": round(self.printed, 4)})


@dataclass(frozen=True)
class Cell:
    """A cell of a grid: its row and column from 1 on, its box, and its character if it has one."""

    row: int
    column: int
    box: Box
    character: Character | None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; ``char`` is empty where nothing is written."""
        content = {"row": self.row, "column": self.column, "box": list(self.box), "char": ""}
        if self.character is not None:
            content |= self.character.to_dict() | {"box": list(self.box)}
        return content


@dataclass(frozen=True)
class Part:
    """A region of a picture that was read by itself, or a grid.

    Attributes:
        box: of the region, in pixels of the picture.
        text: of its lines; of a grid, of its rows, with a tabulator between each two cells.
        cells: of a grid, row by row.
    """

    box: Box
    text: str
    cells: tuple[Cell, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; ``cells`` if there are any."""
        content: dict[str, Any] = {"box": list(self.box), "text": self.text}
        return content | ({"cells": [cell.to_dict() for cell in self.cells]} if self.cells else {})


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
            one line, or one character, or were left out, because they are printed and only what a
            hand wrote was asked for.
        refused: how many marks were not read, because the model says that they are no characters,
            or symbols that the charset has not.
        parts: regions that were read by themselves, one after another; none for all of a picture.
        boxes: boxes, combs and tables that are printed on the page, from top to bottom.
    """

    lines: tuple[Line, ...]
    model: str
    timing_ms: dict[str, float]
    turned: int = 0
    left_out: int = 0
    refused: int = 0
    parts: tuple[Part, ...] = ()
    boxes: tuple[Frame, ...] = ()

    @property
    def text(self) -> str:
        """The text of the parts, or else of the lines, a line break between each two."""
        return "\n".join(each.text for each in self.parts or self.lines)

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

        ``refused`` and ``boxes`` if there are any, and the parts as ``regions``. The text of each
        cell of a box is what its characters say.
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
        content |= {"regions": [part.to_dict() for part in self.parts]} if self.parts else {}
        return content | ({"boxes": self._boxes()} if self.boxes else {})

    def _boxes(self) -> list[dict[str, Any]]:
        """Return the boxes for JSON, each cell with its text."""
        characters = self.characters
        boxes = [frame.to_dict() for frame in self.boxes]
        for cell in (cell for box in boxes for cell in box["cells"]):
            cell["text"] = "".join(characters[number].char for number in cell["characters"])
        return boxes
