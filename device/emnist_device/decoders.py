"""What was found -> characters, by what is known of the text: a decoder for each charset."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.box import Box
from emnist_device.detect.decision import keep
from emnist_device.image.turns import move_box
from emnist_device.text.decode import Decoder
from emnist_device.text.frequencies import class_prior
from emnist_edge.scoring.metrics import balance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding, Expected
    from emnist_device.detect.decision import Found
    from emnist_device.page import Character
    from emnist_device.runtime.engine import Engine
    from emnist_device.text.decode import Decoded


class Decoders:
    """The decoders of one reader.

    Args:
        engine: the classifier.
        decoding: what is known of the text.
        top_k: alternatives to report for each character.

    Raises:
        ConstraintError: nothing that the model reads fulfils ``decoding``.
    """

    def __init__(self, engine: Engine, decoding: Decoding, top_k: int) -> None:
        self._engine, self._decoding, self._top_k = engine, decoding, top_k
        self._made: dict[tuple[str | None, bool], Decoder] = {}
        self._single = decoding.holds == "character"
        letters = engine.letters
        shares = letters.shares(engine.artifact.class_shares)
        self._shares = shares or class_prior(letters.alphabet).tolist()
        self._decoder(decoding.charset, single=self._single)

    def expected(self) -> Expected | None:
        """Return what is expected of a picture before it is read; None where nothing is."""
        return self._decoder(self._decoding.charset, single=self._single).expected

    def expected_of_one(self, charset: str | None) -> Expected | None:
        """Return what is expected of a cell, whose ``charset`` is as of :meth:`decode_one`."""
        charset = self._decoding.charset if charset is None else charset
        return self._decoder(charset, single=True).expected

    def without_strangers(self, found: Found, shape: tuple[int, ...]) -> Found:
        """Return what was ``found`` in a picture, without symbols that the charset has not."""
        if self._single:
            return found
        decoder = self._decoder(self._decoding.charset, single=False)
        return keep(found, ~decoder.strangers(found.probabilities, _boxes(found, shape)))

    def decode(self, found: Found, shape: tuple[int, ...]) -> Decoded:
        """Return the text of what was ``found`` in a picture of ``shape``."""
        decoder = self._decoder(self._decoding.charset, single=self._single)
        return decoder.decode(self._probabilities(found, single=self._single), _boxes(found, shape))

    def decode_one(
        self,
        found: Found,
        charset: str | None,
        shape: tuple[int, ...],
        place: tuple[float, float] = (0.0, 0.0),
    ) -> Character | None:
        """Return the one character that was ``found``, if any, in a picture of ``shape``.

        Args:
            found: of a cell.
            charset: what it may be; None for what is known of the text.
            shape: of the picture.
            place: x and y in it at which the ink begins in which it was found.

        Raises:
            ConstraintError: the model reads nothing in ``charset``.
        """
        decoder = self._decoder(self._decoding.charset if charset is None else charset, single=True)
        if not found.layout.lines:
            return None
        ((blob,),) = found.layout.lines
        scale = found.layout.scale
        x, y = (round(scale * each) for each in place)
        (box,) = _to_picture([move_box(blob.box, x, y)], scale, shape)
        probabilities = self._probabilities(found, single=True)
        (line,) = decoder.decode(probabilities, [[box]]).lines(self._top_k)
        return line.characters[0]

    def _probabilities(self, found: Found, *, single: bool) -> NDArray[np.float32]:
        """Return what the model says of ``found``, (N, C), rows sum to 1.

        Of ``single`` characters, each by itself, all letters and digits are taken to be equally
        common; else they are as common as the model has them.
        """
        if not single:
            return found.probabilities
        letters = self._engine.letters
        equal = balance(letters.pick(found.probabilities), np.array(self._shares))
        return letters.put(found.probabilities, equal)

    def _decoder(self, charset: str | None, *, single: bool) -> Decoder:
        """Return the decoder for ``charset``, made when it is first asked for.

        Nothing tells of ``single`` characters but the picture.
        """
        if (charset, single) not in self._made:
            context = "none" if single else self._decoding.context
            decoding = replace(self._decoding, charset=charset, context=context)
            alphabet = self._engine.artifact.alphabet
            self._made[charset, single] = Decoder(alphabet, decoding, self._shares)
        return self._made[charset, single]


def _boxes(found: Found, shape: tuple[int, ...]) -> list[list[Box]]:
    """Return the boxes of the characters of each line, in pixels of the picture of ``shape``."""
    boxes = iter(_to_picture([blob.box for blob in found.layout.blobs], found.layout.scale, shape))
    return [[next(boxes) for _ in line] for line in found.layout.lines]


def _to_picture(boxes: Sequence[Box], scale: float, shape: tuple[int, ...]) -> list[Box]:
    """Return ``boxes``, in pixels at working size, in pixels of a picture of ``shape``."""
    height, width = shape[:2]
    x, y, wide, high = np.array(boxes, float).reshape(-1, 4).T
    left, top = np.floor(x / scale).clip(0, width - 1), np.floor(y / scale).clip(0, height - 1)
    right = np.rint((x + wide) / scale).clip(left + 1, width)
    bottom = np.rint((y + high) / scale).clip(top + 1, height)
    sides = np.stack([left, top, right - left, bottom - top], axis=1).astype(int)
    return [Box(*each) for each in sides.tolist()]
