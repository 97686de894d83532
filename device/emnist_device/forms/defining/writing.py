"""A draft -> the files of its template, and what must not be lost by that."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from emnist_device.forms.defining.text import write_text
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import written_whole

if TYPE_CHECKING:
    from emnist_device.forms.defining.draft import Draft

# Put behind the name of a template for what was drawn and not saved.
_UNSAVED = "-unsaved"


class Target:
    """The file of a template, and those of its reference pictures beside it.

    Args:
        path: of the template.
        pictures: whether reference pictures are written as well; else they are there.
        overwrite: whether files that are there may be replaced.

    Raises:
        OutputError: a file is there already.
    """

    def __init__(self, path: Path, *, pictures: bool, overwrite: bool) -> None:
        self.path, self._pictures, self._overwrite = path, pictures, overwrite
        self._known = self._content()
        if self._known is not None and not overwrite:
            raise OutputError(_there(path))

    def check(self, draft: Draft) -> None:
        """Raise :class:`OutputError` where a picture of ``draft`` would replace another file."""
        if self._pictures and not self._overwrite:
            for page in draft.pages:
                picture = self.path.parent / page.reference
                if os.path.lexists(picture):
                    raise OutputError(_there(picture))

    def write(self, draft: Draft) -> None:
        """Write the template of ``draft``, each file whole or not at all, the template at last.

        Raises :class:`OutputError` where that fails, or somebody else has changed the template.
        """
        if self._content() != self._known:
            raise OutputError(
                f"{shown(self.path)}: was changed by another program; move it away, and save again"
            )
        content = write_text(draft).text.encode()
        try:
            for page in draft.pages if self._pictures else ():
                if page.fields:
                    with written_whole(self.path.parent / page.reference) as part:
                        part.write_bytes(page.picture.read_bytes())
            with written_whole(self.path) as part:
                part.write_bytes(content)
        except OSError as error:
            name = shown(self.path)
            raise OutputError(f"{name}: cannot be written ({error.strerror})") from error
        self._known = content

    def keep(self, draft: Draft) -> Path:
        """Write ``draft``, which was not saved, and return the file.

        It is beside the template, or where nothing can be written there, in a folder for what is
        temporary. Raises :class:`OutputError` where nothing can be written at all.
        """
        name = f"{self.path.stem}{_UNSAVED}{self.path.suffix}"
        try:
            return _keep(self.path.with_name(name), draft, pictures=self._pictures)
        except OutputError:
            return _keep(Path(tempfile.mkdtemp(prefix="emnist-edge-"), name), draft, pictures=True)

    def _content(self) -> bytes | None:
        """Return what is in the file now; None where there is none."""
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            name = shown(self.path)
            raise OutputError(f"{name}: cannot be written ({error.strerror})") from error


def _keep(path: Path, draft: Draft, *, pictures: bool) -> Path:
    Target(path, pictures=pictures, overwrite=True).write(draft.beside(path) if pictures else draft)
    return path


def _there(path: Path) -> str:
    return f"{shown(path)}: is there already; name another file, or replace it by --overwrite"
