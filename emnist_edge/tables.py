"""Tables in Markdown and for a terminal, and the numbers in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = Sequence[object]

#: What stands where nothing was measured.
NONE = "-"


def markdown(head: Row, rows: Sequence[Row]) -> str:
    """Return a table in Markdown: the first column to the left, the others to the right."""
    cells, widths = _measured(head, rows)
    rule = [f"{'-' * (width + 1)}{':' if column else '-'}" for column, width in enumerate(widths)]
    first, *others = (f"| {_line(row, widths, ' | ')} |" for row in cells)
    return "\n".join([first, f"|{'|'.join(rule)}|", *others])


def plain(head: Row, rows: Sequence[Row], left: int = 1) -> str:
    """Return a table for a terminal: ``left`` columns to the left, the others to the right."""
    cells, widths = _measured(head, rows)
    return "\n".join(_line(row, widths, "  ", left).rstrip() for row in cells)


def _measured(head: Row, rows: Sequence[Row]) -> tuple[list[list[str]], list[int]]:
    """Return the texts of all cells, and the width of each column."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    return cells, [max(map(len, column)) for column in zip(*cells, strict=True)]


def _line(row: Sequence[str], widths: Sequence[int], between: str, left: int = 1) -> str:
    return between.join(
        cell.ljust(width) if column < left else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )


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


def counted(number_of: int, what: str) -> str:
    """Return how many there are of ``what``, named in the singular: 1 sheet, 2 sheets."""
    return f"{number_of} {what}{'' if number_of == 1 else 's'}"
