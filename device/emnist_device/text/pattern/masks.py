r"""Masks, such as ``AA-999``: patterns of nothing but ``A``, ``a``, ``9`` and what is printed.

In a regular expression these three stand for themselves. Where that is hardly what is meant, as in
``9+`` or ``EK-999``, the pattern is refused, with what to write instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from emnist_device.text.pattern.parts import Part, Read, Sequence, literal
from emnist_device.text.pattern.sets import fault
from emnist_edge.alphabet import DIGITS, LOWER, UPPER

_MASK = {"A": UPPER, "a": LOWER, "9": DIGITS}
_EXPRESSION = {"A": "[A-Z]", "a": "[a-z]", "9": r"\d"}
_MEANING = {"A": "any capital", "a": "any small letter", "9": "any digit"}
_OPERATORS = "\\[](){}|?*+^$"


def is_mask(text: str) -> bool:
    """Say whether ``text`` is a mask."""
    return any(char in _MASK for char in text) and not any(
        char in _OPERATORS or (char.isalnum() and char not in _MASK) for char in text
    )


def mask_parts(text: str, subject: str) -> Part:
    """Return the parts of the mask ``text``."""
    return Sequence(
        tuple(
            Read(frozenset(_MASK[char])) if char in _MASK else literal(char, subject, at)
            for at, char in enumerate(text)
        )
    )


@dataclass
class Literals:
    """The letters and digits that stand for themselves in a regular expression.

    found: index in the pattern -> character. repeated: those that a quantifier follows.
    classes, digit_classes: whether it has any class, and one that lists digits.
    """

    found: dict[int, str] = field(default_factory=dict)
    repeated: set[int] = field(default_factory=set)
    classes: bool = False
    digit_classes: bool = False

    def refuse_mask(self, text: str, subject: str) -> None:
        """Raise where some of them are meant as in a mask."""
        meant = self._meant_as_mask()
        if not meant:
            return
        at = min(meant)
        char = text[at]
        better = "".join(
            _EXPRESSION[each] if place in meant else each for place, each in enumerate(text)
        )
        raise fault(
            subject,
            f"is no mask, as it has more than A, a, 9 and marks, so {char} stands for itself; "
            f"for {_MEANING[char]} write {_EXPRESSION[char]}, such as {better}; "
            f"for {char} itself [{char}]",
            at,
        )

    def _meant_as_mask(self) -> set[int]:
        """Return the indices of those that are hardly meant for themselves."""
        masked = {at for at, char in self.found.items() if char in _MASK}
        meant = masked & self.repeated
        for run in self._runs():
            if len(run) > 1 and masked.issuperset(run):
                meant.update(run)
        digits = {at for at, char in self.found.items() if char.isdigit()}
        if not self.digit_classes and masked.issuperset(digits):
            meant |= digits
        if not self.classes and masked == set(self.found):
            meant |= masked
        return meant

    def _runs(self) -> list[list[int]]:
        """Return the indices of digits, and of letters, that follow each other."""
        order = sorted(self.found)
        keys = {at: (at - number, self.found[at].isdigit()) for number, at in enumerate(order)}
        return [list(run) for _, run in groupby(order, key=keys.__getitem__)]
