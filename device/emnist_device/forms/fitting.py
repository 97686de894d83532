"""Whether a field can have any text: its range and check digit beside its cells and its format."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.yaml_nodes import TemplateError
from emnist_device.text.pattern.masks import is_mask
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import BYCLASS, DIGITS, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from emnist_device.forms.records import Values

# Longer texts are in no field.
_LONGEST = 100
# How many characters a number has that has a check digit, and which they may be.
_CHECKED: dict[str, tuple[Container[int], str]] = {
    "luhn": (range(2, _LONGEST + 1), DIGITS),
    "isbn": ({10, 13}, f"{DIGITS}Xx"),
    "ean": ({8, 12, 13, 14}, DIGITS),
    "mod11": (range(2, _LONGEST + 1), f"{DIGITS}Xx"),
    "mod97": (range(3, _LONGEST + 1), BYCLASS),
    "iban": (range(15, 35), BYCLASS),
}
# What check digits leave out: between groups of characters, and in a pattern.
_BETWEEN = re.compile(r"[\s./-]")


def check_fits(
    values: Values, form: DateFormat | NumberFormat | None, cells: int, figures: int
) -> None:
    """Raise TemplateError where no text fulfils the checks of a field.

    Args:
        values: what the template has for it.
        form: of a date or number.
        cells: how many it has, 0 for none.
        figures: how many a number has without cells.
    """
    if "range" in values and not _has_number(values, form, cells, figures):
        least, most = values["range"]
        room = f"in {cells} cells" if cells else "that may be written there"
        what = form.text if isinstance(form, DateFormat) else "number"
        raise TemplateError(
            values.line_of("range"),
            f"no {what} {room} is from {_plain(least)} to {_plain(most)}; change the range, or "
            "what it is written in",
        )
    if "check_digit" not in values:
        return
    method = values["check_digit"]
    wanted, chars = _CHECKED[method]
    lacks_letters = method == "iban" and values["kind"] == "digits"
    if lacks_letters or not any(count in wanted for count in _counts(values, cells, chars)):
        raise TemplateError(
            values.line_of("check_digit"),
            f"no text of it can have the check digit {method}, by the number or kind of its "
            "characters; change the one or the other",
        )


def _plain(end: float | str) -> str:
    return end if isinstance(end, str) else f"{end:.12g}"


def _has_number(
    values: Values, form: DateFormat | NumberFormat | None, cells: int, figures: int
) -> bool:
    """Say whether something that may be written is in the range of a field."""
    if isinstance(form, DateFormat):
        first, last = (date.fromisoformat(each) for each in values["range"])
        return form.first <= last and first <= form.last
    number = form or NumberFormat()
    count = cells or (figures if form else _LONGEST)
    length = values.get("length", count)
    count = min(count, length if isinstance(length, int) else length[1])
    step = Decimal(1).scaleb(-number.decimals)
    written = bool(number.decimals) and not number.printed
    whole = max(1, count - number.decimals - 1) if written else count - number.decimals
    greatest = Decimal(1).scaleb(whole) - step
    negative = Decimal(1).scaleb(whole - bool(cells)) - step if number.signed else Decimal(0)
    least, most = (Decimal(_plain(each)) for each in values["range"])
    nearest = (max(least, -negative) / step).to_integral_value(ROUND_CEILING) * step
    return nearest <= min(most, greatest)


def _counts(values: Values, cells: int, chars: str) -> Iterable[int]:
    """Return how many characters a text of a field may have, if it has none but ``chars``."""
    if values["kind"] != "pattern":
        length = values.get("length", (1, cells or _LONGEST))
        least, most = (length, length) if isinstance(length, int) else length
        return range(least, min(most, cells or most) + 1)
    pattern = values["pattern"]
    if is_mask(pattern):
        pattern = re.sub("[^Aa9]", "", pattern)
    allowed = np.array([char in chars for char in BYCLASS])
    found = Pattern(pattern, SYMBOLS).lengths(_LONGEST, allowed)
    # Where it has marks, they are among these; how many is not looked at.
    return range(1, max(found, default=0) + 1) if _BETWEEN.search(pattern) else found
