from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.decoding import CHARSETS, Decoding
from emnist_device.text.constraints import Constraints
from emnist_device.text.spacing import Stretch
from emnist_edge.alphabet import BYCLASS, BYMERGE, DIGITS, UPPER
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def allowed(alphabet: str = BYMERGE, **options: Any) -> str:
    known = Constraints.compile(Decoding(**options), alphabet)
    return "".join(char for char, may in zip(BYCLASS, known.allowed, strict=True) if may)


def test_small_letters_are_read_from_the_classes_of_their_capitals() -> None:
    known = Constraints.compile(Decoding(charset="lower"), BYMERGE)
    assert BYMERGE[known.classes[BYCLASS.index("c")]] == "C"
    assert BYMERGE[known.classes[BYCLASS.index("a")]] == "a"
    assert allowed(charset="lower") == CHARSETS["lower"]


def test_without_context_a_class_is_called_by_its_name() -> None:
    assert allowed(context="none") == BYMERGE
    assert allowed(context="none", charset="cCo") == "Co"


@pytest.mark.parametrize("charset", ["upper", "alnum", "0-9X"])
def test_a_charset_that_the_model_does_not_read_is_refused(charset: str) -> None:
    assert allowed(alphabet=DIGITS) == allowed(alphabet=DIGITS, charset="digits") == DIGITS
    with pytest.raises(ConstraintError, match=r"has '[AX]', which this model does not read; it "):
        allowed(alphabet=DIGITS, charset=charset)
    assert allowed(alphabet=DIGITS + UPPER, charset="cop") == "cop"


def test_what_nothing_can_fulfil_is_said(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("ant\nbee\n")
    for options, message in (
        ({"pattern": "[0-9]+", "charset": "upper"}, "matches nothing .* within charset 'upper'"),
        ({"pattern": "-+"}, "matches nothing"),
        ({"lexicon": lexicon, "charset": "digits"}, "has no word within charset 'digits'"),
        ({"lexicon": lexicon, "pattern": "99"}, "has no word that pattern '99' matches"),
        ({"context": "french"}, "is not one of english, neutral, none"),
        ({"min_confidence": 1.5}, "must be from 0 to 1"),
        ({"min_confidence": float("nan")}, "must be from 0 to 1"),
        ({"min_confidence": "0.5"}, "min_confidence is of type str; give a number"),
        ({"charset": {"0", "1"}}, "charset is of type set; give text"),
        ({"pattern": 9}, "pattern is of type int; give text"),
        ({"lexicon": ["ant"]}, "lexicon is of type list; give the path of a file"),
        ({"pattern": "-?"}, "matches nothing that can be read"),
        ({"pattern": "B[0-9]", "charset": "digits"}, "matches nothing .* within charset 'digits'"),
    ):
        with pytest.raises(ConstraintError, match=message):
            Constraints.compile(Decoding(**options), BYMERGE)


def stretch(gaps: Sequence[bool], symbols: Sequence[str] = ()) -> Stretch:
    """Return characters with these gaps before them; letters and digits, if not ``symbols``."""
    own = tuple(symbols) or ("",) * len(gaps)
    return Stretch(range(len(gaps)), range(own.count("")), tuple(gaps), own, ())


def gaps(*lengths: int) -> list[Stretch]:
    """Return words of these lengths."""
    return [stretch([False] * length) for length in lengths]


def line(*lengths: int) -> Stretch:
    """Return a line with words of these lengths."""
    starts = [place == 0 for length in lengths for place in range(length)]
    return stretch([False, *starts[1:]])


def test_a_pattern_holds_for_words_or_else_for_the_line() -> None:
    code = Constraints.compile(Decoding(pattern="AA999"), BYMERGE)
    assert not code.holds_for_line(gaps(5, 5), line(5, 5))
    assert code.holds_for_line(gaps(2, 3), line(2, 3))
    assert not code.holds_for_line(gaps(2, 4), line(2, 4))
    spaced = Constraints.compile(Decoding(pattern="[A-Z]{2}( [0-9]{2})?"), BYMERGE)
    assert spaced.holds_for_line(gaps(2, 2), line(2, 2))
    assert not Constraints.compile(Decoding(), BYMERGE).holds_for_line(gaps(2, 2), line(2, 2))


def test_where_a_pattern_takes_gaps_for_spaces_they_count() -> None:
    known = Constraints.compile(Decoding(pattern="EK.{4}"), BYMERGE)
    assert known.holds_for_line(gaps(2, 3), line(2, 3))
    assert known.fits(line(6))
    assert not known.fits(line(5))
    assert not known.holds_for_line(gaps(6, 6), line(6, 6))
    upper = Constraints.compile(Decoding(pattern="EK.{2}", charset="EK"), BYMERGE)
    assert upper.fits(line(2, 1))


def test_a_closed_lexicon_fits_the_lengths_of_its_words(tmp_path: Path) -> None:
    lexicon = tmp_path / "words.txt"
    lexicon.write_text("ant\nwasps\n")
    closed = Constraints.compile(Decoding(lexicon=lexicon, out_of_lexicon=0), BYMERGE)
    assert [closed.fits(line(length)) for length in (2, 3, 4, 5)] == [False, True, False, True]
    assert Constraints.compile(Decoding(lexicon=lexicon), BYMERGE).fits(line(4))
    both = Decoding(lexicon=lexicon, out_of_lexicon=0, pattern=".*")
    assert Constraints.compile(both, BYMERGE).fits(line(5))
    assert Constraints.compile(Decoding(lexicon=str(lexicon)), BYMERGE).lexicon is not None


def test_what_is_expected_of_a_pattern_is_within_the_charset() -> None:
    alphabet = BYMERGE + "/-"
    decoding = Decoding(pattern="AA9/9", charset="A-Z0-5/")
    expected = Constraints.compile(decoding, alphabet).expected(alphabet)
    may_be, fitting = (
        {char for char, may in zip(alphabet, classes, strict=True) if may}
        for classes in (expected.may_be, expected.fitting)
    )
    assert may_be == fitting == {*UPPER, *"012345", "/"}
    assert expected.lengths == {4, 5}


def test_without_a_pattern_any_number_of_all_is_expected() -> None:
    expected = Constraints.compile(Decoding(), BYMERGE).expected(BYMERGE)
    assert expected.may_be.all()
    assert not expected.lengths
    digits = Constraints.compile(Decoding(pattern="99"), BYMERGE).expected(BYMERGE)
    assert digits.may_be.all()
    assert digits.fitting.sum() == 10
