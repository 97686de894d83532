"""The C of tiny as a library of this machine."""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_GLYPH_ARENA = 18400
#: What lies behind the arena, which no call may change.
_GUARD = np.full(64, 0xA5, np.uint8)


class Result(ctypes.Structure):
    _fields_ = (
        ("label", ctypes.c_uint8),
        ("runner_up", ctypes.c_uint8),
        ("confidence", ctypes.c_uint16),
        ("runner_up_confidence", ctypes.c_uint16),
    )


@dataclass(frozen=True)
class Tiny:
    """The library; every call checks that nothing behind the arena is written."""

    library: ctypes.CDLL

    def glyph(
        self, ink: NDArray[np.uint8], levels: NDArray[np.uint8] | None = None
    ) -> tuple[int, NDArray[np.uint8]]:
        """Return what emnist_glyph returns, and the glyph."""
        glyph = np.full((28, 28), 77, np.uint8)
        table = None if levels is None else _pointer(levels)
        with _guarded(_GLYPH_ARENA) as arena:
            code = self.library.emnist_glyph(*_crop(ink), table, arena, _pointer(glyph))
        return int(code), glyph

    def read(self, crop: NDArray[np.uint8], *, grey: bool = False) -> tuple[int, Result]:
        """Return what emnist_read or emnist_read_grey returns, and the result."""
        function = self.library.emnist_read_grey if grey else self.library.emnist_read
        network = ctypes.byref(ctypes.c_char.in_dll(self.library, "emnist_tiny"))
        result = Result(label=99)
        with _guarded(784 + _GLYPH_ARENA) as arena:
            code = function(network, *_crop(crop), arena, ctypes.byref(result))
        return int(code), result


@contextmanager
def _guarded(size: int) -> Iterator[ctypes.c_void_p]:
    """Give an arena of ``size`` bytes, and check that nothing behind it is written."""
    arena = np.zeros(size // 8 + _GUARD.size // 8, np.uint64)
    behind = arena.view(np.uint8)[size:]
    behind[:] = _GUARD
    yield _pointer(arena)
    assert np.array_equal(behind, _GUARD)


def _crop(crop: NDArray[np.uint8]) -> tuple[ctypes.c_void_p, int, int, int]:
    """Return pointer, width, height and stride."""
    return _pointer(crop), crop.shape[1], crop.shape[0], crop.strides[0]


def _pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
