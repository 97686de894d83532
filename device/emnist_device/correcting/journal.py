"""What a person says of doubtful fields, kept as it is said: a line of JSON each, beside the table.

Lines are only appended, and each is on the disk before it is answered: whatever ends the program or
the browser, no more than what is being typed is lost.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import count
from typing import IO, TYPE_CHECKING, Any

from emnist_device.correcting.cut_lines import is_cut
from emnist_device.correcting.fields import DAMAGE, parsed
from emnist_device.correcting.said import Said
from emnist_edge.errors import FormError, shown
from emnist_edge.files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.correcting.said import After, Answer, Asked

# What to do about what is no file.
_MOVE = "move it away"


def journal_path(table: Path) -> Path:
    """Return where the corrections of ``table`` are."""
    return table.with_name(f"{table.name}.corrections.jsonl")


def read_journal(path: Path) -> Said:
    """Return what was said so far; nothing where there is no such file.

    Raises:
        FormError: it cannot be read, or a line of it is damaged.
    """
    try:
        with open_regular(path, FormError, _MOVE) as file:
            return _replay(path, file)[0]
    except FileNotFoundError:
        return Said()
    except OSError as error:
        raise FormError(f"{shown(path)}: cannot be read ({error.strerror})") from error


class Journal:
    """The corrections of a table, for this process alone until it is closed.

    said: what was said, now and before. kept: where a last line is that was cut while it was
    written, and is taken out; None for none.

    Raises:
        FormError: the file cannot be read or written, or another process has it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.kept: Path | None = None
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK  # a pipe waits else
            self._number = os.open(path, flags, 0o666)
        except IsADirectoryError as error:
            raise FormError(f"{shown(path)}: is no file; {_MOVE}") from error
        except OSError as error:
            raise FormError(self._fault(error)) from error
        try:
            self._lock()
            self.said = self._take_over()
        except BaseException:
            os.close(self._number)
            raise

    def _take_over(self) -> Said:
        """Return what the file has, and let it end where a line does."""
        try:
            with os.fdopen(self._number, "rb", closefd=False) as file:
                said, end = _replay(self._path, file)
            size = os.fstat(self._number).st_size
            if size > end:
                self.kept = _keep_aside(self._path, os.pread(self._number, size - end, end))
                os.ftruncate(self._number, end)
            if end and os.pread(self._number, 1, end - 1) != b"\n":
                self._write(b"\n")
        except OSError as error:
            raise FormError(self._fault(error)) from error
        return said

    def say(self, asked: Asked, read: str, answer: Answer, after: After) -> None:
        """Keep an answer to a field that was ``read`` so, and what it makes of its sheet.

        Raises :class:`FormError` where that fails.
        """
        self._append({**asdict(asked), "read": read, **asdict(answer), **after.to_dict()})
        self.said.say(asked, answer, after)

    def undo(self) -> Asked | None:
        """Take the last answer back, and return the field; None where there is none."""
        asked = self.said.last
        if asked is not None:
            self._append({**asdict(asked), "undo": True})
            self.said.take_back()
        return asked

    def close(self) -> None:
        """Let go of the file, which is removed where nothing was ever said."""
        if not os.fstat(self._number).st_size:
            self._path.unlink(missing_ok=True)
        os.close(self._number)

    def _lock(self) -> None:
        if not stat.S_ISREG(os.fstat(self._number).st_mode):
            raise FormError(f"{shown(self._path)}: is no file; {_MOVE}")
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
        try:
            self._write(text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise FormError(f"{self._fault(error)}; what was said last is not kept") from error

    def _write(self, line: bytes) -> None:
        """Append ``line``, all of it or nothing, and wait until it is on the disk."""
        before = os.fstat(self._number).st_size
        try:
            while line:
                line = line[os.write(self._number, line) :]
            os.fsync(self._number)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._number, before)
            raise

    def _fault(self, error: OSError) -> str:
        return f"{shown(self._path)}: cannot be written ({error.strerror})"


def _replay(path: Path, file: IO[bytes]) -> tuple[Said, int]:
    """Return what the lines of ``file`` say, and how many bytes these are.

    A last line that was cut while it was written counts for nothing.
    """
    said, end = Said(), 0
    for number, line in enumerate(file, start=1):
        try:
            said.take_line(parsed(line))
        except DAMAGE as error:
            if is_cut(line):
                said.cut = number
                break
            ends = "; lines do not end as this program ends them" if b"\r" in line else ""
            raise FormError(
                f"{shown(path)}: line {number} is no correction ({shown(error)}{ends}); mend it or "
                "take it out, or move the file away to begin anew"
            ) from error
        end += len(line)
    return said, end


def _keep_aside(path: Path, cut: bytes) -> Path:
    """Write what is left of a line beside the journal, and return where; nothing is replaced.

    Raises OSError where that fails.
    """
    for number in count(1):
        kept = path.with_name(f"{path.name}.cut{'' if number == 1 else f'-{number}'}")
        with suppress(FileExistsError), kept.open("xb") as file:
            file.write(cut)
            file.flush()
            os.fsync(file.fileno())
            return kept
    raise AssertionError  # numbers do not end
