"""How tall characters are written, and where they end, beside the others of their line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.text.frequencies import CHARACTER_KINDS
from emnist_edge.alphabet import BYCLASS, DIGITS, UPPER

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Form:
    """How tall some characters are, and where they end.

    tall: height in cap heights. low: lower end above the baseline, in cap heights. spread: how much
    people vary, as the standard deviation of the logarithm of the height. drop: that of the lower
    end. chars: which characters.
    """

    tall: float
    low: float
    spread: float
    drop: float
    chars: str


# By hand: the proportions of school alphabets, and deviations as wide as they are on samples.
LETTER_FORMS = (
    Form(1.0, 0.0, 0.12, 0.09, DIGITS + UPPER + "bdfhklt"),
    Form(0.6, 0.0, 0.17, 0.09, "acemnorsuvwxz"),
    Form(0.9, -0.3, 0.15, 0.13, "gpqy"),
    Form(1.15, -0.3, 0.20, 0.13, "j"),
    Form(0.85, 0.0, 0.20, 0.09, "i"),
)
SYMBOL_FORMS = (
    Form(0.15, 0.0, 0.40, 0.08, "."),
    Form(0.30, -0.18, 0.35, 0.10, ","),
    Form(0.12, 0.40, 0.60, 0.12, "-"),
    Form(0.12, -0.10, 0.60, 0.10, "_"),
    Form(0.30, 0.72, 0.35, 0.13, "'\""),
    Form(0.50, 0.03, 0.25, 0.09, ":"),
    Form(0.60, -0.15, 0.25, 0.12, ";"),
    Form(0.60, 0.15, 0.25, 0.12, "+"),
    Form(0.30, 0.30, 0.35, 0.12, "="),
    Form(0.50, 0.35, 0.30, 0.17, "*"),
    Form(0.60, 0.12, 0.30, 0.12, "<>"),
    Form(0.40, 0.55, 0.35, 0.17, "^"),
    Form(0.25, 0.35, 0.45, 0.15, "~"),
    Form(1.10, -0.06, 0.20, 0.13, "/#&?!@%$€()[]{}"),
)
# How common each symbol is in any kind of word.
_SYMBOL = 0.005


class FormTable:
    """Forms of characters, as arrays.

    Args:
        chars: the characters: :data:`BYCLASS`, and perhaps symbols after it.
        forms: has each of ``chars`` once.

    Attributes:
        tall, spread: (forms, 1, 1), of the logarithm of the height. low, drop: (ends, 1, 1), lower
            ends without repetition. end_of: (forms,), which of these each form has. area: the
            spread times the drop of each form. of_char: (C,), the form of each character. within:
            (C, forms), 1 where a character has a form. kinds: (kinds, C), which characters there
            are in digits, capitals, small, and all; rows sum to 1, but for symbols.
    """

    def __init__(self, chars: str, forms: Sequence[Form]) -> None:
        self.of_char = np.array(
            [next(n for n, form in enumerate(forms) if char in form.chars) for char in chars]
        )
        self.tall = np.log([form.tall for form in forms])[:, None, None]
        self.spread = np.array([form.spread for form in forms])[:, None, None]
        ends = sorted({(form.low, form.drop) for form in forms})
        self.low, self.drop = np.array(ends).T[..., None, None]
        self.end_of = [ends.index((form.low, form.drop)) for form in forms]
        self.area = self.spread * self.drop[self.end_of]
        self.within = np.eye(len(forms))[self.of_char]
        sets = np.vstack([CHARACTER_KINDS.T, np.ones(len(BYCLASS))])
        sets /= sets.sum(axis=1, keepdims=True)
        symbols = np.full((len(sets), len(chars) - len(BYCLASS)), _SYMBOL)
        self.kinds = np.hstack([sets, symbols])
