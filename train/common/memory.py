"""Memory that a training needs again and again is kept."""

from __future__ import annotations

import ctypes
import sys

# Of malloc.h: M_TRIM_THRESHOLD, M_TOP_PAD and M_MMAP_MAX.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER, _STEP = 2**31 - 1, 256 * 2**20


def keep_memory() -> bool:
    """Tell glibc to keep freed memory for the next batch, and say whether it will.

    Otherwise each large tensor is mapped anew in every batch, and page faults take much of the
    processor's time.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # another C library, such as musl
        return False
    options = {_TRIM_THRESHOLD: _NEVER, _TOP_PAD: _STEP, _MMAP_MAX: 0}
    return all(mallopt(option, value) == 1 for option, value in options.items())
