"""A field without cells -> what may be written in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from emnist_device.forms.formats import NumberFormat
from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.checking import check
from emnist_device.forms.reading.decimals import spell, with_mark
from emnist_device.reader import Reader
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding
    from emnist_device.forms.model import TextField
    from emnist_device.image.limits import Limits
    from emnist_device.page import Page

# So many characters are doubted one by one.
_DOUBTED = 3
# A line of anything is right less often than its characters let expect: who writes one of them in
# an odd way writes all so. Its probability to the power of this fits best what was read of 49 lines
# by 13 of UNIPEN's held-out hands: 9 are right where 9.1 are expected, and 19.5 without.
_OF_LINES = 3.0
# A number that may have decimals, and in which no mark is seen, is so much less sure: a thin pen's
# point is as small as dust. By hand.
_WITHOUT_MARK = 0.9


class FreeReader:
    """Reads fields that are written in freely, by readers that are made when they are needed.

    Args:
        model: name of an installed model, or path of its file.
        threads: of the TFLite runtime.
        limits: what a picture may cost.
    """

    def __init__(self, model: str | Path, threads: int, limits: Limits) -> None:
        self._options = {"threads": threads, "limits": limits}
        self._model = model
        self._readers: dict[Decoding, Reader] = {}

    def read(self, field: TextField, picture: NDArray[np.uint8]) -> Candidates:
        """Return what ``field`` may say; ``picture`` (H, W) uint8 shows what is written in it."""
        decoding = field.decoding()
        if decoding not in self._readers:
            self._readers[decoding] = Reader(
                self._model,
                decoding=decoding,
                **self._options,  # type: ignore[arg-type]
            )
        try:
            page = self._readers[decoding].read(picture)
        except PictureError as error:  # more characters than there may be
            return Candidates((("", 0.0),), str(error))
        return _candidates(field, page, picture)


def _candidates(field: TextField, page: Page, picture: NDArray[np.uint8]) -> Candidates:
    """Return what ``page`` of ``picture`` says, and what where single characters are others."""
    chance = math.prod(word.confidence for line in page.lines for word in line.words)
    weighed = [(spell(page), chance)]
    doubted = sorted(page.characters, key=lambda each: each.confidence)[:_DOUBTED]
    for character in doubted:
        for other in character.alternatives:
            share = chance * other.confidence / max(character.confidence, 1e-6)
            weighed.append((spell(page, (character, other.char)), share))
    form, reason = field.form, ""
    if isinstance(form, NumberFormat) and form.decimals and page.characters:
        weighed, reason = with_mark(weighed, chance, page, picture, form.mark)
        weighed = [(form.usual(text), own) for text, own in weighed]
    whole = sum(weight for _, weight in weighed)
    fitted = Candidates.of((each, weight / max(whole, 1.0)) for each, weight in weighed)
    checked = check(field, fitted).doubted(reason)
    if isinstance(form, NumberFormat) and form.decimals and form.mark not in checked.text:
        return checked.scaled(_WITHOUT_MARK)
    if field.kind != "line":
        return checked
    return checked.scaled(checked.probability ** (_OF_LINES - 1))
