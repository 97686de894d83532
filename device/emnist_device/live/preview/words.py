"""Words that visitors of the page write, as the file that a lexicon is read from."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

# Files that are kept: that of settings which are tried next to the one in use, and some more.
_KEPT = 8


class Words:
    """Keeps words in a folder of its own until it is closed; the same words in the same file."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="emnist-edge-")

    def keep(self, text: str, used: Path | str | None) -> Path:
        """Return the file of the words in ``text``, one a line.

        Of others, the oldest go when there are too many, but not ``used``.
        """
        content = text.encode("utf-8", "replace")
        path = Path(self._folder.name, f"{hashlib.sha256(content).hexdigest()}.txt")
        if not path.exists():
            path.write_bytes(content)
        others = [each for each in self._files() if each not in (path, used)]
        for old in sorted(others, key=lambda each: each.stat().st_mtime_ns)[:-_KEPT]:
            old.unlink()
        return path

    def read(self, path: Path | str | None) -> str:
        """Return the words in ``path``; none for a file that is not kept here."""
        if path is None or Path(path).parent != Path(self._folder.name):
            return ""
        return Path(path).read_text(encoding="utf-8")

    def named(self, message: str) -> str:
        """Return ``message`` about a file that is kept here as one about the words."""
        for path in self._files():
            message = message.replace(str(path), "the words")
        return message

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()

    def _files(self) -> list[Path]:
        return list(Path(self._folder.name).iterdir())
