"""What a reader makes of the classes of its model: letters, digits, symbols and no character."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.detect.finder import Stopwatch
from emnist_device.runtime.engine import Engine
from emnist_device.text.signs import SIGNS
from emnist_edge import Decoding, Reader
from emnist_edge.alphabet import BYMERGE, NOTHING, SYMBOLS
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import ConstraintError
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from numpy.typing import NDArray

MORE = BYMERGE + SYMBOLS + NOTHING
# A model that has no class but those of letters and digits.
PLAIN = "cnn-int8"
# Of what the model says, so much is of letters and digits; of the rest, half is of no character.
LETTERS = 0.97


class Unshared(Engine):
    """A model that does not say how common its classes are."""

    def __init__(self, model: str, threads: int = 1) -> None:
        super().__init__(model, threads)
        self.artifact = replace(self.artifact, class_shares=[])


class Wider(Unshared):
    """A model with classes for symbols and for what is no character."""

    def __init__(self, model: str, threads: int = 1) -> None:
        super().__init__(model, threads)
        self.artifact = replace(self.artifact, alphabet=MORE)
        self.letters = Letters.of(MORE)

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = super().probabilities(glyphs)
        rest = np.full((len(found), len(SYMBOLS) + 1), (1 - LETTERS) / 2 / len(SYMBOLS), np.float32)
        rest[:, -1] = (1 - LETTERS) / 2
        return np.concatenate([LETTERS * found, rest], axis=1)


class Told(Engine):
    """A model that says of every glyph what it is told to."""

    said: dict[str, float]

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.tile(row(self.said, self.artifact.alphabet), (len(glyphs), 1))


class Marking(Wider):
    """A model that says what it is told to of glyphs that are ``told`` by their numbers."""

    told: dict[int, dict[str, float]]

    def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = super().probabilities(glyphs)
        for number, said in self.told.items():
            if number < len(found):
                found[number] = row(said, MORE)
        return found


def row(said: dict[str, float], alphabet: str) -> NDArray[np.float32]:
    """Return what a model says: probabilities of ``alphabet``, (C,)."""
    values = np.full(len(alphabet), 1e-6, np.float32)
    for char, probability in said.items():
        values[alphabet.index(char)] = probability
    return np.asarray(values / values.sum(), np.float32)


def marking(monkeypatch: pytest.MonkeyPatch, told: dict[int, dict[str, float]]) -> None:
    """Let readers have a model that is ``told`` what some glyphs are."""
    monkeypatch.setattr("emnist_device.reader.Engine", Marking)
    monkeypatch.setattr(Marking, "told", told, raising=False)


def picture(text: str = "HARBOR\n7483") -> NDArray[np.uint8]:
    return draw_page(text, size=(640, 400), height=55, seed=3).picture


def without_rounding(found: Any) -> Any:
    return [
        [(c.char, c.box, pytest.approx(c.confidence, abs=3e-3)) for c in line.characters]
        for line in found.lines
    ]


def test_classes_of_symbols_change_no_letter_or_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emnist_device.reader.Engine", Unshared)
    plain = Reader(PLAIN)
    monkeypatch.setattr("emnist_device.reader.Engine", Wider)
    wider = Reader(PLAIN)
    before, read = plain.read(picture()), wider.read(picture())
    assert read.text == before.text == "HARBOR\n7483"
    # What may be a symbol is less sure.
    share = LETTERS / (LETTERS + SIGNS.alone * (1 - LETTERS) / 2)
    assert without_rounding(read) == [
        [(c.char, c.box, c.confidence * share) for c in line.characters] for line in before.lines
    ]
    cell = draw_page("R", size=(96, 96), height=48, seed=3).picture
    ours, theirs = wider.read_character(cell), plain.read_character(cell)
    assert ours is not None
    assert theirs is not None
    assert (ours.char, ours.box) == (theirs.char, theirs.box)
    assert ours.confidence == pytest.approx(theirs.confidence * share, abs=1e-3)


def test_a_charset_has_symbols_where_it_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    marking(monkeypatch, {1: {"/": 0.95, "1": 0.05}})
    slashed = picture("7483")
    assert Reader(PLAIN).read(slashed).text == "7/83"
    for charset, text in (("digits", "7 83"), ("0-9/", "7/83"), ("0-9", "7 83")):
        assert Reader(PLAIN, decoding=Decoding(charset=charset)).read(slashed).text == text
    assert Reader(PLAIN, decoding=Decoding(charset="digits")).read(slashed).refused == 1
    only = Reader(PLAIN, decoding=Decoding(charset="/+"))
    assert set(only.read(slashed).text) <= set("/+")


def test_a_model_without_symbols_reads_no_charset_of_them() -> None:
    reader = Reader(PLAIN)
    with pytest.raises(ConstraintError, match="has '/', which this model does not read; it reads"):
        reader.read_character(picture("7"), "0-9/")


def test_a_question_mark_that_is_read_is_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    marking(monkeypatch, {0: {"?": 0.97, "7": 0.03}, 1: {"A": 0.5, "4": 0.5}})
    read = Reader(PLAIN, decoding=Decoding(min_confidence=0.6)).read(picture("7483"))
    sure, unsure = read.characters[:2]
    assert (sure.char, sure.unsure) == ("?", False)
    assert (unsure.char, unsure.unsure) == ("?", True)


def test_what_is_said_of_all_classes_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emnist_device.reader.Engine", Wider)
    found = Reader(PLAIN)._finder.find(picture("SUN"), Stopwatch())
    assert found.probabilities.shape == (3, len(MORE))
    assert found.probabilities[:, -1] == pytest.approx((1 - LETTERS) / 2)
    assert found.probabilities.sum(axis=1) == pytest.approx(1)
    # No character is surer than all that it may be.
    assert found.confidence < LETTERS**2


def test_what_is_no_character_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Reader(PLAIN).read(picture("SUN"))
    marking(monkeypatch, {1: {NOTHING: 0.97, "U": 0.03}})
    read, glyphs = Reader(PLAIN).read_with_glyphs(picture("SUN"))
    assert [c.box for c in read.characters] == [
        c.box for c in (plain.characters[0], plain.characters[2])
    ]
    assert len(glyphs) == 2
    assert (read.refused, read.left_out) == (1, 0)
    assert read.to_dict()["refused"] == 1
    assert "refused" not in plain.to_dict()
    # A lost character is worse than one too many.
    marking(monkeypatch, {1: {NOTHING: 0.8, "U": 0.2}})
    assert Reader(PLAIN).read(picture("SUN")).text.upper() == "SUN"


def test_no_character_is_nothing_that_can_be_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubting(Wider):
        def probabilities(self, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
            return np.tile(np.eye(len(MORE), dtype=np.float32)[-1], (len(glyphs), 1))

    monkeypatch.setattr("emnist_device.reader.Engine", Doubting)
    reader = Reader(PLAIN)
    found = reader._finder.find(picture("SUN"), Stopwatch())
    assert found.confidence == 0
    assert found.refused
    assert not reader.read(picture("SUN")).lines
    assert reader.read_character(draw_page("R", size=(96, 96), height=48, seed=3).picture) is None


def test_cells_are_read_as_if_all_classes_were_equally_common(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In ByMerge 0 is more common than O, and so it is to the model; a cell may hold either."""
    monkeypatch.setattr("emnist_device.reader.Engine", Told)
    monkeypatch.setattr(Told, "said", {"0": 0.53, "O": 0.47}, raising=False)
    cell = draw_page("O", size=(96, 96), height=48, seed=3).picture
    reader = Reader()
    shares = reader._engine.artifact.class_shares
    alphabet = reader._engine.artifact.alphabet
    nought, oh = 0.53 / shares[alphabet.index("0")], 0.47 / shares[alphabet.index("O")]
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
    class Untold(Told, Unshared):
        said = {"5": 0.53, "S": 0.47}  # noqa: RUF012  # a class of one test

    monkeypatch.setattr("emnist_device.reader.Engine", Untold)
    cell = draw_page("S", size=(96, 96), height=48, seed=3).picture
    reader = Reader(PLAIN)
    found = reader.read_character(cell)
    assert found is not None
    assert found.char == "S"  # half of ByMerge's characters are digits, of ten classes
