"""A draft -> the files of its template, and what must not be lost by that."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from emnist_device.forms.defining.text import write_text
from emnist_device.forms.yaml_nodes import MOST_BYTES
from emnist_edge.errors import OutputError, shown
from emnist_edge.files import read_within, written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from emnist_device.forms.defining.draft import Draft, DraftPage


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
        self.path, self.pictures, self._overwrite = path, pictures, overwrite
        self._known = self._content()
        if self._known is not None and not overwrite:
            raise OutputError(_there(path))

    def check(self, draft: Draft) -> None:
        """Raise :class:`OutputError` where a picture of ``draft`` would replace another file."""
        if self.pictures and not self._overwrite:
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
        pages = [page for page in draft.pages if page.fields] if self.pictures else []
        self._known = write_files(self.path, draft, pages)

    def _content(self) -> bytes | None:
        """Return what is in the file now; None where there is none."""
        try:
            self.path.stat()
        except FileNotFoundError:
            return b"" if self.path.is_symlink() else None
        except OSError as error:
            raise _unwritable(self.path, error) from error
        larger = f"has over {MOST_BYTES // 1000} kB, so it is no template; name another file"
        return read_within(self.path, MOST_BYTES, OutputError, what="the template", larger=larger)


def write_files(path: Path, draft: Draft, pages: Iterable[DraftPage]) -> bytes:
    """Write the template of ``draft`` to ``path``, after the pictures of ``pages`` beside it.

    Each is written whole or not at all. Returns the template; raises :class:`OutputError`.
    """
    content = write_text(draft).text.encode()
    try:
        for page in pages:
            with written_whole(path.parent / page.reference) as part:
                part.write_bytes(page.picture.read_bytes())
        with written_whole(path) as part:
            part.write_bytes(content)
    except OSError as error:
        raise _unwritable(path, error) from error
    return content


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{shown(path)}: cannot be written ({error.strerror})")


def _there(path: Path) -> str:
    return f"{shown(path)}: is there already; name another file, or replace it by --overwrite"
