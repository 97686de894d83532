"""Charset, pattern and lexicon, compiled: which characters and strings there can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.charset import expand_charset
from emnist_device.text.lexicon import build_trie, read_lexicon
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import BYCLASS, fold
from emnist_edge.errors import ConstraintError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.decoding import Decoding
    from emnist_device.text.automaton import Automaton

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
        allowed = _allowed(decoding.charset, classes, alphabet)
        if decoding.context == "none":
            # Nothing tells two characters of one class apart: it is called by its name.
            named = np.isin(classes, own[allowed & (own >= 0)])
            allowed &= (own >= 0) | ~named
        pattern = None if decoding.pattern is None else Pattern(decoding.pattern)
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
        return cls(classes, allowed, pattern, lexicon, lengths)

    def holds_for_line(self, words: Sequence[tuple[bool, ...]], line: tuple[bool, ...]) -> bool:
        """Say whether a pattern holds for a ``line`` as a whole, not for its ``words``.

        Both are the gaps before their characters, as in :meth:`fits`. It does where it has spaces,
        or where not all words fit it, and the line does.
        """
        if self.pattern is None or not self.fits(line):
            return False
        return self.pattern.spaced or not all(self.fits(word) for word in words)

    def fits(self, gaps: tuple[bool, ...]) -> bool:
        """Say whether a string can fulfil them that has ``gaps`` before these of its characters."""
        if self.lengths and len(gaps) not in self.lengths:
            return False
        if self.pattern is None or not self.pattern.gapped:
            return True
        allowed = np.tile(self.allowed.astype(float), (len(gaps), 1))
        return bool(np.isfinite(self.pattern.source(gaps).evidence(allowed)))


def _allowed(charset: str | None, classes: NDArray[np.intp], alphabet: str) -> NDArray[np.bool_]:
    """Return whether each of ``BYCLASS`` is in ``charset``, (62,), and has one of ``classes``."""
    members = expand_charset(charset)
    listed = np.array([char in members for char in BYCLASS])
    unread = [char for char, each in zip(BYCLASS, listed & (classes < 0), strict=True) if each]
    if charset is not None and unread:
        raise ConstraintError(
            f"charset '{charset}' has {unread[0]!r}, which this model does not read; it reads "
            f"{alphabet}"
        )
    return np.asarray(listed & (classes >= 0))


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
