"""What was read: a page of lines of characters, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import reduce
from typing import Any, NamedTuple


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


#: Stages of a reading that ``timing_ms`` may hold, in their order.
STAGES = ("load", "segment", "glyph", "classify", "decode", "total")
#: What is printed for a character that is not sure enough.
UNSURE = "?"
#: Why a line is read without what was asked for.
UNMATCHED = "without pattern or lexicon: nothing in them has as many characters"


@dataclass(frozen=True)
class Alternative:
    """A character that the ink may be, with its probability 0..1."""

    char: str
    confidence: float


@dataclass(frozen=True)
class Character:
    """One character: what it was read as, how surely (0..1), where, and what else it may be.

    char: :data:`UNSURE` where it is less probable than was asked for; the first alternative is then
    what it was read as. box: in pixels of the picture as displayed. alternatives: most probable
    first, without ``char``.
    """

    char: str
    confidence: float
    box: Box
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class Word:
    """What stands between two spaces, and how probable (0..1) it is that all of it is right.

    A word of nothing but marks, which a pattern prints, lies in a gap, and is as sure as the
    pattern is: 1.
    """

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True)
class Line:
    """Characters from left to right.

    between: what is printed before each of them, and after the last: a space between words, and
    the marks of a pattern; nothing where it is not given. matched: whether the pattern or closed
    lexicon that was given could be kept to; None where none was. Where not, because nothing in it
    has as many characters, the line is read without.
    """

    characters: tuple[Character, ...]
    between: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()
    matched: bool | None = None

    def __post_init__(self) -> None:
        if not self.between:
            object.__setattr__(self, "between", ("",) * (len(self.characters) + 1))

    @property
    def text(self) -> str:
        """What is printed, with a space between words."""
        *before, last = self.between
        pairs = zip(before, self.characters, strict=True)
        return "".join(mark + character.char for mark, character in pairs) + last

    @property
    def box(self) -> Box:
        """The smallest box around the characters."""
        return reduce(Box.union, (character.box for character in self.characters))

    def as_dict(self) -> dict[str, Any]:
        """Return the line as plain values for JSON; confidences to 4 decimals."""
        content = {"text": self.text, "box": self.box, **asdict(self)}
        del content["between"]
        if self.matched is None:
            del content["matched"]
        for part in (*content["words"], *content["characters"]):
            for value in (part, *part.get("alternatives", ())):
                value["confidence"] = round(value["confidence"], 4)
        return content


@dataclass(frozen=True)
class Page:
    """All lines of a picture in reading order.

    model: name of the model that read it. timing_ms: milliseconds for each stage of the reading.
    turned: degrees, clockwise, by which the picture was turned to be read; boxes are in pixels of
    the picture as it was.
    """

    lines: tuple[Line, ...]
    model: str
    timing_ms: dict[str, float]
    turned: int = 0

    @property
    def text(self) -> str:
        """The text of the lines, a line break between each two."""
        return "\n".join(line.text for line in self.lines)

    def timed(self, **seconds: float) -> Page:
        """Return the page with further stages in its ``timing_ms``; in order of the reading."""
        milliseconds = {name: 1000 * value for name, value in seconds.items()}
        stages = self.timing_ms | milliseconds
        return replace(self, timing_ms={name: stages[name] for name in STAGES if name in stages})

    def as_dict(self) -> dict[str, Any]:
        """Return the page as plain values for JSON; confidences to 4, times to 2 decimals."""
        return {
            "text": self.text,
            "lines": [line.as_dict() for line in self.lines],
            "model": self.model,
            "timing_ms": {name: round(ms, 2) for name, ms in self.timing_ms.items()},
            "turned": self.turned,
        }
