"""What a training of the page network starts from: another run, or a network that was exported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.artifact import open_model
from train.common import loop
from train.common.data import read_json
from train.common.exported import EXPORTED, take_exported
from train.pages.crops import SIDE

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    from numpy.typing import NDArray

# Crops that channels of an exported network are measured on.
_MEASURED = 48


def begin_with(model: keras.Model, start: Path, contrast: NDArray[np.uint8]) -> None:
    """Give ``model`` the weights of the file ``start``: of another run, or exported.

    Args:
        model: untrained, of :func:`train.pages.network.build`.
        start: ``model.keras``, or a TFLite file.
        contrast: (N, SIDE, SIDE) of crops to train with, of which some are looked at.

    Raises:
        DataError: The file cannot be read, or is of another network.
    """
    from train.pages.network import CUSTOM_OBJECTS

    if start.suffix == EXPORTED:
        step = max(1, len(contrast) // _MEASURED)
        take_exported(model, start, contrast[::step][:_MEASURED])
    else:
        loop.begin_with(model, start, CUSTOM_OBJECTS)


def record_of(start: Path) -> dict[str, Any]:
    """Return what is known of the run that left the model ``start``, or that it was exported of.

    What could not be started from is refused here, before anything that takes long, with
    :class:`DataError` or :class:`ModelError`.
    """
    from train.pages.network import build

    begin_with(build(SIDE), start, np.zeros((1, SIDE, SIDE), np.uint8))
    if start.suffix == EXPORTED:
        known = open_model(start)[0].provenance
    else:
        path = start.with_name("metrics.json")
        known = read_json(path) if path.exists() else {}
    return {name: known[name] for name in ("recipe", "crops", "started_from") if name in known}
