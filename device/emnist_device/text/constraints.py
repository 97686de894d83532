"""Charset, pattern and lexicon, compiled: which characters and strings there can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.decoding import Expected
from emnist_device.text.charset import expand_charset
from emnist_device.text.lexicon import build_trie, read_lexicon
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import BYCLASS, NOTHING, SYMBOLS, fold
from emnist_edge.errors import ConstraintError, shown
from emnist_edge.scoring.letters import Letters

if TYPE_CHECKING:
    from collections import abc
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding
    from emnist_device.text.automaton import Automaton
    from emnist_device.text.spacing import Stretch

# Strings that are longer are not looked at: no line of writing is.
_LONGEST = 200


@dataclass(frozen=True)
class Constraints:
    """What is known of a text, for one model.

    classes: (62,) the model's class of each of ``BYCLASS``, among its letters and digits. allowed:
    (62,) whether it may occur. symbols: what may occur beside these, of those that the model reads.
    asked: of these, what a charset or a pattern names. pattern, lexicon: None where none was given.
    lengths: how many characters what they allow has: of a lexicon letters and digits, of a pattern
    all that is found as ink.
    """

    classes: NDArray[np.intp]
    allowed: NDArray[np.bool_]
    symbols: str = ""
    asked: str = ""
    pattern: Pattern | None = None
    lexicon: Automaton | None = None
    lengths: frozenset[int] = frozenset()

    @classmethod
    def compile(cls, decoding: Decoding, alphabet: str) -> Constraints:
        """Compile what ``decoding`` says, for a model with a class for each of ``alphabet``.

        That may have symbols; whatever else it has is not read.
        Small letters that the model has no class for are taken to be filed under their capitals.
        Raises :class:`ConstraintError` where nothing that the model reads fulfils it all.
        """
        letters = Letters.of(alphabet).alphabet
        own = np.array([letters.find(char) for char in BYCLASS])
        classes = np.where(own >= 0, own, [letters.find(fold(char)) for char in BYCLASS])
        allowed, symbols = _allowed(decoding.charset, classes, alphabet)
        if decoding.context == "none":
            # Nothing tells two characters of one class apart: it is called by its name.
            named = np.isin(classes, own[allowed & (own >= 0)])
            allowed &= (own >= 0) | ~named
        pattern = None if decoding.pattern is None else Pattern(decoding.pattern, symbols)
        lengths: frozenset[int] = frozenset()
        if pattern is not None:
            lengths = pattern.lengths(_LONGEST, allowed)
            if not lengths:
                raise ConstraintError(
                    shown(f"pattern '{decoding.pattern}' matches nothing that can be read")
                    + _within(decoding.charset)
                )
        lexicon = None
        if decoding.lexicon is not None:
            lexicon = build_trie(_words(decoding, decoding.lexicon, allowed, pattern))
            if decoding.out_of_lexicon == 0:
                lengths = lexicon.lengths(_LONGEST, allowed)
        asked = symbols if _names(decoding.charset) else ""
        if pattern is not None:
            asked = "".join(symbol for symbol in symbols if symbol in pattern.readable)
        return cls(classes, allowed, symbols, asked, pattern, lexicon, lengths)

    def expected(self, alphabet: str) -> Expected:
        """Return what is known before characters are found; ``alphabet`` are all classes."""
        may_be = self._classes_of(alphabet, BYCLASS + self.symbols)
        if self.pattern is None:
            return Expected(may_be, may_be)
        fitting = self._classes_of(alphabet, self.pattern.readable)
        return Expected(may_be, fitting, self.lengths)

    def _classes_of(self, alphabet: str, chars: abc.Container[str]) -> NDArray[np.bool_]:
        """Return which classes of ``alphabet`` are of those of ``chars`` that may occur, (C,)."""
        found = np.array([char in self.symbols and char in chars for char in alphabet])
        listed = np.array([char in chars for char in BYCLASS]) & self.allowed
        found[Letters.of(alphabet).places[self.classes[listed]]] = True
        return found

    def holds_for_line(self, stretches: Sequence[Stretch], line: Stretch) -> bool:
        """Say whether a pattern holds for a ``line`` as a whole, not for its ``stretches``.

        It does where it has spaces, or where not all stretches fit it, and the line does.
        """
        if self.pattern is None or not self.fits(line):
            return False
        return self.pattern.spaced or not all(self.fits(stretch) for stretch in stretches)

    def fits_word(self, letters: range) -> bool:
        """Say whether a string without gaps and symbols can fulfil them that has these letters."""
        return not self.lengths or len(letters) in self.lengths

    def fits(self, stretch: Stretch) -> bool:
        """Say whether a string can fulfil them that has the gaps and symbols of ``stretch``."""
        count = len(stretch.letters)
        if not count or (self.lengths and not {count, len(stretch.rows)} & self.lengths):
            return False
        if self.pattern is None or not (self.pattern.exact or any(stretch.symbols)):
            return True
        source = self.pattern.around(stretch.gaps, stretch.symbols)
        allowed = np.tile(self.allowed.astype(float), (count, 1))
        return bool(np.isfinite(source.evidence(allowed)))


def _allowed(
    charset: str | None, classes: NDArray[np.intp], alphabet: str
) -> tuple[NDArray[np.bool_], str]:
    """Return whether each of ``BYCLASS`` is in ``charset``, (62,), and which symbols are.

    Of what the model has: of ``BYCLASS`` one of ``classes``, of symbols one of ``alphabet``.
    """
    members = expand_charset(charset)
    listed = np.array([char in members for char in BYCLASS])
    unread = [char for char, each in zip(BYCLASS, listed & (classes < 0), strict=True) if each]
    unread += [char for char in SYMBOLS if char in members and char not in alphabet]
    if _names(charset) and unread:
        raise ConstraintError(
            f"charset '{charset}' has {unread[0]!r}, which this model does not read; it reads "
            f"{alphabet.replace(NOTHING, '')}"
        )
    symbols = "".join(char for char in SYMBOLS if char in members and char in alphabet)
    if charset is not None and not (symbols or listed.any()):
        raise ConstraintError(shown(f"charset '{charset}' leaves nothing that this model reads"))
    return np.asarray(listed & (classes >= 0)), symbols


def _names(charset: str | None) -> bool:
    """Return whether ``charset`` is given, and says what there may be, not what there may not."""
    return charset is not None and not charset.startswith("[^")


def _words(
    decoding: Decoding, path: Path | str, allowed: NDArray[np.bool_], pattern: Pattern | None
) -> list[str]:
    """Return the words of the lexicon at ``path`` that charset and pattern allow."""
    known = {char for char, may in zip(BYCLASS, allowed, strict=True) if may}
    words = [
        word
        for word in read_lexicon(path).words
        if known.issuperset(word) and (pattern is None or pattern.accepts(word))
    ]
    if not words:
        matching = f" that pattern '{decoding.pattern}' matches" if pattern else ""
        raise ConstraintError(shown(f"{path}: has no word{matching}") + _within(decoding.charset))
    return words


def _within(charset: str | None) -> str:
    """Return how an error goes on that ``charset`` has a part in."""
    return "" if charset is None else f" within charset '{charset}'"
