"""What a person says of doubtful fields, kept as it is said: a line of JSON each, beside the table.

Lines are only appended, and each is on the disk before it is answered: whatever ends the program or
the browser, no more than what is being typed is lost.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from emnist_device.batch.places import cut_to_lines
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Text and value of a field, as of a reading.
Answer = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """A field that is asked for: of which page of which file, by which reading of it."""

    image: str
    page: int | None
    reading: str
    field: str


def journal_path(table: Path) -> Path:
    """Return where the corrections of ``table`` are."""
    return table.with_name(f"{table.name}.corrections.jsonl")


class Said:
    """What was said, by a journal's lines in their order.

    answers: of each field, the one that counts.
    """

    def __init__(self) -> None:
        self.answers: dict[Asked, Answer] = {}
        self._before: list[tuple[Asked, Answer | None]] = []

    def say(self, asked: Asked, answer: Answer) -> None:
        """Take an answer."""
        self._before.append((asked, self.answers.get(asked)))
        self.answers[asked] = answer

    @property
    def last(self) -> Asked | None:
        """The field whose answer would be taken back."""
        return self._before[-1][0] if self._before else None

    def take_back(self) -> None:
        """Let the last answer be as if it had not been given."""
        asked, before = self._before.pop()
        if before is None:
            del self.answers[asked]
        else:
            self.answers[asked] = before


def read_journal(path: Path) -> Said:
    """Return what was said so far; nothing where there is no such file.

    Raises:
        FormError: it cannot be read, or a line of it is damaged.
    """
    try:
        with path.open("rb") as file:
            return _replay(path, file)
    except FileNotFoundError:
        return Said()
    except OSError as error:
        raise FormError(f"{shown(path)}: cannot be read ({error.strerror})") from error


class Journal:
    """The corrections of a table, for this process alone until it is closed.

    said: what was said, now and before.

    Raises:
        FormError: the file cannot be read or written, or another process has it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.exists() and not path.is_file():
                raise FormError(f"{shown(path)}: is no file; move it away")
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            self._file: IO[bytes] = os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)
        except OSError as error:
            raise FormError(f"{shown(path)}: cannot be written ({error.strerror})") from error
        try:
            self._lock()
            cut_to_lines(self._file)
            self._file.seek(0)
            self.said = _replay(path, self._file)
        except BaseException:
            self._file.close()
            raise

    def say(self, asked: Asked, read: str, answer: Answer) -> None:
        """Keep an answer to a field that was ``read`` so; raises FormError where that fails."""
        text, value = answer
        self._append({**asdict(asked), "read": read, "text": text, "value": value})
        self.said.say(asked, answer)

    def undo(self) -> Asked | None:
        """Take the last answer back, and return the field; None where there is none."""
        asked = self.said.last
        if asked is not None:
            self._append({**asdict(asked), "undo": True})
            self.said.take_back()
        return asked

    def close(self) -> None:
        """Let go of the file, which is removed where nothing was ever said."""
        if not os.fstat(self._file.fileno()).st_size:
            self._path.unlink(missing_ok=True)
        self._file.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FormError(
                f"{shown(self._path)}: another form review of this table is running"
            ) from error
        except OSError as error:
            raise FormError(
                f"{shown(self._path)}: cannot be locked ({error.strerror}); copy what is there to "
                "another disk"
            ) from error

    def _append(self, content: dict[str, Any]) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps({**content, "at": at}, ensure_ascii=False) + "\n"
        line = text.encode("utf-8", "backslashreplace")
        try:
            whole = self._file.write(line) == len(line)
            os.fsync(self._file.fileno())
        except OSError as error:
            raise FormError(
                f"{shown(self._path)}: cannot be written ({error.strerror}); what was said last is "
                "not kept"
            ) from error
        if not whole:
            cut_to_lines(self._file)
            raise FormError(f"{shown(self._path)}: there is no room; what was said last is lost")


def _replay(path: Path, file: IO[bytes]) -> Said:
    said = Said()
    for number, line in enumerate(_whole_lines(file), start=1):
        try:
            _take(said, json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise FormError(
                f"{shown(path)}: line {number} is no correction ({shown(error)}); take it out, or "
                "move the file away to begin anew"
            ) from error
    return said


def _take(said: Said, content: Any) -> None:
    """Let ``said`` be as a line says; ValueError, KeyError or TypeError for what no line is."""
    image, reading, field = (_text(content[name]) for name in ("image", "reading", "field"))
    asked = Asked(image, content["page"], reading, field)
    if not content.get("undo"):
        said.say(asked, (_text(content["text"]), _text(content["value"])))
    elif said.last == asked:
        said.take_back()
    else:
        raise ValueError("it takes back what was not said last")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _whole_lines(file: IO[bytes]) -> Iterator[bytes]:
    return (line for line in file if line.endswith(b"\n"))
