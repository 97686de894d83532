"""The C of tiny as a library of this machine."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
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
        code = self._call(self.library.emnist_glyph, ink, _GLYPH_ARENA, table, None, glyph)
        return code, glyph

    def read(self, crop: NDArray[np.uint8], *, grey: bool = False) -> tuple[int, Result]:
        """Return what emnist_read or emnist_read_grey returns, and the result."""
        function = self.library.emnist_read_grey if grey else self.library.emnist_read
        network = ctypes.byref(ctypes.c_char.in_dll(self.library, "emnist_tiny"))
        result = Result(label=99)
        code = self._call(function, crop, 784 + _GLYPH_ARENA, None, network, result)
        return code, result

    def _call(
        self,
        function: ctypes._CFuncPtr,
        crop: NDArray[np.uint8],
        size: int,
        levels: object,
        network: object,
        made: NDArray[np.uint8] | Result,
    ) -> int:
        arena = np.zeros(size // 8 + _GUARD.size // 8, np.uint64)
        behind = arena.view(np.uint8)[size:]
        behind[:] = _GUARD
        height, width = crop.shape
        arguments = [_pointer(crop), width, height, crop.strides[0]]
        work = _pointer(arena)
        if network is None:
            code = function(*arguments, levels, work, _pointer(made))
        else:
            code = function(network, *arguments, work, ctypes.byref(made))
        assert np.array_equal(behind, _GUARD)
        return int(code)


def _pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)
