"""How common symbols are: rarer than letters and digits, unless the page shows more of them.

Models learn from all classes alike. Symbols of programs are brought to how common they are in
writing before anything is held to the picture, as ByMerge's classes are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.signs import SIGNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.text.signs import Signs

#: Symbols of programs and formulas, which few pages have.
TECHNICAL = "<>[]{}^~"
# Of these, one comes with the other: a page that seems to have many of one alone has none.
_PAIRS = ("[]", "{}")


class Rates:
    """Tells how common each symbol is.

    Args:
        symbols: those that there may be.
        asked: those among them that were asked for by name.

    Attributes:
        common: (S,), how common each is beside the usual ones, where nothing is known of the page.
    """

    def __init__(self, symbols: str, asked: str = "", *, signs: Signs = SIGNS) -> None:
        technical = np.isin(list(symbols), [one for one in TECHNICAL if one not in asked])
        self.common = np.where(technical, signs.technical, 1.0)
        # The usual ones count together, each other by itself.
        self._together = np.where(technical[:, None], np.eye(len(symbols)), ~technical)
        self._pairs = [
            [symbols.index(symbol) for symbol in pair]
            for pair in _PAIRS
            if all(symbol in symbols and symbol not in asked for symbol in pair)
        ]
        self._signs = signs

    def of_page(self, chances: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how common each symbol is beside what was learned from, (S,).

        ``chances`` (N, S): how probable each symbol is for each character of the page. An empty
        page tells how common they are before it is read.
        """
        signs = self._signs
        found = self._together @ chances.sum(axis=0)
        for pair in self._pairs:
            found[pair] = 2 * found[pair].min()
        usual = signs.usual * self.common
        more = (found + usual * signs.prior) / (usual * (len(chances) + signs.prior))
        return np.minimum(signs.rarer * np.maximum(more, signs.least), 1 / self.common)
