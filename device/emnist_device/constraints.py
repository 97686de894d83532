"""Charset, pattern and lexicon, compiled: which characters and strings there can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.decoding import CHARSETS
from emnist_device.lexicon import build_trie, read_lexicon
from emnist_device.pattern import Pattern
from emnist_edge.alphabet import BYCLASS, fold
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.automaton import Automaton
    from emnist_device.decoding import Decoding

# Strings that are longer are not looked at: no line of writing is.
_LONGEST = 200


@dataclass(frozen=True)
class Constraints:
    """What is known of a text, for one model.

    classes: (62,) the model's class of each of ``BYCLASS``. allowed: (62,) whether it may occur.
    pattern, lexicon: None where none was given. lengths: how many characters what they allow has.
    """

    classes: NDArray[np.intp]
    allowed: NDArray[np.bool_]
    pattern: Pattern | None = None
    lexicon: Automaton | None = None
    lengths: frozenset[int] = frozenset()

    @classmethod
    def compile(cls, decoding: Decoding, alphabet: str) -> Constraints:
        """Compile what ``decoding`` says, for a model with a class for each of ``alphabet``.

        Small letters that the model has no class for are taken to be filed under their capitals.
        Raises :class:`ConstraintError` where nothing that the model reads fulfils it all.
        """
        own = np.array([alphabet.find(char) for char in BYCLASS])
        classes = np.where(own >= 0, own, [alphabet.find(fold(char)) for char in BYCLASS])
        members = expand_charset(decoding.charset)
        allowed = np.array([char in members for char in BYCLASS]) & (classes >= 0)
        if decoding.context == "none":
            # Nothing tells two characters of one class apart: it is called by its name.
            named = np.isin(classes, own[allowed & (own >= 0)])
            allowed &= (own >= 0) | ~named
        if not allowed.any():
            raise ConstraintError(
                f"charset {decoding.charset!r} has no character that the model reads: {alphabet}"
            )
        pattern = None if decoding.pattern is None else Pattern(decoding.pattern)
        lengths: frozenset[int] = frozenset()
        if pattern is not None:
            lengths = pattern.automaton.lengths(_LONGEST, allowed)
            if not lengths:
                raise ConstraintError(
                    f"pattern {decoding.pattern!r} matches nothing that can be read"
                    + _within(decoding.charset)
                )
        lexicon = None
        if decoding.lexicon is not None:
            words = [
                word
                for word in read_lexicon(decoding.lexicon)
                if allowed[[BYCLASS.index(char) for char in word]].all()
                and (pattern is None or pattern.accepts(word))
            ]
            if not words:
                raise ConstraintError(
                    f"{decoding.lexicon}: has no word"
                    + (f" that pattern {decoding.pattern!r} matches" if pattern else "")
                    + _within(decoding.charset)
                )
            lexicon = build_trie(words)
            if decoding.out_of_lexicon == 0:
                lengths = lexicon.lengths(_LONGEST, allowed)
        return cls(classes, allowed, pattern, lexicon, lengths)

    def holds_for_line(self, words: Sequence[int]) -> bool:
        """Say whether a pattern holds for a line as a whole, not for its words, of these lengths.

        It does where it has spaces, or where not all words fit it, and the line does.
        """
        if self.pattern is None or not self.fits(sum(words)):
            return False
        return self.pattern.spaced or not all(self.fits(length) for length in words)

    def fits(self, length: int) -> bool:
        """Say whether a string of ``length`` characters can fulfil them."""
        return not self.lengths or length in self.lengths


def expand_charset(charset: str | None) -> frozenset[str]:
    """Return the characters that ``charset`` names or lists; None stands for all.

    Raises :class:`ConstraintError` where it lists none that any model reads.
    """
    if charset is None:
        return frozenset(BYCLASS)
    known = frozenset(CHARSETS.get(charset, charset)) & frozenset(BYCLASS)
    if not known:
        raise ConstraintError(
            f"charset {charset!r} has no letter or digit: list some, or name one of "
            + ", ".join(CHARSETS)
        )
    return known


def _within(charset: str | None) -> str:
    return "" if charset is None else f" within charset {charset!r}"
