"""Tables in Markdown and for a terminal, and the numbers in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Sequence[str]

#: What stands where nothing was measured.
NONE = "-"


def markdown(head: Row, rows: Sequence[Row]) -> str:
    """Return a table in Markdown: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        _line(head, widths, " | "),
        "|".join(_rule(n, width) for n, width in enumerate(widths)),
    ]
    lines += [_line(row, widths, " | ") for row in rows]
    return "\n".join(f"| {line} |" if n != 1 else f"|{line}|" for n, line in enumerate(lines))


def plain(head: Row, rows: Sequence[Row]) -> str:
    """Return a table for a terminal."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    return "\n".join(_line(row, widths, "  ").rstrip() for row in (head, *rows))


def _line(row: Row, widths: Sequence[int], between: str) -> str:
    return between.join(
        cell.rjust(width) if number else cell.ljust(width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )


def _rule(number: int, width: int) -> str:
    return f"{'-' * (width + 1)}:" if number else "-" * (width + 2)


def percent(fraction: float | None, digits: int = 2) -> str:
    """Return ``fraction`` in percent."""
    return NONE if fraction is None else f"{100 * fraction:.{digits}f} %"


def number(value: float | None, digits: int) -> str:
    """Return ``value`` to as many ``digits``."""
    return NONE if value is None else f"{value:,.{digits}f}"


def count(value: float | None) -> str:
    """Return a large number in thousands or millions."""
    if value is None:
        return NONE
    return f"{value / 1e6:.1f} M" if value >= 1e6 else f"{value / 1e3:.0f} k"
