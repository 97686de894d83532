"""What a reader makes of the classes of its model: letters, digits, symbols and no character."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.detect.finder import Stopwatch
from emnist_device.runtime.engine import Engine
from emnist_edge import Decoding, Reader
from emnist_edge.alphabet import BYCLASS, BYMERGE, NOTHING, SYMBOLS
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import ConstraintError
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from numpy.typing import NDArray

MORE = BYMERGE + SYMBOLS + NOTHING
# Of what the model says, so much is of letters and digits; of the rest, half is of no character.
LETTERS = 0.97


class Wider(Engine):
    """The default model with classes for symbols and for what is no character."""

    def __init__(self, model: str, threads: int = 1) -> None:
        super().__init__(model, threads)
        shares = [share * 47 / 70 for share in self.artifact.class_shares] + [1 / 70] * 23
        self.artifact = replace(self.artifact, alphabet=MORE, class_shares=shares)
        self.letters = Letters.of(MORE)

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = super().probabilities(glyphs)
        rest = np.full((len(found), 23), (1 - LETTERS) / 2 / 22, np.float32)
        rest[:, -1] = (1 - LETTERS) / 2
        return np.concatenate([LETTERS * found, rest], axis=1)


class Told(Engine):
    """A model that says of every glyph what it is told to."""

    said: dict[str, float]

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        row = np.full(len(self.artifact.alphabet), 1e-6, np.float32)
        for char, probability in self.said.items():
            row[self.artifact.alphabet.index(char)] = probability
        return np.tile(row / row.sum(), (len(glyphs), 1))


def picture(text: str = "HARBOR\n7483") -> NDArray[np.uint8]:
    return draw_page(text, size=(640, 400), height=55, seed=3).picture


def without_rounding(found: Any) -> Any:
    return [
        [(c.char, c.box, pytest.approx(c.confidence, abs=1e-3)) for c in line.characters]
        for line in found.lines
    ]


def test_symbols_are_neither_read_nor_change_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Reader()
    monkeypatch.setattr("emnist_device.reader.Engine", Wider)
    wider = Reader()
    read = wider.read(picture())
    assert read.text == "HARBOR\n7483"
    assert without_rounding(read) == [
        [(c.char, c.box, c.confidence) for c in line.characters]
        for line in plain.read(picture()).lines
    ]
    cell = draw_page("R", size=(96, 96), height=48, seed=3).picture
    ours, theirs = wider.read_character(cell), plain.read_character(cell)
    assert ours is not None
    assert theirs is not None
    assert (ours.char, ours.box) == (theirs.char, theirs.box)
    assert ours.confidence == pytest.approx(theirs.confidence, abs=1e-3)
    for charset in ("-/", "."):
        with pytest.raises(ConstraintError, match="which no model reads; list letters and digits"):
            wider.read_character(cell, charset)


def test_what_is_said_of_all_classes_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emnist_device.reader.Engine", Wider)
    found = Reader()._finder.find(picture("SUN"), Stopwatch())
    assert found.probabilities.shape == (3, 70)
    assert found.probabilities[:, -1] == pytest.approx((1 - LETTERS) / 2)
    assert found.probabilities.sum(axis=1) == pytest.approx(1)
    # No character is surer than all that it may be.
    assert found.confidence < LETTERS**2


def test_no_character_is_nothing_that_can_be_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubting(Wider):
        def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
            return np.tile(np.eye(70, dtype=np.float32)[-1], (len(glyphs), 1))

    monkeypatch.setattr("emnist_device.reader.Engine", Doubting)
    reader = Reader()
    found = reader._finder.find(picture("SUN"), Stopwatch())
    assert found.confidence == 0
    text = reader.read(picture("SUN")).text.strip()
    assert text
    assert set(text) <= set(BYCLASS + " \n")


def test_cells_are_read_as_if_all_classes_were_equally_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In ByMerge 0 is more common than O, and so it is to the model; a cell may hold either."""
    monkeypatch.setattr("emnist_device.reader.Engine", Told)
    monkeypatch.setattr(Told, "said", {"0": 0.53, "O": 0.47}, raising=False)
    cell = draw_page("O", size=(96, 96), height=48, seed=3).picture
    reader = Reader()
    shares = reader._engine.artifact.class_shares
    nought, oh = 0.53 / shares[BYMERGE.index("0")], 0.47 / shares[BYMERGE.index("O")]
    assert nought < oh
    single = Reader(decoding=Decoding(holds="character")).read(cell).lines[0].characters[0]
    for found in (reader.read_character(cell), single):
        assert found is not None
        assert found.char == "O"
        assert found.confidence == pytest.approx(oh / (nought + oh), abs=2e-3)
        assert found.alternatives[0].char == "0"
    digit = reader.read_character(cell, "digits")
    assert digit is not None
    assert digit.char == "0"


def test_a_model_that_does_not_say_how_common_classes_are_has_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("emnist_device.reader.Engine", Told)
    monkeypatch.setattr(Told, "said", {"5": 0.53, "S": 0.47}, raising=False)
    cell = draw_page("S", size=(96, 96), height=48, seed=3).picture
    reader = Reader("mlp-int8")
    assert not reader._engine.artifact.class_shares
    found = reader.read_character(cell)
    assert found is not None
    assert found.char == "S"  # half of ByMerge's characters are digits, of ten classes
