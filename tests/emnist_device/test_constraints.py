from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.constraints import Constraints, expand_charset
from emnist_device.decoding import CHARSETS, Decoding
from emnist_edge.alphabet import BYCLASS, BYMERGE, DIGITS
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from pathlib import Path


def allowed(alphabet: str = BYMERGE, **options: Any) -> str:
    known = Constraints.compile(Decoding(**options), alphabet)
    return "".join(char for char, may in zip(BYCLASS, known.allowed, strict=True) if may)


def test_charsets_by_name_and_by_their_characters() -> None:
    assert expand_charset(None) == set(BYCLASS)
    assert expand_charset("digits") == set(DIGITS)
    assert expand_charset("lower") == set("abcdefghijklmnopqrstuvwxyz")
    assert expand_charset("0O-") == {"0", "O"}
    with pytest.raises(ConstraintError, match="name one of digits, letters"):
        expand_charset("?")


def test_small_letters_are_read_from_the_classes_of_their_capitals() -> None:
    known = Constraints.compile(Decoding(charset="lower"), BYMERGE)
    assert BYMERGE[known.classes[BYCLASS.index("c")]] == "C"
    assert BYMERGE[known.classes[BYCLASS.index("a")]] == "a"
    assert allowed(charset="lower") == CHARSETS["lower"]


def test_without_context_a_class_is_called_by_its_name() -> None:
    assert allowed(context="none") == BYMERGE
    assert allowed(context="none", charset="cCo") == "Co"


def test_a_model_of_digits_reads_digits() -> None:
    assert allowed(alphabet=DIGITS) == DIGITS
    with pytest.raises(ConstraintError, match="no character that the model reads: 0123456789"):
        allowed(alphabet=DIGITS, charset="upper")


def test_what_nothing_can_fulfil_is_said(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("ant\nbee\n")
    for options, message in (
        ({"pattern": "[0-9]+", "charset": "upper"}, "matches nothing .* within charset 'upper'"),
        ({"pattern": "-+"}, "matches nothing"),
        ({"lexicon": lexicon, "charset": "digits"}, "has no word within charset 'digits'"),
        ({"lexicon": lexicon, "pattern": "99"}, "has no word that pattern '99' matches"),
        ({"context": "french"}, "is none of english, neutral, none"),
        ({"min_confidence": 1.5}, "must be from 0 to 1"),
    ):
        with pytest.raises(ConstraintError, match=message):
            Constraints.compile(Decoding(**options), BYMERGE)


def test_a_pattern_holds_for_words_or_else_for_the_line() -> None:
    code = Constraints.compile(Decoding(pattern="AA999"), BYMERGE)
    assert not code.holds_for_line([5, 5])
    assert code.holds_for_line([2, 3])
    assert not code.holds_for_line([2, 4])
    spaced = Constraints.compile(Decoding(pattern="[A-Z]{2}( [0-9]{2})?"), BYMERGE)
    assert spaced.holds_for_line([2, 2])
    assert not Constraints.compile(Decoding(), BYMERGE).holds_for_line([2, 2])


def test_a_closed_lexicon_fits_the_lengths_of_its_words(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("ant\nwasps\n")
    closed = Constraints.compile(Decoding(lexicon=lexicon, out_of_lexicon=0), BYMERGE)
    assert [closed.fits(length) for length in (2, 3, 4, 5)] == [False, True, False, True]
    assert Constraints.compile(Decoding(lexicon=lexicon), BYMERGE).fits(4)
