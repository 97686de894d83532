"""A template's file -> the form that it describes, or what is wrong with it, and where."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from emnist_device.forms import grammar, markers
from emnist_device.forms.fields import make_field
from emnist_device.forms.model import (
    FormPage,
    GridField,
    Print,
    SumOf,
    Template,
    TextField,
)
from emnist_device.forms.sense import check_pages, check_sums
from emnist_device.forms.yaml_nodes import MOST_BYTES, TemplateError, parse_yaml
from emnist_device.image.picture import read_picture
from emnist_edge.errors import FormError, PictureError, shown
from emnist_edge.files import read_within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from emnist_device.forms.model import Area, Field, Leaf
    from emnist_device.forms.records import Values

    Sizes = Mapping[Path, tuple[float, float]]

# Of fonts of texts that do not say theirs: 4 mm, which is 11 points.
_TEXT_SIZE = 4.0
# Digits of the digest: one change in 16 million goes unseen.
_DIGEST = 6


def load_template(path: Path | str) -> Template:
    """Return the form that the YAML file ``path`` describes.

    Files that it names are looked for beside it.

    Raises:
        FormError: it cannot be read, or is wrong; names file, line and field, and says what to do.
        RuntimeMissingError: PyYAML is not installed.
    """
    path = Path(path)
    text = read_text(path)
    try:
        return parse_template(text, path)
    except TemplateError as fault:
        where = f"{shown(path)}, line {fault.line}"
        if fault.field:
            where += f", field {shown(fault.field)}"
        raise FormError(f"{where}: {fault.message}") from fault


def parse_template(text: str, path: Path, known: Sizes | None = None) -> Template:
    """Return the form that ``text``, which is or will be in the file ``path``, describes.

    ``known``: width and height of reference pictures that need not be read for them.
    Raises :class:`TemplateError`, and :class:`RuntimeMissingError` where PyYAML is not installed.
    """
    return _template(path, grammar.TEMPLATE.read(parse_yaml(text), "the template"), known or {})


def read_text(path: Path) -> str:
    """Return the text of ``path``; raises :class:`FormError` where there is none."""
    name = shown(path)
    larger = f"has over {MOST_BYTES // 1000} kB; no template needs that"
    content = read_within(path, MOST_BYTES, FormError, what="the template", larger=larger)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormError(f"{name}, line {line}: is no UTF-8 text; save it as such") from error


def _template(path: Path, values: Values, known: Sizes) -> Template:
    """Return the form of which the file has ``values``."""
    folder = path.parent
    pages = tuple(
        _page(number, page, folder, values.get("title", ""), known)
        for number, page in enumerate(values["pages"], 1)
    )
    check_pages(pages)
    columns, sums = {}, []
    for name, field, given in _given(values, pages):
        if "roster" in given:
            columns[name] = given["roster"]
        if "sum_of" in given:
            sums.append((given.line_of("sum_of"), SumOf(name, tuple(given["sum_of"]))))
        if isinstance(field, GridField):
            sums += [(given.line, each) for each in _totals(field, given)]
    roster = folder / values["roster"] if "roster" in values else None
    if roster is not None and not columns:
        raise TemplateError(
            values.line_of("roster"), "no field has a column of the roster; give one roster: COLUMN"
        )
    return Template(
        path,
        values["form"],
        values.get("title", ""),
        _digest(pages),
        pages,
        roster,
        columns,
        check_sums(sums, [field for page in pages for field in page.fields]),
    )


def _given(values: Values, pages: Sequence[FormPage]) -> Iterator[tuple[str, Field, Values]]:
    """Yield each field with its name, and what the file has for it."""
    for page, made in zip(values["pages"], pages, strict=True):
        for field, (name, given) in zip(made.fields, page["fields"].items(), strict=True):
            yield name, field, given


def _page(number: int, values: Values, folder: Path, title: str, known: Sizes) -> FormPage:
    """Return the page of this ``number``, from 1."""
    unit = values.get("unit", "mm")
    reference = folder / values["reference"] if "reference" in values else None
    if unit == "pixels":
        if reference is None:
            raise TemplateError(
                values.line_of("unit"), "unit: pixels needs a picture of the form; give reference"
            )
        if "size" in values:
            raise TemplateError(
                values.line_of("size"), "in pixels, the reference tells the size; leave size out"
            )
    elif "size" not in values:
        raise TemplateError(values.line, f"page {number} has no size; give one, such as A4")
    pixels = reference and _pixels(reference, values.line_of("reference"), known)
    width, height = pixels if pixels and unit == "pixels" else paper_of(values["size"])
    fields = []
    for name, given in values["fields"].items():
        try:
            fields.append(make_field(name, given, unit, folder))
        except TemplateError as fault:
            fault.field = fault.field or name
            raise
    prints = [
        Print(
            each["text"],
            each["at"][0],
            each["at"][1],
            each.get("size", _TEXT_SIZE),
            each.get("width"),
            each.get("bold", False),
        )
        for each in values.get("text", ())
    ]
    if reference is not None:
        if prints:
            raise TemplateError(
                values.line_of("text"), "a page with a reference is not printed; leave text out"
            )
        return FormPage(number, unit, width, height, tuple(fields), reference=reference)
    if min(width, height) < markers.LEAST_SIDE:
        raise TemplateError(
            values.line_of("size"),
            f"a page of {width:g} x {height:g} mm has no room for markers; make each side "
            f"{markers.LEAST_SIDE:g} at least",
        )
    return FormPage(
        number,
        unit,
        width,
        height,
        tuple(fields),
        markers.markers_of(number, width, height),
        markers.code_area(width),
        prints=(*_heading(title), *prints),
    )


def _heading(title: str) -> Iterator[Print]:
    """Yield the title at the top of a page, between marker and QR code."""
    if title:
        x = markers.MARGIN + markers.MARKER_SIDE + 2 * markers.QUIET
        yield Print(title, x, markers.MARGIN + markers.QUIET, _TEXT_SIZE, bold=True)


def paper_of(size: str | list[float]) -> tuple[float, float]:
    """Return width and height in millimetres."""
    if not isinstance(size, str):
        return size[0], size[1]
    upright = grammar.PAPERS[size.removesuffix(grammar.LANDSCAPE)]
    return upright[::-1] if size.endswith(grammar.LANDSCAPE) else upright


def _pixels(reference: Path, line: int, known: Sizes) -> tuple[float, float]:
    """Return width and height of a picture as displayed; raises TemplateError where it is none."""
    if reference in known:
        return known[reference]
    try:
        height, width = read_picture(reference).shape[:2]
    except PictureError as error:
        raise TemplateError(line, f"reference {error}") from error
    return float(width), float(height)


def _totals(field: GridField, given: Values) -> Iterator[SumOf]:
    """Yield the sums of a grid with a column or row of totals."""
    column, row = given.get("total_column"), given.get("total_row")
    if column is not None:
        others = [name for name in field.columns if name != column]
        for each in field.rows:
            yield SumOf(
                f"{field.name}.{each}.{column}",
                tuple(f"{field.name}.{each}.{other}" for other in others),
            )
    if row is not None:
        others = [name for name in field.rows if name != row]
        for each in field.columns:
            yield SumOf(
                f"{field.name}.{row}.{each}",
                tuple(f"{field.name}.{other}.{each}" for other in others),
            )


def _digest(pages: Sequence[FormPage]) -> str:
    """Return what tells versions of a form apart: where which kinds of fields are.

    And what is printed there that tells what a mark in them means: options, formats, and names of
    rows and columns.
    """
    places: list[object] = []
    for page in pages:
        places.append((page.width, page.height))
        places += [(own.rows, own.columns) for own in page.fields if isinstance(own, GridField)]
        for leaf in page.leaves():
            inner, meant = _printed(leaf)
            rounded = [[round(value, 2) for value in area] for area in (leaf.area, *inner)]
            places.append((leaf.kind, rounded, meant))
    return hashlib.sha256(repr(places).encode()).hexdigest()[:_DIGEST].upper()


def _printed(leaf: Leaf) -> tuple[Sequence[Area], object]:
    """Return the boxes inside of a field, and what they are printed to mean."""
    if isinstance(leaf, TextField):
        return leaf.cells, leaf.form
    return [option.area for option in leaf.options], [option.value for option in leaf.options]
