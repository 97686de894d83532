"""The values that a template's file has for a field -> the field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from emnist_device.forms import layout
from emnist_device.forms.fitting import check_fits
from emnist_device.forms.formats import DateFormat, NumberFormat
from emnist_device.forms.model import (
    ROUNDING,
    Area,
    CheckDigit,
    GridField,
    Length,
    Mark,
    MarkField,
    Option,
    Range,
    TextField,
)
from emnist_device.forms.written import MOST_FIGURES, Written, known_of
from emnist_device.forms.yaml_nodes import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emnist_device.forms.model import Check, Field, Unit
    from emnist_device.forms.records import Values

# Cells that are smaller hold no character that a pen writes. Of a template in pixels, a cell with
# fewer has nothing to read in it.
_LEAST_CELL = {"mm": 3.0, "pixels": 8.0}


def make_field(name: str, values: Values, unit: Unit, folder: Path) -> Field:
    """Return the field ``name``.

    Args:
        name: its key.
        values: what the file has for it, of the shape that :mod:`emnist_device.forms.grammar` says.
        unit: of its places.
        folder: where files that it names are looked for.

    Raises:
        TemplateError: they make no sense together.
    """
    kind, area = values["kind"], Area(*values["box"])
    if not (area.width > 0 and area.height > 0):
        raise TemplateError(values.line_of("box"), "its box has no width or no height; enlarge it")
    common = {
        "name": name,
        "label": values.get("label", name),
        "area": area,
        "line": values.line,
        "label_place": values.get("label_place", "above"),
    }
    if kind == "grid":
        return _grid(common, values, unit, folder)
    if kind in ("check", "choice"):
        return _mark_field(common, values, unit)
    return _text_field(common, values, unit, folder)


def _text_field(common: dict[str, Any], values: Values, unit: Unit, folder: Path) -> TextField:
    """Return a field that is written in."""
    area = common["area"]
    form = _format(values)
    written = known_of(values, form, folder)
    cells, marks = _cells(area, values, written)
    for cell in cells or (area,):
        if min(cell.width, cell.height) < _LEAST_CELL[unit]:
            raise TemplateError(
                values.line_of("box"),
                f"a cell is {cell.width:.1f} x {cell.height:.1f} {unit}, too small to write in; "
                f"make each {_LEAST_CELL[unit]:g} at least, by a larger box or fewer cells",
            )
    _check_parts("cell", cells, area, values.line_of("cells"))
    checks = _checks(values)
    check_fits(values, form, len(cells), MOST_FIGURES)
    return TextField(
        **common,
        kind=values["kind"],
        cells=cells,
        marks=marks,
        charset=written.charset,
        pattern=written.pattern(len(cells)),
        lexicon=written.lexicon,
        words=written.words,
        out_of_lexicon=written.out_of_lexicon,
        form=form,
        required=values.get("required", False),
        checks=checks,
    )


def _format(values: Values) -> DateFormat | NumberFormat | None:
    """Return what dates and numbers are written like."""
    if values["kind"] == "date":
        form = DateFormat(values["format"])
        if not form.complete:
            raise TemplateError(
                values.line_of("format"),
                f"format is {form.text}; give each of day, month and year once, as DD.MM.YYYY",
            )
        return form
    if values["kind"] != "number":
        return None
    printed = values.get("mark_printed", True) and "cells" in values
    return NumberFormat(
        values.get("decimals", 0),
        values.get("decimal_mark", "."),
        printed,
        values.get("signed", False),
    )


def _cells(
    area: Area, values: Values, written: Written
) -> tuple[tuple[Area, ...], tuple[Mark, ...]]:
    """Return the comb of a field, of no cells where it has none, and what is printed in it."""
    given = values.get("cells")
    if given is None:
        return (), ()
    line = values.line_of("cells")
    if isinstance(given, list):
        written.check_count(len(given), line)
        cells = tuple(Area(*box) for box in given)
        slots = written.slots(len(cells))
        inner = [index for index, slot in enumerate(slots) if slot != "9"]
        return cells, tuple(_between(cells, index - nth, slots[index]) for nth, index in
                            enumerate(inner) if 0 < index - nth < len(cells))  # fmt: skip
    gap = 0.0
    if given == "auto":
        given = written.natural_count(line)
    elif isinstance(given, dict):
        given, gap = given["count"], given.get("gap", 0.0)
    written.check_count(given, line)
    return layout.comb(area, written.slots(given), gap)


def _between(cells: tuple[Area, ...], before: int, char: str) -> Mark:
    """Return a mark that is in the gap before a cell."""
    left, right = cells[before - 1], cells[before]
    width = max(0.0, right.x - left.right)
    return Mark(char, before, Area(left.right, right.y, width, right.height))


def _checks(values: Values) -> tuple[Check, ...]:
    """Return what the text must fulfil by itself."""
    found: list[Check] = []
    if "range" in values:
        least, most = values["range"]
        line = values.line_of("range")
        if values["kind"] == "date":
            _check_dates((least, most), line)
        if least > most:
            raise TemplateError(line, "range begins after its end; turn it")
        found.append(
            Range(*(each if isinstance(each, str) else f"{each:.12g}" for each in (least, most)))
        )
    length = values.get("length")
    if isinstance(length, int):
        found.append(Length(length, length))
    elif length is not None:
        if length[0] > length[1]:
            raise TemplateError(values.line_of("length"), "length begins after its end; turn it")
        found.append(Length(*length))
    if "check_digit" in values:
        found.append(CheckDigit(values["check_digit"]))
    return tuple(found)


def _check_dates(dates: tuple[str, str], line: int) -> None:
    for each in dates:
        try:
            date.fromisoformat(each)
        except ValueError as error:
            raise TemplateError(line, f"range: there is no day {each}; mend it") from error


def _grid(common: dict[str, Any], values: Values, unit: Unit, folder: Path) -> GridField:
    """Return a grid, whose cells are fields that are named by row and column."""
    rows, columns = _entries(values, "rows"), _entries(values, "columns")
    for key, names in (("total_column", columns), ("total_row", rows)):
        if key in values and values[key] not in names:
            raise TemplateError(
                values.line_of(key),
                f"{key} {values[key]!r} is none of {', '.join(names)}; name one of them",
            )
    places = layout.grid(common["area"], len(rows), len(columns), values.get("gap", 0.0))
    cells = []
    suffixes = [f"{row}.{column}" for row in rows for column in columns]
    for name, place in zip(suffixes, places, strict=True):
        cell = {**common, "name": f"{common['name']}.{name}", "label": "", "area": place}
        made = _text_field(cell, values["cell"], unit, folder)
        cells.append(replace(made, label_place="none"))
    return GridField(
        **common,
        rows=rows,
        columns=columns,
        named_rows=isinstance(values["rows"], list),
        named_columns=isinstance(values["columns"], list),
        cells=tuple(cells),
    )


def _entries(values: Values, key: str) -> tuple[str, ...]:
    """Return the names of a grid's rows or columns."""
    given = values[key]
    names = [str(number + 1) for number in range(given)] if isinstance(given, int) else given
    _check_distinct(names, values.line_of(key), key)
    return tuple(names)


