"""Check digits: characters at the end of a number that follow from those before them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable

Method = Literal["luhn", "isbn", "ean", "mod11", "mod97", "iban"]
#: The methods there are.
METHODS: tuple[Method, ...] = get_args(Method)

# What people write between groups of characters.
_BETWEEN = re.compile(r"[\s./-]+")


def holds(method: Method, text: str) -> bool:
    """Say whether the check digit of ``text`` is right; spaces and hyphens count for nothing.

    Args:
        method: ``luhn`` of ISO/IEC 7812-1 (cards, many matriculation numbers); ``isbn`` of 10 or 13
            characters; ``ean`` of GTIN-8, 12, 13 and 14; ``mod11``: weights 1, 2, 3, ... from the
            right, X for 10, as in ISBN-10 and the NHS number; ``mod97`` of ISO/IEC 7064, MOD 97-10;
            ``iban`` of ISO 13616, the same with the first four characters moved to the end.
        text: with its check digit.
    """
    return _HOLDS[method](_BETWEEN.sub("", text).upper())


def _digits(text: str) -> list[int]:
    """Return the digits of ``text`` from the right; empty where it has anything else."""
    return [int(char) for char in reversed(text)] if re.fullmatch("[0-9]{2,}", text) else []


def _luhn(text: str) -> bool:
    digits = _digits(text)
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return bool(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _ean(text: str) -> bool:
    digits = _digits(text)
    return len(digits) in (8, 12, 13, 14) and (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def _mod11(text: str) -> bool:
    digits = _digits(text[:-1] + "0") if text[-1:] == "X" else _digits(text)
    total = sum(place * digit for place, digit in enumerate(digits, 1))
    return bool(digits) and (total + (10 if text[-1:] == "X" else 0)) % 11 == 0


def _isbn(text: str) -> bool:
    if len(text) == 10:
        return _mod11(text)
    return len(text) == 13 and text.startswith(("978", "979")) and _ean(text)


def _mod97(text: str) -> bool:
    if not re.fullmatch("[0-9A-Z]{3,}", text):
        return False
    return int("".join(str(int(char, 36)) for char in text)) % 97 == 1


def _iban(text: str) -> bool:
    return bool(re.fullmatch("[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}", text)) and _mod97(
        text[4:] + text[:4]
    )


_HOLDS: dict[Method, Callable[[str], bool]] = {
    "luhn": _luhn,
    "isbn": _isbn,
    "ean": _ean,
    "mod11": _mod11,
    "mod97": _mod97,
    "iban": _iban,
}
