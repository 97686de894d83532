"""What C files take of a Cortex-M4's flash."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from export.c99.host import compile_c

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_COMPILER, _SIZE = "arm-none-eabi-gcc", "arm-none-eabi-size"
_CORTEX_M4 = ("-mcpu=cortex-m4", "-mthumb", "-Os", "-c")


def flash(sources: Sequence[Path], folder: Path, *options: str) -> int | None:
    """Return the bytes of code and constants of ``sources``; None without the tools.

    Object files are left in ``folder``.
    """
    if shutil.which(_COMPILER) is None:
        return None
    total = 0
    for source in sources:
        target = folder / f"{source.stem}.o"
        compile_c(_COMPILER, [source], target, *_CORTEX_M4, *options)
        command = [_SIZE, str(target)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
        text, initialized = done.stdout.splitlines()[1].split()[:2]
        total += int(text) + int(initialized)
    return total
