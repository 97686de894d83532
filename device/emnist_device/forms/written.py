"""What is known of the text of a field: its characters, its pattern, how many cells fit it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.yaml_nodes import TemplateError
from emnist_device.text.charset import expand_charset
from emnist_device.text.lexicon import read_lexicon
from emnist_device.text.pattern.masks import is_mask
from emnist_device.text.pattern.pattern import Pattern
from emnist_edge.alphabet import BYCLASS, SYMBOLS
from emnist_edge.errors import ConstraintError, shown

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.records import Values

# No comb is longer.
_LONGEST = 100
# How probable it is that a word is in no lexicon, as that of Decoding.
_OUT_OF_LEXICON = 0.01
_CLASSES = {"digits": r"\d", "upper": "[A-Z]", "letters": "[A-Za-z]", "alnum": "[A-Za-z0-9]"}
#: Figures that a number has where nothing says how many.
MOST_FIGURES = 12


@dataclass(frozen=True)
class Written:
    """What is known of what is written in a field.

    charset, lexicon, out_of_lexicon: as of a :class:`~emnist_device.decoding.Decoding`. words:
        those there are, where they are in no file.
    free: the pattern of the text in one box. in_cells: of what is in the cells of a comb.
    printed: what stands in each place of a comb: ``9`` for a cell, or a mark; "" for cells alone.
    counts: how many cells its texts may fill; empty for any. natural: how many it needs, or None.
    number: the format of a number, whose comb depends on how many cells it has.
    """

    charset: str | None = None
    free: str | None = None
    in_cells: str | None = None
    printed: str = ""
    lexicon: Path | None = None
    words: tuple[str, ...] = ()
    out_of_lexicon: float = 0.0
    counts: frozenset[int] = frozenset()
    natural: int | None = None
    number: NumberFormat | None = None

    def pattern(self, cells: int) -> str | None:
        """Return the pattern of what is written in so many cells, or without, for 0."""
        if self.number is not None:
            return self.number.pattern(cells or MOST_FIGURES)
        return self.in_cells if cells else self.free

    def slots(self, cells: int) -> str:
        """Return what stands in each place of a comb of so many cells."""
        return self.printed or (self.number or NumberFormat()).slots(cells)

    def natural_count(self, line: int) -> int:
        """Return how many cells there must be; raises TemplateError where that is not known."""
        if self.natural is None:
            raise TemplateError(line, "cells: auto needs texts of one length; give their number")
        return self.natural

    def check_count(self, cells: int, line: int) -> None:
        """Raise TemplateError where no text fills so many cells."""
        if self.number is not None:
            least = self.number.decimals + (1 if self.number.printed else 2)
            if self.number.decimals and cells < least:
                raise TemplateError(
                    line, f"{cells} cells are too few for {self.number.decimals} decimals; "
                    f"give {least} or more"
                )  # fmt: skip
        elif self.counts and cells not in self.counts:
            least, most = min(self.counts), max(self.counts)
            fits = f"{most} at most" if cells > most else f"{least} or more"
            raise TemplateError(
                line, f"has {cells} cells, but its texts fill {most if least == most else fits}; "
                "change the one or the other"
            )  # fmt: skip


def known_of(values: Values, form: DateFormat | NumberFormat | None, folder: Path) -> Written:
    """Return what is known of the text of the field with ``values``.

    ``form`` is that of a date or number; files are looked for in ``folder``. Raises TemplateError
    where a pattern, lexicon or charset is malformed.
    """
    kind = values["kind"]
    if isinstance(form, DateFormat):
        digits = form.slots.count("9")
        return Written(
            "digits" if "cells" in values else None,
            free=form.pattern(cells=False),
            in_cells=form.pattern(cells=True),
            printed=form.slots,
            counts=frozenset([digits]),
            natural=digits,
        )
    if isinstance(form, NumberFormat):
        return Written(form.charset, number=form)
    key = {"pattern": "pattern", "line": "charset"}.get(kind, kind)
    try:
        match kind:
            case "pattern":
                return _of_pattern(values["pattern"])
            case "lexicon":
                key = "lexicon" if "lexicon" in values else "words"
                return _of_words(values, folder)
            case "line":
                expand_charset(values.get("charset"))
                return Written(values.get("charset"))
    except ConstraintError as error:
        raise TemplateError(values.line_of(key), str(error)) from error
    return _of_length(kind, values.get("length"))


def _of_length(kind: str, length: int | list[int] | None) -> Written:
    """Return what is known of a text of characters of one ``kind``."""
    if length is None:
        return Written(kind)
    least, most = (length, length) if isinstance(length, int) else length
    pattern = f"{_CLASSES[kind]}{{{least},{most}}}"
    # In a comb that has room for more, some cells stay blank.
    return Written(
        kind, pattern, pattern, counts=frozenset(range(most, _LONGEST + 1)), natural=most
    )


def _of_pattern(pattern: str) -> Written:
    """Return what is known of a text that follows ``pattern``; a comb has the marks of a mask."""
    if not is_mask(pattern):
        counts = _lengths(pattern)
        natural = min(counts) if len(counts) == 1 else None
        return Written(free=pattern, in_cells=pattern, counts=counts, natural=natural)
    written = re.sub("[^Aa9]", "", pattern)
    printed = re.sub("[Aa9]", "9", pattern)
    Pattern(pattern)
    count = len(written)
    return Written(
        free=pattern,
        in_cells=written,
        printed=printed,
        counts=frozenset([count]),
        natural=count,
    )


def _lengths(pattern: str) -> frozenset[int]:
    """Return how many characters texts have that follow ``pattern``, marks included."""
    found = Pattern(pattern, SYMBOLS).lengths(_LONGEST, np.ones(len(BYCLASS), bool))
    if not found:
        raise ConstraintError(shown(f"pattern '{pattern}' matches nothing that can be read"))
    return found


def _of_words(values: Values, folder: Path) -> Written:
    """Return what is known of a text that is a word of a lexicon, or one of a few words."""
    if "lexicon" in values:
        outside = values.get("out_of_lexicon", _OUT_OF_LEXICON)
        path = folder / values["lexicon"]
        longest = max(map(len, read_lexicon(path).words))
        return Written(
            lexicon=path,
            out_of_lexicon=outside,
            counts=frozenset(range(longest, _LONGEST + 1)),
            natural=longest,
        )
    if "out_of_lexicon" in values:
        raise ConstraintError("out_of_lexicon goes with a lexicon; put the words into a file")
    words = {form for word in values["words"] for form in (word, word.upper())}
    unread = sorted(set("".join(values["words"])) - set(BYCLASS + SYMBOLS + " "))
    if unread:
        raise ConstraintError(f"words have {unread[0]!r}, which no model reads; leave it out")
    pattern = "|".join("".join(map(_literal, word)) for word in sorted(words))
    longest = max(map(len, words))
    _lengths(pattern)
    return Written(
        free=pattern,
        in_cells=pattern,
        words=tuple(values["words"]),
        counts=frozenset(range(longest, _LONGEST + 1)),
        natural=longest,
    )


def _literal(char: str) -> str:
    """Return the pattern of ``char`` itself, which is no mask."""
    return f"[{char}]" if char in BYCLASS else re.escape(char)
