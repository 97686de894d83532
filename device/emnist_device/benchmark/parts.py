"""The finished parts of a benchmark, on disk, for a run that was stopped to go on with."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.errors import OutputError, shown
from emnist_edge.files import write_json, writing_to, written_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[Any]]

_SETTINGS = "settings.json"


class Parts:
    """``OUTPUT/parts``: what was finished, each part written at once and whole.

    Args:
        output: folder of the benchmark; made where there is none.
        settings: all that figures depend on.
        resume: go on with what is there; without, there may be nothing.

    Raises:
        OutputError: the folder holds a benchmark and should not, holds one of other settings,
            or cannot be written.
    """

    def __init__(self, output: Path, settings: dict[str, Any], *, resume: bool) -> None:
        self._folder = output / "parts"
        path = self._folder / _SETTINGS
        try:
            if path.exists() and not resume:
                raise OutputError(
                    f"{shown(output)}: holds a benchmark already; go on with it by --resume, or "
                    "name another folder"
                )
            self._folder.mkdir(parents=True, exist_ok=True)
            if path.exists():
                _refuse_others(_read_json(path), json.loads(json.dumps(settings)), output)
            else:
                write_json(path, settings)
        except OSError as error:
            raise OutputError(
                f"{shown(output)}: cannot be written ({error.strerror}); name another folder"
            ) from error

    def has(self, name: str) -> bool:
        """Say whether part ``name`` is finished."""
        return (self._folder / f"{name}.json").exists()

    def read(self, name: str) -> Any:
        """Return the figures of part ``name``."""
        return _read_json(self._folder / f"{name}.json")

    def read_arrays(self, name: str) -> Arrays:
        """Return the arrays of part ``name``."""
        path = self._folder / f"{name}.npz"
        try:
            with np.load(io.BytesIO(path.read_bytes())) as archive:
                return dict(archive)
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise _damaged(path, error) from error

    def finish(self, name: str, measure: Callable[[], tuple[Any, Arrays]]) -> None:
        """Measure part ``name`` and write its figures and arrays, unless it is finished."""
        if self.has(name):
            return
        figures, arrays = measure()
        if arrays:
            path = self._folder / f"{name}.npz"
            with writing_to(self._folder), written_whole(path) as part:
                np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
        write_json(self._folder / f"{name}.json", figures)


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> OutputError:
    return OutputError(f"{shown(path)}: cannot be read ({shown(error)}); delete it")


def _refuse_others(found: dict[str, Any], settings: dict[str, Any], output: Path) -> None:
    """Raise :class:`OutputError` unless both are the same."""
    other = sorted(
        key for key in found.keys() | settings.keys() if found.get(key) != settings.get(key)
    )
    if other:
        raise OutputError(
            f"{shown(output)}: holds a benchmark with other settings ({', '.join(other)}); name "
            "another folder"
        )
