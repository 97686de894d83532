"""What was drawn and is not saved yet: files beside the template, whatever ends the command."""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from contextlib import suppress
from itertools import count
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from emnist_device.forms.defining.writing import write_files
from emnist_edge.errors import OutputError, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emnist_device.forms.defining.draft import Draft

# Put behind the name of a template, and from the second on a number.
_UNSAVED = "-unsaved"


class Unsaved:
    """Keeps a draft in files of its own, none of which was there before.

    Args:
        template: the file that the draft is to be saved to.
        pictures: whether the pages' pictures are written as well; else they are beside it.
        continued: what was not saved at another time, and is gone on with; None for nothing.
    """

    def __init__(self, template: Path, *, pictures: bool, continued: Path | None = None) -> None:
        self._template, self._pictures, self._continued = template, pictures, continued
        self._path: Path | None = None
        self._files: set[Path] = set()

    def keep(self, draft: Draft) -> Path:
        """Write ``draft``, and return its template.

        It is beside that of the form, or where nothing can be written there, in a folder for what
        is temporary. Raises :class:`OutputError` where nothing can be written at all.
        """
        path = self._path or _free(self._template, len(draft.pages))
        try:
            self._write(path, draft)
        except OutputError as error:
            path = self._elsewhere(draft, error)
        self._path = path
        return path

    def _elsewhere(self, draft: Draft, fault: OutputError) -> Path:
        """Write ``draft`` where temporary files are; raises ``fault`` where that is nowhere."""
        try:
            folder = Path(tempfile.mkdtemp(prefix="emnist-edge-"))
        except OSError:
            raise fault from None
        before, self._pictures = self._pictures, True  # those that are there are far from it
        path = folder / f"form{_UNSAVED}.yaml"
        try:
            self._write(path, draft)
        except OutputError:
            self._pictures = before
            rmtree(folder, ignore_errors=True)
            raise
        return path

    def drop(self) -> None:
        """Remove the files, once there is nothing that would be lost."""
        _remove(self._files)
        self._path = None
        self._files.clear()

    def drop_all(self, pages: int) -> None:
        """Remove the files, and those that were gone on with, of so many ``pages``."""
        self.drop()
        if self._continued is not None:
            _remove(_written(self._continued, pages))
        self._continued = None

    def _write(self, path: Path, draft: Draft) -> None:
        """Write ``draft`` to ``path``, and beside it those pictures that are not there yet."""
        draft = draft.distinct()
        draft = draft.beside(path) if self._pictures else draft
        pages = [page for page in draft.pages if page.fields] if self._pictures else []
        places = {path.parent / page.reference: page for page in pages}
        missing = [each for each in places if each not in self._files or not each.exists()]
        write_files(path, draft, [places[each] for each in missing])
        self._files.update([path, *missing])


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _written(path: Path, pages: int) -> list[Path]:
    """Return the template ``path`` and the pictures that go with it."""
    pictures = (path.with_name(f"{path.stem}-{page}.png") for page in range(1, pages + 1))
    return [path, *pictures]


def earlier(template: Path) -> list[Path]:
    """Return what was not saved at other times of what is saved to ``template``, latest last."""
    try:
        found = [path for path in template.parent.iterdir() if _number(template, path) is not None]
    except OSError:
        return []
    return sorted(found, key=lambda path: _number(template, path) or 0)


def go_on(kept: Path, template: Path) -> str:
    """Return how to go on with ``kept``, which was not saved to ``template``."""
    one, other = (shlex.quote(shown(path)) for path in (kept, template))
    return f"go on with: emnist-edge form define {one} -o {other} --overwrite --serve PORT"


def _number(template: Path, path: Path) -> int | None:
    """Return the number in the name of ``path``; None where it is nothing unsaved."""
    start, end = re.escape(template.stem + _UNSAVED), re.escape(template.suffix)
    found = re.fullmatch(f"{start}(?:-([0-9]{{1,9}}))?{end}", path.name)
    return None if found is None else int(found[1] or 1)


def _free(template: Path, pages: int) -> Path:
    """Return a name that no file has, nor one of the pictures that go with it."""
    before = earlier(template)
    first = (_number(template, before[-1]) or 0) + 1 if before else 1
    for number in count(first):
        end = _UNSAVED + (f"-{number}" if number > 1 else "")
        path = template.with_name(f"{template.stem}{end}{template.suffix}")
        if not any(map(os.path.lexists, _written(path, pages))):
            return path
    raise AssertionError