def _check_distinct(names: list[str], line: int, what: str) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise TemplateError(line, f"{what} has {min(twice)!r} twice; rename one")


def _mark_field(common: dict[str, Any], values: Values, unit: Unit) -> MarkField:
    """Return a field in which something is ticked or filled."""
    area, kind = common["area"], values["kind"]
    given = [values.get("value", "yes")] if kind == "check" else values["options"]
    line = values.line_of("options")
    if kind == "check":
        options: tuple[Option, ...] = (Option(given[0], area),)
        common["label_place"] = values.get("label_place", "right")
    elif isinstance(given, dict):
        options = tuple(Option(value, Area(*box)) for value, box in given.items())
    else:
        _check_distinct(given, line, "options")
        options = layout.options(
            area,
            given,
            down=values.get("direction") == "down",
            side=layout.OPTION_SIDE if unit == "mm" else None,
        )
    _check_options(options, area, line, unit)
    return MarkField(
        **common,
        kind=kind,
        shape=values.get("shape", "box"),
        options=options,
        many=values.get("many", False),
        required=values.get("required", False),
    )


# What is smaller cannot be ticked.
_LEAST_OPTION = {"mm": 2.0, "pixels": 6.0}


def _check_options(options: tuple[Option, ...], area: Area, line: int, unit: Unit) -> None:
    """Raise TemplateError where an option is too small, or not inside its field."""
    for option in options:
        if min(option.area.width, option.area.height) < _LEAST_OPTION[unit]:
            raise TemplateError(
                line,
                f"option {option.value!r} is too small to mark; make each "
                f"{_LEAST_OPTION[unit]:g} {unit} at least, by a larger box",
            )
    _check_parts("option", [option.area for option in options], area, line)


def _check_parts(what: str, parts: Sequence[Area], area: Area, line: int) -> None:
    """Raise TemplateError where cells or options are not inside ``area``, or overlap."""
    for number, part in enumerate(parts):
        if not _within(part, area):
            raise TemplateError(
                line, f"{what} {number + 1}, at {_at(part)}, is not inside the field's box"
            )
        for other in parts[:number]:
            if min(part.shared(other)) > ROUNDING:
                raise TemplateError(line, f"{what} {number + 1}, at {_at(part)}, overlaps another")


def _within(inner: Area, outer: Area) -> bool:
    """Say whether ``inner`` is inside, but for rounding."""
    return (
        inner.x >= outer.x - ROUNDING
        and inner.y >= outer.y - ROUNDING
        and inner.right <= outer.right + ROUNDING
        and inner.bottom <= outer.bottom + ROUNDING
    )


def _at(area: Area) -> str:
    return ", ".join(f"{value:g}" for value in area)
