"""TensorFlow Lite's fixed-point arithmetic, as its reference kernels have it.

A factor below 1 is a multiplier of 31 bits and a shift to the right. A product with it is rounded
twice: when it is brought to 32 bits, and when it is shifted. For tables, which are made here; the
kernels in C do the same.
"""

from __future__ import annotations

import math

#: The range of int8.
LOWEST, HIGHEST = -128, 127
# Fused activation functions, as the file format numbers them, and the reals that they clip to.
_ACTIVATIONS: dict[int, tuple[float | None, float | None]] = {
    0: (None, None),
    1: (0.0, None),
    2: (-1.0, 1.0),
    3: (0.0, 6.0),
}


def as_multiplier(factor: float) -> tuple[int, int]:
    """Return (multiplier, shift): ``factor`` is about multiplier / 2^31 / 2^shift.

    The multiplier has 31 bits, or is 0 for a factor that is; a shift below 0 is one to the left.
    """
    if factor == 0.0:
        return 0, 0
    fraction, exponent = math.frexp(factor)
    multiplier = math.floor(fraction * (1 << 31) + 0.5)
    if multiplier == 1 << 31:
        multiplier, exponent = multiplier // 2, exponent + 1
    return (0, 0) if exponent < -31 else (multiplier, -exponent)


def scaled(value: int, multiplier: int, shift: int) -> int:
    """Return ``value`` x multiplier / 2^31, halves rounded up, / 2^shift, halves away from 0."""
    if shift < 0:
        value, shift = value << -shift, 0
    high = (value * multiplier + (1 << 30)) >> 31
    if shift == 0:
        return high
    return (high + (1 << (shift - 1)) - (high < 0)) >> shift


def activation_range(activation: int, scale: float, zero_point: int) -> tuple[int, int] | None:
    """Return the least and the highest int8 that a fused activation leaves; None: not known."""
    if activation not in _ACTIVATIONS:
        return None
    least, most = _ACTIVATIONS[activation]
    low, high = LOWEST, HIGHEST
    if least is not None:
        low = max(low, zero_point + _rounded(least / scale))
    if most is not None:
        high = min(high, zero_point + _rounded(most / scale))
    return low, high


def clip(value: int, bounds: tuple[int, int]) -> int:
    """Return ``value`` within ``bounds``."""
    return max(bounds[0], min(bounds[1], value))


def _rounded(value: float) -> int:
    """Return ``value`` rounded, halves away from 0."""
    return math.floor(abs(value) + 0.5) * (1 if value >= 0 else -1)
