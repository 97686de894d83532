"""What is known of a text before it is read, and how it is to be printed: one set of options."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Literal, get_args

from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Context = Literal["english", "neutral", "none"]
#: The kinds of context there are, the default first.
CONTEXTS: tuple[Context, ...] = get_args(Context)
Holds = Literal["page", "line", "character"]
#: What a picture may hold, the default first.
HOLDS: tuple[Holds, ...] = get_args(Holds)

#: Names that stand for characters.
CHARSETS = {
    "digits": DIGITS,
    "letters": UPPER + LOWER,
    "upper": UPPER,
    "lower": LOWER,
    "alnum": BYCLASS,
    "hex": DIGITS + "ABCDEFabcdef",
}

_TEXT, _FILE, _NUMBER, _CHOICE = (str, NoneType), (str, Path, NoneType), (int, float), (bool,)
_KINDS = {
    "charset": _TEXT,
    "pattern": _TEXT,
    "lexicon": _FILE,
    "out_of_lexicon": _NUMBER,
    "min_confidence": _NUMBER,
    "hand_only": _CHOICE,
}
_GIVEN = {
    _TEXT: "text",
    _FILE: "the path of a file",
    _NUMBER: "a number",
    _CHOICE: "True or False",
}


@dataclass(frozen=True)
class Decoding:
    """What is known of a text, and how it is to be printed. Constraints may be combined.

    charset: a name of :data:`CHARSETS`, or the characters that there are; see
        :mod:`emnist_device.text.charset`. None for all.
    pattern: what each line, or else each word of it, looks like; see
        :mod:`emnist_device.text.pattern.pattern`.
    lexicon: file with a word a line; see :mod:`emnist_device.text.lexicon`.
    out_of_lexicon: how probable it is, 0..1, that a word is not in the lexicon.
    context: ``english`` uses kinds of words, English letter sequences and heights of characters,
        ``neutral`` all but the language, ``none`` takes each character by itself.
    min_confidence: less probable characters, 0..1, are printed as ``?``.
    holds: what is on each picture: a ``page`` of lines, just one ``line``, or just one
        ``character``, for which there is no context: all classes are taken to be equally common.
    hand_only: leave out lines that are rather printed by a machine than written by a hand.

    Raises:
        ConstraintError: a value is of the wrong type or out of range.
    """

    charset: str | None = None
    pattern: str | None = None
    lexicon: Path | str | None = None
    out_of_lexicon: float = 0.01
    context: Context = "english"
    min_confidence: float = 0.0
    holds: Holds = "page"
    hand_only: bool = False

    def __post_init__(self) -> None:
        for name, kinds in _KINDS.items():
            if not isinstance(value := getattr(self, name), kinds):
                raise ConstraintError(
                    f"{name} is of type {type(value).__name__}; give {_GIVEN[kinds]}"
                )
        if self.context not in CONTEXTS:
            raise ConstraintError(f"context {self.context!r} is not one of {', '.join(CONTEXTS)}")
        if self.holds not in HOLDS:
            raise ConstraintError(f"holds {self.holds!r} is not one of {', '.join(HOLDS)}")
        for name in ("out_of_lexicon", "min_confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConstraintError(f"{name} is {getattr(self, name)}, and must be from 0 to 1")


@dataclass(frozen=True)
class Expected:
    """What is known of characters before any is found, for a model with C classes.

    may_be: (C,) bool, which classes the charset leaves. fitting: (C,) bool, which of these a
    pattern may have. lengths: how many characters a line or word has that follows the pattern, as
    far as they are found as ink; empty without a pattern.
    """

    may_be: NDArray[np.bool_]
    fitting: NDArray[np.bool_]
    lengths: frozenset[int] = frozenset()
