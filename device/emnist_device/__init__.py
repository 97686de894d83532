"""What runs on the device: picture -> ink -> glyphs -> probabilities -> text."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from emnist_device.image.limits import DEFAULTS

if TYPE_CHECKING:
    from emnist_device.decoding import Decoding
    from emnist_device.page import Alternative, Character, Line, Page, Word
    from emnist_device.reader import Reader

__all__ = ["Alternative", "Character", "Decoding", "Line", "Page", "Reader", "Word"]

# OpenCV looks for its own limits when it is loaded, and every part of this package comes after this
# line. Processes of ours are told anew: theirs may be others.
for _name, _value in DEFAULTS.for_opencv().items():
    os.environ.setdefault(_name, _value)


def __getattr__(name: str) -> Any:
    """Return a name of the interface, imported when it is first used.

    Processes that only decode need little of it, and doctor nothing. Raises
    :class:`RuntimeMissingError` where NumPy or OpenCV does not load.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from emnist_edge.packages import load_base

    load_base()
    module = {"Decoding": "decoding", "Reader": "reader"}.get(name, "page")
    value = globals()[name] = getattr(importlib.import_module(f"emnist_device.{module}"), name)
    return value
