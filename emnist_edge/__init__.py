"""Read hand-printed characters: ``from emnist_edge import Reader``, and the command."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from emnist_device import Decoding, Page, Reader

__version__ = "0.1.0"
__all__ = ["Decoding", "Page", "Reader", "__version__"]


def __getattr__(name: str) -> Any:
    """Return a name of :mod:`emnist_device`, imported when it is first used.

    Raises :class:`RuntimeMissingError` where NumPy or OpenCV does not load.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import emnist_device

    value = globals()[name] = getattr(emnist_device, name)
    return value
