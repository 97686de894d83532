"""What the texts of a form's fields must fulfil: which checks fail, and why.

All of these functions are pure: readings may be tried until one fulfils the checks. A text is what
:meth:`~emnist_device.forms.model.TextField.join` gives, or the values that are marked; "" is blank.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from emnist_device.forms import check_digits
from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.model import BETWEEN, CheckDigit, Length, MarkField, Range, TextField
from emnist_device.text.charset import expand_charset
from emnist_device.text.lexicon import read_lexicon
from emnist_device.text.pattern.pattern import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from emnist_device.forms.model import Check, Leaf, SumOf, Template
    from emnist_device.forms.roster import Roster

# Kinds of fields whose texts may be of several words.
_SPACED = frozenset({"upper", "letters", "line"})

Name = Literal["required", "form", "range", "length", "check_digit", "sum", "roster"]


@dataclass(frozen=True)
class Failure:
    """A check that fails: of which fields, which it is, and why."""

    fields: tuple[str, ...]
    check: Name
    reason: str


def field_failures(field: Leaf, text: str) -> tuple[Failure, ...]:
    """Return the checks of ``field`` by itself that ``text`` fails; most need a form that fits."""
    text = text.strip()
    if not text:
        blank = Failure((field.name,), "required", "is blank")
        return (blank,) if field.required else ()
    fault = _marks_fault(field, text) if isinstance(field, MarkField) else _form_fault(field, text)
    if fault:
        return (Failure((field.name,), "form", fault),)
    if isinstance(field, MarkField):
        return ()
    found = ((check, _fault(check, field, text)) for check in field.checks)
    return tuple(
        Failure((field.name,), _NAMES[type(check)], reason) for check, reason in found if reason
    )


def template_failures(
    template: Template, texts: Mapping[str, str], roster: Roster | None = None
) -> tuple[Failure, ...]:
    """Return all checks that fail on a sheet.

    Args:
        template: the form.
        texts: field -> its text. Fields that are left out are taken to be blank: give those of all
            pages.
        roster: the rows that there are; None for no check.
    """
    found: list[Failure] = []
    leaves = {leaf.name: leaf for _, leaf in template.leaves()}
    for name, leaf in leaves.items():
        found += field_failures(leaf, texts.get(name, ""))
    for each in template.sums:
        found += sum_failures(each, leaves, texts)
    if roster is not None:
        found += roster_failures(template.roster_columns, texts, roster)
    return tuple(found)


def sum_failures(
    total: SumOf, leaves: Mapping[str, Leaf], texts: Mapping[str, str]
) -> Iterator[Failure]:
    """Yield the failure of a sum that is not that of its parts; none where a text is no number."""
    text = texts.get(total.field, "").strip()
    if not text:
        return
    parts = [(name, texts.get(name, "").strip()) for name in total.parts]
    values = [number_of(leaves[name], part) if part else Decimal(0) for name, part in parts]
    own = number_of(leaves[total.field], text)
    known = [value for value in values if value is not None]
    if own is None or len(known) < len(values):
        return
    right = sum(known, Decimal(0))
    if own != right:
        yield Failure((total.field, *total.parts), "sum", f"is {text}, and the sum is {right}")


def roster_failures(
    columns: Mapping[str, str], texts: Mapping[str, str], roster: Roster
) -> Iterator[Failure]:
    """Yield the failure of fields that no row of ``roster`` has together.

    ``columns`` are those of the fields. Blank fields fit every row.
    """
    given = {name: texts.get(name, "").strip() for name in columns}
    filled = {name: text for name, text in given.items() if text}
    if filled and not roster.matching({columns[name]: text for name, text in filled.items()}):
        said = " and ".join(f"{columns[name]} {text}" for name, text in filled.items())
        yield Failure(tuple(filled), "roster", f"no row of the roster has {said}")


def value_of(field: Leaf, text: str) -> str:
    """Return ``text`` as a table has it: a date as YYYY-MM-DD, a number with a decimal point.

    One of a field's words is as the template has it. A text that is nothing of this stays as it is.
    """
    form = getattr(field, "form", None)
    if isinstance(form, DateFormat):
        day = form.read(text.strip())
        return text if day is None else day.isoformat()
    if isinstance(form, NumberFormat):
        number = form.read(text.strip())
        return text if number is None else str(number)
    words = _listed(field, text) if isinstance(field, TextField) else ()
    return words[0] if words else text


def _listed(field: TextField, text: str) -> list[str]:
    """Return the words of ``field`` that ``text`` is, in whatever case; first as it stands."""
    alike = [word for word in field.words if word.casefold() == text.strip().casefold()]
    return sorted(alike, key=lambda word: word != text)


def number_of(field: Leaf, text: str) -> Decimal | None:
    """Return the number that ``text`` is in ``field``, or None where it is none."""
    form = getattr(field, "form", None)
    return (form if isinstance(form, NumberFormat) else NumberFormat()).read(text)


def _marks_fault(field: MarkField, text: str) -> str:
    """Return what is wrong with the values that are marked, or ""."""
    values = text.split(BETWEEN)
    known = {option.value for option in field.options}
    if unknown := [value for value in values if value not in known]:
        return f"has {unknown[0]!r}, which is no option"
    if len(values) > 1 and not field.many:
        return f"has {len(values)} marks, where one may be made"
    return ""


def _form_fault(field: TextField, text: str) -> str:
    """Return why ``text`` is nothing that ``field`` can have, or ""."""
    if _has_gap(field, text):
        return "a cell between others is empty"
    if field.form is not None:
        return field.form.fault(text)
    compact = "".join(char for char in text if char.isalnum())
    match field.kind:
        case "lexicon" if field.lexicon is None:
            return "" if _listed(field, text) else f"{text} is none of {', '.join(field.words)}"
        case "lexicon":
            known = field.out_of_lexicon > 0 or compact.upper() in _words(field.lexicon)
            return "" if known else f"{text} is not in the lexicon"
        case "pattern":
            fits = field.pattern is None or _pattern(field.pattern).accepts(compact)
            return "" if fits else f"{text} does not follow the pattern"
    wrong = min(_not_allowed(field, text), key=str.isspace, default=None)
    return "" if wrong is None else f"has {wrong!r}, which it cannot have"


def _not_allowed(field: TextField, text: str) -> list[str]:
    """Return the characters of ``text`` that a ``field`` with a charset cannot have."""
    allowed = expand_charset(field.charset) | (frozenset(" ") if field.kind in _SPACED else set())
    return [char for char in text if char not in allowed]


def _has_gap(field: TextField, text: str) -> bool:
    """Say whether a cell is blank between others, where none may be, and no words stand there."""
    if not field.cells or field.kind in _SPACED or field.kind == "lexicon":
        return False
    printed = sum(mark.char == " " for mark in field.marks)
    if field.form is not None:
        foreign = any(char.isalpha() for char in text)
    else:
        foreign = field.kind != "pattern" and not {" "}.issuperset(_not_allowed(field, text))
    return text.count(" ") > printed and not foreign


@lru_cache(maxsize=256)
def _pattern(text: str) -> Pattern:
    return Pattern(text)


@lru_cache(maxsize=16)
def _words(path: Path) -> frozenset[str]:
    return frozenset(word.upper() for word in read_lexicon(path).words)


def _fault(check: Check, field: TextField, text: str) -> str:
    """Return why ``text``, whose form is right, does not fulfil ``check``, or ""."""
    match check:
        case Range(least, most):
            return _range_fault(least, most, field, text)
        case Length(least, most):
            count = sum(char.isalnum() for char in text)
            wanted = str(least) if least == most else f"{least} to {most}"
            return "" if least <= count <= most else f"has {count} characters, not {wanted}"
        case CheckDigit(method):
            return "" if check_digits.holds(method, text) else f"the check digit ({method}) is off"


def _range_fault(least: str, most: str, field: TextField, text: str) -> str:
    """Return why a date or number is out of range, or ""."""
    if isinstance(field.form, DateFormat):
        day = field.form.read(text)
        inside = day is None or date.fromisoformat(least) <= day <= date.fromisoformat(most)
    else:
        number = number_of(field, text)
        inside = number is None or Decimal(least) <= number <= Decimal(most)
    return "" if inside else f"is {text}, not from {least} to {most}"


_NAMES: dict[type, Name] = {Range: "range", Length: "length", CheckDigit: "check_digit"}
