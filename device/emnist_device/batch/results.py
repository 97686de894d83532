"""Files of results, that a killed run can go on with.

A record is appended in one write and names its page, so what a file holds tells what is done; a
last record that is not whole is cut off. What was read with other options is not gone on with, and
the record of a picture that was replaced since is taken out.
"""

from __future__ import annotations

import csv
import fcntl
import os
import stat
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from emnist_device.batch.records import FORMATS
from emnist_device.batch.run_record import check_record, record_path, write_record
from emnist_device.batch.tasks import version_of
from emnist_edge.errors import EmnistEdgeError, shown
from emnist_edge.files import no_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from types import TracebackType

    from emnist_device.batch.records import Entry, Format
    from emnist_device.batch.run_record import RunRecord
    from emnist_device.batch.tasks import Key, Outcome, Version


class Results:
    """A file of results, for this process alone while it is open.

    done: name and number of each page that it holds -> whether reading that failed.

    Args:
        path: ends in a suffix of ``FORMATS``.
        resume: go on with a file that is there; without, there may be none.
        run: with what is read; what was read otherwise is not mixed with it.
        pages: name and number of what is to be read. The records of files that were replaced since
            they were read are taken out, and so are those of standard input, which is another each
            time, and of files whose pages can be told by now.
        formats: suffix of a file -> how it is written.

    Raises:
        EmnistEdgeError: the file is there but should not be, was read otherwise, is written to by
            another process, or holds what this package did not write.
    """

    def __init__(
        self,
        path: Path,
        *,
        resume: bool,
        run: RunRecord,
        pages: Collection[Key] = (),
        formats: Mapping[str, Format] = FORMATS,
    ) -> None:
        if path.suffix not in formats:
            raise EmnistEdgeError(f"{shown(path)}: name a file that ends in .jsonl or .csv")
        self._path = path
        self.format = formats[path.suffix]
        self.done: dict[Key, bool] = {}
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (0 if resume else os.O_EXCL)
            self._file: IO[bytes] = os.fdopen(os.open(path, flags, 0o666), "r+b", buffering=0)
        except FileExistsError as error:
            raise EmnistEdgeError(
                f"{shown(path)}: is there already; go on with it by --resume, or name another file"
            ) from error
        except OSError as error:
            raise EmnistEdgeError(
                f"{shown(path)}: cannot be written ({error.strerror}){no_folder(path)}"
            ) from error
        try:
            self._lock()
            self._take_over(run, set(pages))
        except BaseException:
            self._file.close()
            raise

    def _lock(self) -> None:
        """Keep other runs out; the lock goes with this process, however that ends."""
        status = os.fstat(self._file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise EmnistEdgeError(f"{shown(self._path)}: is no file; results go on only in one")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            same = os.path.samestat(status, self._path.stat())
        except (BlockingIOError, FileNotFoundError):
            same = False
        except OSError as error:
            raise EmnistEdgeError(
                f"{shown(self._path)}: cannot be locked ({error.strerror}); name a file elsewhere"
            ) from error
        if not same:  # or another run has put a file without stale records in its place
            raise EmnistEdgeError(f"{shown(self._path)}: another run is writing to it")

    def _take_over(self, run: RunRecord, pages: set[Key]) -> None:
        """Learn what the file holds, and take out what is stale and what a killed run left."""
        whole = 0
        found: dict[Key, Entry] = {}
        heading = self.format.heading(kept=True)
        for number, record in enumerate(records_in(self._file, self.format), start=1):
            if number == 1:
                check_record(self._path, run)
            whole += len(record)
            if number == 1 and heading:
                if record != heading:
                    raise EmnistEdgeError(
                        f"{shown(self._path)}: its first row is not the one of results"
                    )
                continue
            entry = self._entry(number, record)
            found[entry.key] = entry
        self._check_rest(whole)
        names = {name for name, _ in pages}
        versions = {name: version_of(name) for name in names}
        stale = {
            entry.key
            for entry in found.values()
            if entry.name in names and _is_stale(entry, versions[entry.name], pages)
        }
        self.done = {key: entry.failed for key, entry in found.items() if key not in stale}
        self._file.truncate(whole)
        if stale:
            self._write_anew(self._records_without(stale))
        self._new = not whole
        if self._new:
            self._begin(run)

    def _check_rest(self, whole: int) -> None:
        """Refuse what stands behind ``whole`` bytes unless a killed run may have left it."""
        self._file.seek(whole)
        rest = self._file.read()
        if not self.format.is_begun(rest):
            self._file.seek(0)
            line = self._file.read(whole).count(b"\n") + 1
            raise EmnistEdgeError(
                f'{shown(self._path)}: from line {line} on, records have no end: a quote (") is '
                "missing or too many, or lines do not end as this program ends them; mend it"
            )

    def _entry(self, number: int, record: bytes) -> Entry:
        try:
            return self.format.entry(record)
        except (ValueError, RecursionError, csv.Error) as error:
            raise EmnistEdgeError(
                f"{shown(self._path)}: record {number} is not of this program ({shown(error)}); "
                "take it out"
            ) from error

    def _begin(self, run: RunRecord) -> None:
        """Say with what is read, and write the heading: in this order, should this be killed."""
        write_record(self._path, run)
        self._append(self.format.heading(kept=True))

    def _write_anew(self, records: Iterable[bytes]) -> None:
        """Put a file of ``records`` in the place of this one, locked as well."""
        target = Path(os.path.realpath(self._path))
        part = target.with_name(f"part-{target.name}")
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
            file: IO[bytes] = os.fdopen(os.open(part, flags, 0o666), "r+b", buffering=0)
            try:
                os.fchmod(file.fileno(), stat.S_IMODE(os.fstat(self._file.fileno()).st_mode))
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with os.fdopen(file.fileno(), "wb", closefd=False) as buffered:
                    buffered.writelines(records)
                os.fsync(file.fileno())
                part.replace(target)
            except BaseException:
                file.close()
                with suppress(OSError):
                    part.unlink()
                raise
        except OSError as error:
            raise EmnistEdgeError(
                f"{shown(self._path)}: cannot be written anew ({error.strerror})"
            ) from error
        self._file.close()
        self._file = file

    def _records_without(self, stale: set[Key]) -> Iterator[bytes]:
        """Yield the heading and the records of the file, but for those of ``stale``."""
        heading = self.format.heading(kept=True)
        for record in records_in(self._file, self.format):
            if record == heading or self.format.entry(record).key not in stale:
                yield record

    def records(self) -> Iterator[bytes]:
        """Yield the records of the file, without its heading."""
        heading = self.format.heading(kept=True)
        return (record for record in records_in(self._file, self.format) if record != heading)

    def rewrite(self, change: Callable[[bytes], bytes]) -> None:
        """Put what ``change`` makes of it in the place of each record, of all or of none.

        Raises :class:`EmnistEdgeError` where there is no room.
        """
        changed = (change(record) for record in self.records())
        self._write_anew(chain([self.format.heading(kept=True)], changed))

    def add(self, outcome: Outcome) -> None:
        """Append ``outcome``; raises :class:`EmnistEdgeError` where there is no room for it."""
        self._append(self.format.record(outcome, kept=True))
        self.done[outcome.name, outcome.number] = outcome.failed

    def _append(self, record: bytes) -> None:
        try:
            whole = self._file.write(record) == len(record)
        except OSError as error:
            raise EmnistEdgeError(
                f"{shown(self._path)}: cannot be written ({error.strerror})"
            ) from error
        if not whole:
            raise EmnistEdgeError(f"{shown(self._path)}: there is no room for all of it")

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and self._new and not self.done:  # nothing was read: leave nothing
            for path in (record_path(self._path), self._path):
                with suppress(OSError):
                    path.unlink()
        self._file.close()


def _is_stale(entry: Entry, version: Version | None, pages: set[Key]) -> bool:
    """Say whether the file, by now of ``version``, is another: standard input always is.

    What is gone is not, but what was not there is tried again, and so is a file whose pages could
    not be told and can by now, since a package was installed.
    """
    if entry.name == "-" or version not in (None, entry.version):
        return True
    if entry.number is None:
        return entry.key not in pages
    return entry.failed and version is None


def records_in(file: IO[bytes], written_as: Format) -> Iterator[bytes]:
    """Yield the whole records of ``file``; a last one that is not whole is left out."""
    file.seek(0)
    with os.fdopen(file.fileno(), "rb", closefd=False) as lines:
        record = b""
        for line in lines:
            record += line
            if written_as.is_whole(record):
                yield record
                record = b""
