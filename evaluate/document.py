"""Tables that programs write into documents, between two lines that name the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.errors import DataError
from emnist_edge.files import written_whole

if TYPE_CHECKING:
    from pathlib import Path


def marks(program: str) -> tuple[str, str]:
    """Return the lines before and after what ``python -m`` ``program`` writes."""
    what = f"of what python -m {program} writes -->"
    return f"<!-- begin {what}", f"<!-- end {what}"


def with_block(content: str, program: str, text: str, name: str) -> str:
    """Return the document ``content`` with ``text`` between the marks of ``program``.

    Raises :class:`DataError`, which calls the document ``name``, where it lacks them.
    """
    begin, end = marks(program)
    before, found, rest = content.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise DataError(f"{name}: has no lines {begin} and {end}")
    inside = f"\n\n{text}\n\n" if text else "\n"
    return f"{before}{begin}{inside}{end}{after}"


def write_block(path: Path, program: str, text: str) -> None:
    """Put ``text`` between the marks of ``program`` in the file ``path``; see above."""
    content = with_block(path.read_text(encoding="utf-8"), program, text, str(path))
    with written_whole(path) as part:
        part.write_text(content, encoding="utf-8")
