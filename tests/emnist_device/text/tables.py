"""What a classifier may say of some characters, and where these stand, for tests of the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_device.box import Box
from emnist_device.decoding import Decoding
from emnist_device.text.decode import Decoder
from emnist_edge.alphabet import BYMERGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.page import Line


def rows(*characters: str | dict[str, float]) -> NDArray[np.float32]:
    """Return probabilities with the given ones set and the rest spread evenly."""
    table = np.zeros((len(characters), len(BYMERGE)), np.float32)
    for row, char in zip(table, characters, strict=True):
        given = {char: 0.99} if isinstance(char, str) else char
        row[:] = (1 - sum(given.values())) / (len(BYMERGE) - len(given))
        for name, probability in given.items():
            row[BYMERGE.index(name)] = probability
    return table


def boxes(count: int, y: int = 0, bare: Sequence[int] = (), gaps: Sequence[int] = ()) -> list[Box]:
    """Return boxes of capitals; those in ``bare`` narrow, with a space after those in ``gaps``."""
    found, x = [], 0
    for number in range(count):
        found.append(Box(x, y, 8 if number in bare else 24, 40))
        x = found[-1].right + (56 if number in gaps else 6)
    return found


def decode(
    table: NDArray[np.float32], lines: Sequence[Sequence[Box]] = (), top_k: int = 3, **options: Any
) -> tuple[Line, ...]:
    """Return the lines that ``table`` is decoded to; ``options`` are those of a Decoding."""
    decoder = Decoder(BYMERGE, Decoding(**options))
    return decoder.decode(table, lines or [boxes(len(table))]).lines(top_k)


def text(table: NDArray[np.float32], lines: Sequence[Sequence[Box]] = (), **options: Any) -> str:
    """Return the text that ``table`` is decoded to."""
    return "\n".join(line.text for line in decode(table, lines, **options))


ZERO_OR_O = {"0": 0.55, "O": 0.44}
O_OR_ZERO = {"0": 0.3, "O": 0.69}
