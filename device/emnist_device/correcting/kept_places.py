"""What is known of the fields of a table besides what it has itself; see ``batch.places``."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from emnist_device.batch.places import places_path
from emnist_device.batch.sheets import SheetLines
from emnist_device.correcting.fields import DAMAGE, field_of, parsed
from emnist_edge.errors import FormError, shown
from emnist_edge.files import open_regular

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from emnist_device.batch.tasks import Key, Version
    from emnist_device.correcting.fields import ReadField


class KeptPlaces:
    """The fields of a table's pages, on disk until they are asked for; none without the file.

    A last line that was cut, as a killed run leaves it, counts for nothing.

    Raises:
        FormError: the file beside ``table`` cannot be read, or a line of it is damaged.
    """

    def __init__(self, table: Path) -> None:
        self._path = places_path(table)
        self._form = SheetLines()
        self._lines: dict[Key, tuple[int, int]] = {}  # number and start
        self._file: IO[bytes] | None = None
        try:
            self._file = open_regular(self._path, FormError, "move it away")
        except FileNotFoundError:
            return
        try:
            self._index(self._file)
        except BaseException:
            self._file.close()
            raise

    def _index(self, file: IO[bytes]) -> None:
        start = 0
        for number, line in enumerate(file, start=1):
            with self._naming(number) if line.endswith(b"\n") else suppress(*DAMAGE):
                self._lines[self._form.entry(line).key] = number, start
            start += len(line)

    def of(self, key: Key, version: Version | None) -> Mapping[str, ReadField]:
        """Return the fields of a page by their names; none of another version of its file.

        Raises :class:`FormError` where its line is damaged.
        """
        if self._file is None or key not in self._lines:
            return {}
        number, start = self._lines[key]
        self._file.seek(start)
        line = self._file.readline()
        with self._naming(number):
            if self._form.entry(line).version != version:
                return {}
            fields = parsed(line)["fields"]
            return {name: field_of(name, content) for name, content in fields.items()}

    def beyond(self, keys: Collection[Key]) -> list[Key]:
        """Return the pages that it has besides those of ``keys``."""
        return [key for key in self._lines if key not in keys]

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    @contextmanager
    def _naming(self, number: int) -> Iterator[None]:
        """Turn what a damaged line raises into a :class:`FormError` that names it."""
        try:
            yield
        except DAMAGE as error:
            raise FormError(
                f"{shown(self._path)}: line {number} is not of this program ({shown(error)}); take "
                "it out, or move the file away: then fields are shown without pictures"
            ) from error
