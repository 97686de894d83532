"""What a person says of doubtful fields, in the order in which it is said."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from emnist_device.batch.records import number_of
from emnist_device.correcting.fields import (
    entry_of,
    file_name_of,
    list_of,
    mapping_of,
    probability_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    #: File, page and reading of a sheet, as :class:`Asked` has them.
    SheetKey = tuple[str, int | None, str]


@dataclass(frozen=True)
class Asked:
    """A field that is asked for: of which page of which file, by which reading of it."""

    image: str
    page: int | None
    reading: str
    field: str

    @property
    def sheet(self) -> SheetKey:
        """What the fields of a sheet share."""
        return self.image, self.page, self.reading


@dataclass(frozen=True)
class Answer:
    """What stands in a field: text and value as of a reading."""

    text: str
    value: str


@dataclass(frozen=True)
class Settled:
    """What a field says beside corrected ones, so that nobody needs to look at it any more."""

    text: str
    value: str
    probability: float


@dataclass(frozen=True)
class After:
    """What becomes of a sheet by the answers to some of its fields.

    settled: other fields that are in doubt no more. faults: of answers that fail a check, why. row:
    of the roster, from 1; None for none, 0 for the one that was read. tells: the fields of the
    sheet that tell it, where it is not the one that was read.
    """

    settled: Mapping[str, Settled] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    row: int | None = 0
    tells: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; nothing of what stays as it was read."""
        content: dict[str, Any] = {}
        if self.settled:
            content["settled"] = {name: asdict(each) for name, each in self.settled.items()}
        if self.faults:
            content["faults"] = dict(self.faults)
        return content if self.row == 0 else content | {"row": self.row, "tells": list(self.tells)}


class Said:
    """What was said, and taken back.

    answers: of each field, the one that counts. after: of a sheet, what its answers make of it.
    cut: number of a last line of the journal that counts for nothing, since it was not written to
    its end; 0 for none.
    """

    def __init__(self) -> None:
        self.answers: dict[Asked, Answer] = {}
        self.after: dict[SheetKey, After] = {}
        self.cut = 0
        self._before: list[tuple[Asked, Answer | None, After | None]] = []

    def say(self, asked: Asked, answer: Answer, after: After) -> None:
        """Take an answer, and what it makes of its sheet."""
        self._before.append((asked, self.answers.get(asked), self.after.get(asked.sheet)))
        self.answers[asked] = answer
        self.after[asked.sheet] = after

    @property
    def last(self) -> Asked | None:
        """The field whose answer would be taken back."""
        return self._before[-1][0] if self._before else None

    def take_back(self) -> None:
        """Let the last answer be as if it had not been given."""
        asked, answer, after = self._before.pop()
        if answer is None:
            del self.answers[asked]
        else:
            self.answers[asked] = answer
        if after is None:
            del self.after[asked.sheet]
        else:
            self.after[asked.sheet] = after

    def take_line(self, line: Any) -> None:
        """Take what a line of the journal says.

        Raises ValueError or TypeError for what no line is.
        """
        content = mapping_of(line, "it")
        page, undo = entry_of(content, "page"), content.get("undo", False)
        if not isinstance(undo, bool):
            raise TypeError("undo is neither true nor false")
        page = None if page is None else number_of(page, "page")
        image = file_name_of(entry_of(content, "image"), "image")
        reading, name = (text_of(entry_of(content, key), key) for key in ("reading", "field"))
        asked = Asked(image, page, reading, name)
        if not undo:
            text, value = (text_of(entry_of(content, key), key) for key in ("text", "value"))
            self.say(asked, Answer(text, value), _after(content))
        elif self.last == asked:
            self.take_back()
        else:
            raise ValueError("it takes back what was not said last")


def _after(content: Mapping[str, Any]) -> After:
    row = content.get("row", 0)
    if row is not None and "row" in content:
        row = number_of(row, "row")
    settled = mapping_of(content.get("settled", {}), "settled")
    faults = mapping_of(content.get("faults", {}), "faults")
    return After(
        {name: _settled(mapping_of(each, f"settled {name}")) for name, each in settled.items()},
        {name: text_of(each, "a fault") for name, each in faults.items()},
        row,
        tuple(
            text_of(name, "a name of tells") for name in list_of(content.get("tells", []), "tells")
        ),
    )


def _settled(content: Mapping[str, Any]) -> Settled:
    return Settled(
        text_of(entry_of(content, "text"), "text"),
        text_of(entry_of(content, "value"), "value"),
        probability_of(entry_of(content, "probability")),
    )
