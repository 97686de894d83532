"""What people might write on a form: texts at random that its fields may have."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms import check_digits
from emnist_device.forms.checks import number_of
from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.model import BETWEEN, CheckDigit, Length, MarkField, Range
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import DIGITS, LOWER, UPPER

if TYPE_CHECKING:
    from emnist_device.forms.model import FormPage, Leaf, Template, TextField

_KINDS = {"digits": DIGITS, "upper": UPPER, "letters": UPPER + LOWER, "alnum": DIGITS + UPPER}
_WORDS = (
    "the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "while", "many", "people",
    "wait", "for", "their", "number", "in", "hall",
)  # fmt: skip
# Fields that may be blank are so often.
_BLANK = 0.12
_TRIES = 200
# Characters that are written where no cells say how many.
_FREE = (3, 6)


def draw_contents(template: Template, page: FormPage, rng: np.random.Generator) -> dict[str, str]:
    """Return what is written in each field of ``page``: of a comb, a character for each cell."""
    written = {leaf.name: _content(leaf, rng) for leaf in page.leaves()}
    leaves = {leaf.name: leaf for leaf in page.leaves()}
    for total in template.sums:
        values = [number_of(leaves[name], written[name].strip()) or 0 for name in total.parts]
        width = len(leaves[total.field].cells)  # type: ignore[union-attr]
        written[total.field] = f"{sum(map(int, values)):>{width}}"
    return written


def true_text(leaf: Leaf, written: str) -> str:
    """Return the text that is to be read where this was ``written``."""
    if isinstance(leaf, MarkField) or not leaf.cells:
        return written
    return leaf.join([char.strip() for char in written])


def _content(leaf: Leaf, rng: np.random.Generator) -> str:
    if isinstance(leaf, MarkField):
        return _marked(leaf, rng)
    if not leaf.required and rng.random() < _BLANK:
        return ""
    if leaf.kind == "line":
        return " ".join(rng.choice(_WORDS, int(rng.integers(1, 5))).tolist())
    if leaf.words:
        return str(rng.choice(leaf.words)).upper()
    checks = {type(check): check for check in leaf.checks}
    known = checks.get(Range)
    if isinstance(known, Range) and leaf.kind == "digits":
        return f"{rng.integers(int(known.least), int(known.most) + 1):>{len(leaf.cells)}}"
    digit = checks.get(CheckDigit)
    return (
        _with_check_digit(leaf, digit, rng) if isinstance(digit, CheckDigit) else _text(leaf, rng)
    )


def _marked(leaf: MarkField, rng: np.random.Generator) -> str:
    chosen = [option.value for option in leaf.options if rng.random() < 0.4]
    if leaf.kind == "choice" and not leaf.many:
        chosen = [leaf.options[int(rng.integers(len(leaf.options)))].value]
    return BETWEEN.join(chosen)


def _with_check_digit(leaf: TextField, check: CheckDigit, rng: np.random.Generator) -> str:
    for _ in range(_TRIES):
        text = "".join(rng.choice(list(DIGITS), len(leaf.cells)).tolist())
        if check_digits.holds(check.method, text):
            return text
    raise ValueError(f"{leaf.name}: no number fulfils its check")


def _text(leaf: TextField, rng: np.random.Generator) -> str:
    """Return a text of all cells, or, of names and numbers, of some."""
    count = len(leaf.cells)
    if isinstance(leaf.form, DateFormat):
        return _date(leaf.form, rng, marks=not count)
    if isinstance(leaf.form, NumberFormat):
        return _number(leaf.form, count, rng)
    if leaf.pattern is not None and leaf.kind == "pattern":
        return _of_pattern(leaf.pattern, count, rng)
    lengths = [check for check in leaf.checks if isinstance(check, Length)]
    least, most = (3, count) if count else _FREE
    if leaf.kind in {"digits", "alnum"}:
        least = most
    length = lengths[0].least if lengths else int(rng.integers(least, most + 1))
    return "".join(rng.choice(list(_KINDS[leaf.kind]), length).tolist())


def _date(form: DateFormat, rng: np.random.Generator, *, marks: bool) -> str:
    """Return a day, with its marks where these are written."""
    day = date(1950, 1, 1) + timedelta(days=int(rng.integers(29_000)))
    parts = {"DD": f"{day:%d}", "MM": f"{day:%m}", "YYYY": f"{day:%Y}", "YY": f"{day:%y}"}
    text = form.text
    for token, value in parts.items():
        text = text.replace(token, value, 1)
    return text if marks else "".join(char for char in text if char.isdigit())


def _number(form: NumberFormat, cells: int, rng: np.random.Generator) -> str:
    """Return a number, at the right of its ``cells`` if there are any."""
    sign = "-" if form.signed and rng.random() < 0.5 else ""
    mark = form.mark if form.decimals and not form.printed else ""
    room = (cells or _FREE[1]) - len(sign + mark)
    digits = int(rng.integers(min(1 + form.decimals, room), room + 1))
    if form.printed:
        digits = max(digits, min(3, room))
    text = "".join([rng.choice(list("123456789")), *rng.choice(list(DIGITS), digits - 1)])
    whole = len(text) - form.decimals if mark else len(text)
    return f"{sign}{text[:whole]}{mark}{text[whole:]}".rjust(cells)


def _of_pattern(pattern: str, count: int, rng: np.random.Generator) -> str:
    """Return a text of so many characters that ``pattern`` accepts, by a walk at random.

    Without a count, it is a mask, whose marks are written.
    """
    if not count:
        text = _of_pattern(re.sub("[^Aa9]", "", pattern), len(re.findall("[Aa9]", pattern)), rng)
        chars = iter(text)
        return re.sub("[Aa9]", lambda _: next(chars), pattern)
    compiled = Pattern(pattern)
    automaton = compiled.automaton
    for _ in range(_TRIES):
        state, text = 0, ""
        for _ in range(count):
            arcs = np.flatnonzero(automaton.source == state)
            if not len(arcs):
                break
            arc = int(rng.choice(arcs))
            text += compiled.chars[int(automaton.label[arc])]
            state = int(automaton.target[arc])
        if len(text) == count and automaton.end[state] > 0:
            return text
    raise ValueError(f"{pattern}: has no text of {count} characters")
