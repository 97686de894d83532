"""Checkpoints of a training: what one that was stopped, at any moment, goes on from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.files import read_file, write_json, written_whole
from train.common.data import ANEW, read_json
from train.common.lazy import keras

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: What was measured, a row an epoch.
History = list[dict[str, float]]


def keep(model: keras.Model, history: History, folder: Path) -> None:
    """Leave the state after the last epoch of ``history`` in ``folder``.

    ``epoch-N.keras`` holds weights and optimizer. It counts once ``history.json`` has N rows, so
    that a training which is killed in between has the epoch before to go on from.
    """
    newest = folder / f"epoch-{len(history)}.keras"
    save(model, newest)
    write_json(folder / "history.json", history)
    for older in set(folder.glob("epoch-*.keras")) - {newest}:
        older.unlink()


def begun(folder: Path) -> bool:
    """Say whether :func:`keep` has left anything in ``folder``."""
    return (folder / "history.json").exists()


def latest(
    folder: Path, custom_objects: Mapping[str, Any] | None = None
) -> tuple[keras.Model | None, History]:
    """Return what :func:`keep` left last in ``folder``; None and no rows where nothing is there.

    Raises DataError for what is missing or damaged.
    """
    if not begun(folder):
        return None, []
    history: History = read_json(folder / "history.json")
    return load(folder / f"epoch-{len(history)}.keras", custom_objects), history


def load(path: Path, custom_objects: Mapping[str, Any] | None = None) -> keras.Model:
    """Return the model in ``path``; DataError where it is missing or damaged."""
    return read_file(path, lambda path: keras.models.load_model(path, custom_objects), ANEW)


def save(model: keras.Model, path: Path) -> None:
    """Save ``model`` to ``path``, which ends in ``.keras``: never half of it."""
    with written_whole(path) as part:
        model.save(part)
