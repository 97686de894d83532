"""The C of a network as a library of this machine."""

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


class Network(ctypes.Structure):
    """A network, of which a copy may be told which classes to choose among."""

    _fields_ = (
        ("steps", ctypes.c_void_p),
        ("powers", ctypes.c_void_p),
        ("among", ctypes.c_void_p),
        *((name, ctypes.c_uint16) for name in ("arena_size", "input", "output", "power_count")),
        ("step_count", ctypes.c_uint8),
        ("classes", ctypes.c_uint8),
    )


@dataclass(frozen=True)
class Built:
    """The library; every call checks that nothing behind the arena is written."""

    library: ctypes.CDLL
    name: str = "tiny"

    def glyph(
        self, ink: NDArray[np.uint8], levels: NDArray[np.uint8] | None = None
    ) -> tuple[int, NDArray[np.uint8]]:
        """Return what emnist_glyph returns, and the glyph."""
        glyph = np.full((28, 28), 77, np.uint8)
        table = None if levels is None else _pointer(levels)
        with _guarded(_GLYPH_ARENA) as arena:
            code = self.library.emnist_glyph(*_crop(ink), table, arena, _pointer(glyph))
        return int(code), glyph

    def network(self, among: NDArray[np.uint8] | None = None) -> Network:
        """Return a copy of the network that chooses among the classes where ``among`` is not 0."""
        copy = Network.from_buffer_copy(Network.in_dll(self.library, f"emnist_{self.name}"))
        if among is not None:
            copy.among = among.ctypes.data
        return copy

    def read(
        self, crop: NDArray[np.uint8], *, grey: bool = False, among: NDArray[np.uint8] | None = None
    ) -> tuple[int, Result]:
        """Return what emnist_read or emnist_read_grey returns, and the result."""
        function = self.library.emnist_read_grey if grey else self.library.emnist_read
        result = Result(label=99)
        with _guarded(784 + _GLYPH_ARENA) as arena:
            network = ctypes.byref(self.network(among))
            code = function(network, *_crop(crop), arena, ctypes.byref(result))
        return int(code), result

    def probabilities(
        self, logits: NDArray[np.int8], among: NDArray[np.uint8] | None = None
    ) -> tuple[int, NDArray[np.uint16]]:
        """Return what emnist_probabilities returns, and the probabilities."""
        found = np.full(len(logits), 7, np.uint16)
        network = ctypes.byref(self.network(among))
        code = self.library.emnist_probabilities(network, _pointer(logits), _pointer(found))
        return int(code), found


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
