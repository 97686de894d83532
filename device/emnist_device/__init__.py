"""What runs on the device: picture -> ink -> glyphs -> probabilities -> text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emnist_device.decoding import Decoding
    from emnist_device.page import Alternative, Character, Line, Page, Word
    from emnist_device.reader import Reader

__all__ = ["Alternative", "Character", "Decoding", "Line", "Page", "Reader", "Word"]


def __getattr__(name: str) -> Any:
    """Return a name of the interface, imported when it is first used: doctor needs none of it.

    Raises :class:`RuntimeMissingError` where NumPy or OpenCV does not load.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from emnist_edge.packages import load_base

    load_base()
    from emnist_device import decoding, page, reader

    module = next(module for module in (decoding, page, reader) if hasattr(module, name))
    value = globals()[name] = getattr(module, name)
    return value
