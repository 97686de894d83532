from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_device.pattern import Pattern
from emnist_edge.alphabet import BYCLASS
from emnist_edge.errors import ConstraintError


def accepts(pattern: Pattern, text: str) -> bool:
    """Say whether the compiled automaton accepts ``text``."""
    emissions = np.zeros((len(text), len(BYCLASS)))
    emissions[range(len(text)), [BYCLASS.index(char) for char in text]] = 1
    return bool(np.isfinite(pattern.automaton.evidence(emissions)))


def test_a_mask_of_capitals_small_letters_and_digits() -> None:
    pattern = Pattern("Aa-99")
    assert accepts(pattern, "Xy07")
    assert not any(accepts(pattern, text) for text in ("xy07", "Xy0", "Xy077", "XyO7"))
    assert pattern.spell("Xy07") == "Xy-07"


def test_what_is_no_mask_is_a_regular_expression() -> None:
    assert accepts(Pattern("A9|B"), "A9")
    assert not accepts(Pattern("A9|B"), "C7")


_ATOMS = st.sampled_from(["a", "b", "1", "[ab]", "[^a-z]", "[1-3x]", ".", r"\d"])


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,}", "{0}"])).map(
            lambda pair: f"({pair[0]}){pair[1]}"
        ),
    )


@settings(deadline=None)
@given(st.recursive(_ATOMS, _wider, max_leaves=6), st.text("abx1Z", min_size=1, max_size=5))
def test_a_pattern_accepts_what_the_regular_expression_does(pattern: str, text: str) -> None:
    known = re.sub(r"\.|\[\^a-z\]", lambda m: f"[{'A-Z0-9' + 'a-z' * (m[0] == '.')}]", pattern)
    compiled = Pattern(f"({pattern})")  # not a mask
    assert accepts(compiled, text) == compiled.accepts(text) == bool(re.fullmatch(known, text))


@pytest.mark.parametrize(
    ("pattern", "read", "printed"),
    [
        ("[0-9]{5}(-[0-9]{4})?", "123456789", "12345-6789"),
        ("[0-9]{5}(-[0-9]{4})?", "12345", "12345"),
        ("AA 99.9", "XY123", "XY 12.3"),
        (r"\d+(\.\d\d)?", "1234", "1234"),
        ("[A-Z]-?[0-9]", "B7", "B7"),
        (r"\[\d\]", "5", "[5]"),
    ],
)
def test_what_has_no_ink_is_printed_where_the_pattern_has_it(
    pattern: str, read: str, printed: str
) -> None:
    assert Pattern(pattern).spell(read) == printed


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "lacks a )"),
        ("a)", "a ) too many"),
        ("[a", "lacks a ]"),
        ("a**", "repeats what is repeated"),
        ("{3}", "nothing before {"),
        ("a{3", "needs a count"),
        ("a{x}", "needs a count"),
        ("a{4,2}", "end is before its start"),
        ("a{101}", "more than 100 times"),
        (r"\w", r"only \\d is known"),
        ("a\\", "ends in a backslash"),
        ("[z-a]", "no range of a kind"),
        ("[A-z]", "no range of a kind"),
        ("[^A-Za-z0-9]", "leaves nothing"),
        ("(" * 40 + "a" + ")" * 40, "nested too deeply"),
        ("((a{50}){50}){50}", "too large"),
        ("a\nb", "cannot be printed"),
    ],
)
def test_what_is_no_pattern_is_said(pattern: str, message: str) -> None:
    with pytest.raises(ConstraintError, match=re.escape(message).replace(r"\\\\d", r"\\d")):
        Pattern(pattern)


@settings(deadline=None)
@given(st.text("ab19[]()^-{},|?*+\\.A ", max_size=12))
def test_any_text_is_a_pattern_or_is_refused(text: str) -> None:
    try:
        pattern = Pattern(text)
    except ConstraintError:
        return
    assert pattern.accepts("ab") == accepts(pattern, "ab")
