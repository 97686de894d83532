"""What is wrong with fields together: they overlap, leave the page, or sum up what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.forms.markers import QUIET
from emnist_device.forms.model import ROUNDING, Area, GridField, SumOf
from emnist_device.forms.yaml_nodes import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from emnist_device.forms.model import Field, FormPage, Leaf

_SUMMED = ("digits", "number")


def check_pages(pages: Sequence[FormPage]) -> None:
    """Raise TemplateError where fields share a name, overlap, or lie where they must not."""
    first: dict[str, FormPage] = {}
    for page in pages:
        for field in page.fields:
            if field.name in first:
                raise TemplateError(
                    field.line,
                    f"page {first[field.name].number} has a field of this name; rename one",
                    field.name,
                )
            first[field.name] = page
        _check_places(page)


def _check_places(page: FormPage) -> None:
    """Raise TemplateError where a field of ``page`` leaves it, or covers something."""
    whole = Area(0, 0, page.width, page.height)
    reserved = dict(_reserved(page))
    for number, field in enumerate(page.fields):
        size = f"{whole.width:g} x {whole.height:g} {page.unit}"
        if field.area.right > whole.right + ROUNDING or field.area.bottom > whole.bottom + (
            ROUNDING
        ):
            raise TemplateError(
                field.line,
                f"its box ends at {field.area.right:g}, {field.area.bottom:g}, outside the page of "
                f"{size}; move it, or make it smaller",
                field.name,
            )
        for what, area in reserved.items():
            if _overlap(field.area, area):
                raise TemplateError(
                    field.line,
                    f"its box covers {what}, which has {_span(area)} to itself; move it",
                    field.name,
                )
        for other in page.fields[:number]:
            if _overlap(field.area, other.area):
                raise TemplateError(
                    field.line,
                    f"its box overlaps that of {other.name} (line {other.line}); move one of them",
                    field.name,
                )


def _reserved(page: FormPage) -> Iterator[tuple[str, Area]]:
    """Yield what a printed page has where no field may be."""
    for marker in page.markers:
        yield f"the marker {marker.number % 4 + 1} of 4", marker.area.grown(QUIET)
    if page.code is not None:
        yield "the QR code", page.code.grown(QUIET)


def _overlap(one: Area, other: Area) -> bool:
    return min(one.shared(other)) > ROUNDING


def _span(area: Area) -> str:
    return f"x {area.x:g} to {area.right:g}, y {area.y:g} to {area.bottom:g}"


def check_sums(sums: Sequence[tuple[int, SumOf]], fields: Sequence[Field]) -> tuple[SumOf, ...]:
    """Return ``sums``, each with its line, with names of leaves in place of grids and rows.

    Raises TemplateError where one names what is not there, no number, or itself.
    """
    leaves = dict(_named(fields))
    found = tuple(_check_sum(line, each, leaves) for line, each in sums)
    parts = {each.field: each.parts for each in found}
    for (line, _), each in zip(sums, found, strict=True):
        if each.field in _reached(each.field, parts):
            raise TemplateError(line, "sum_of leads back to the field itself", _own_name(each))
    return found


def _named(fields: Sequence[Field]) -> Iterator[tuple[str, tuple[Leaf, ...]]]:
    """Yield each name that a sum may have, and the leaves that it stands for."""
    for field in fields:
        if not isinstance(field, GridField):
            yield field.name, (field,)
            continue
        yield field.name, field.cells
        wide = len(field.columns)
        for number, row in enumerate(field.rows):
            yield f"{field.name}.{row}", field.cells[number * wide : (number + 1) * wide]
        for cell in field.cells:
            yield cell.name, (cell,)


def _check_sum(line: int, given: SumOf, leaves: Mapping[str, tuple[Leaf, ...]]) -> SumOf:
    """Return ``given`` with the names of leaves."""
    parts: list[str] = []
    for name in given.parts:
        if name not in leaves:
            raise TemplateError(
                line, f"sum_of names {name}, which is no field; there are {_some(leaves)}",
                _own_name(given),
            )  # fmt: skip
        for leaf in leaves[name]:
            if leaf.kind not in _SUMMED:
                raise TemplateError(
                    line, f"sum_of names {name}, of kind {leaf.kind}; only digits and numbers "
                    "have a sum", _own_name(given),
                )  # fmt: skip
            parts.append(leaf.name)
    if len(set(parts)) < len(parts):
        raise TemplateError(line, "sum_of has a field twice; leave one out", _own_name(given))
    return SumOf(given.field, tuple(parts))


def _own_name(given: SumOf) -> str:
    """Return the field that a sum is in, of a cell the grid."""
    return given.field.partition(".")[0]


def _reached(start: str, parts: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Return the fields that a sum leads to, of its parts, their parts, and so on."""
    found: set[str] = set()
    queue = [start]
    while queue:
        for part in parts.get(queue.pop(), ()):
            if part not in found:
                found.add(part)
                queue.append(part)
    return found


def _some(leaves: Mapping[str, object]) -> str:
    names = list(leaves)
    return ", ".join(names[:8]) + (" and others" if len(names) > 8 else "")
