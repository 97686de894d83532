"""A field without cells -> what may be written in it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from emnist_device.forms.reading.candidates import Candidates
from emnist_device.forms.reading.checking import check
from emnist_device.reader import Reader
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding
    from emnist_device.forms.model import TextField
    from emnist_device.forms.reading.lines import Rectangle
    from emnist_device.forms.registration.register import Registered
    from emnist_device.image.limits import Limits
    from emnist_device.page import Character, Page

# Pixels to a mm at which such fields are read, and what of the field at each side is its outline,
# in mm.
_RESOLUTION, _INSET = 10.0, 0.5
# So many characters are doubted one by one.
_DOUBTED = 3
# A line of anything is right less often than its characters let expect: who writes one of them in
# an odd way writes all so. Its probability to the power of this fits best what was read of 49 lines
# by 13 of UNIPEN's held-out hands: 9 are right where 9.1 are expected, and 19.5 without.
_OF_LINES = 3.0


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

    def read(
        self,
        field: TextField,
        picture: NDArray[np.uint8],
        registered: Registered,
        area: Rectangle,
    ) -> Candidates:
        """Return what ``field`` may say, whose ``area`` is in mm of the page on ``picture``."""
        left, top, right, bottom = area
        inner = (left + _INSET, top + _INSET, right - _INSET, bottom - _INSET)
        window = registered.mapping.cut(picture, inner, _RESOLUTION, fine=True)
        decoding = field.decoding()
        if decoding not in self._readers:
            self._readers[decoding] = Reader(
                self._model,
                decoding=decoding,
                **self._options,  # type: ignore[arg-type]
            )
        try:
            page = self._readers[decoding].read(window)
        except PictureError as error:  # more characters than there may be
            return Candidates((("", 0.0),), str(error))
        return _candidates(field, page)


def _candidates(field: TextField, page: Page) -> Candidates:
    """Return what ``page`` says, and what it says where single characters are others."""
    text = " ".join(page.text.split())
    chance = math.prod(word.confidence for line in page.lines for word in line.words)
    weighed = [(text, chance)]
    doubted = sorted(page.characters, key=lambda each: each.confidence)[:_DOUBTED]
    for character in doubted:
        for other in character.alternatives:
            share = chance * other.confidence / max(character.confidence, 1e-6)
            weighed.append((_with(page, character, other.char), share))
    whole = sum(weight for _, weight in weighed)
    fitted = Candidates.of((each, weight / max(whole, 1.0)) for each, weight in weighed)
    checked = check(field, fitted)
    if field.kind != "line":
        return checked
    return checked.scaled(checked.probability ** (_OF_LINES - 1))


def _with(page: Page, character: Character, char: str) -> str:
    """Return the text of ``page`` with ``char`` in place of ``character``."""
    words = []
    for line in page.lines:
        for word in line.words:
            own = (
                each.before + (char if each is character else each.char) for each in word.characters
            )
            words.append("".join(own) + word.after)
    return " ".join(words)
