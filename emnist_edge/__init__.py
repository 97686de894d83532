"""Read hand-printed characters: ``from emnist_edge import Reader``, and the command."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emnist_device.box import Box
    from emnist_device.decoding import Decoding
    from emnist_device.image.limits import Limits
    from emnist_device.page import Alternative, Character, Line, Page, Word
    from emnist_device.reader import Reader

__version__ = "0.1.0"
__all__ = [
    "Alternative", "Box", "Character", "Decoding", "Limits", "Line", "Page", "Reader", "Word",
    "__version__",
]  # fmt: skip

# Modules of what is not in ``emnist_device.page``.
_MODULES = {"Decoding": "decoding", "Limits": "image.limits", "Reader": "reader"}


def __getattr__(name: str) -> Any:
    """Return a name of the interface, imported when it is first used.

    Most of the command needs none of them. Raises :class:`RuntimeMissingError` where NumPy or
    OpenCV does not load.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import emnist_device  # noqa: F401  # sets limits that OpenCV takes over when it is loaded
    from emnist_edge.packages import load_base

    load_base()
    module = _MODULES.get(name, "page")
    value = globals()[name] = getattr(importlib.import_module(f"emnist_device.{module}"), name)
    return value
