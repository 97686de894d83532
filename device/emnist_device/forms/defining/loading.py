"""A template that is there -> the draft that it may have come from, to go on with."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from emnist_device.forms.defining.draft import Draft, DraftPage
from emnist_device.forms.defining.text import write_scalar
from emnist_device.forms.template import paper_of, read_text
from emnist_device.forms.yaml_nodes import TemplateError, parse_yaml
from emnist_edge.errors import FormError, shown

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.yaml_nodes import Node

# Keys of numbers that are taken as they are written.
_TEXTS = {"form", "title", "label", "value", "pattern", "words", "options", "rows", "columns"}
# What of a template and a page a draft has in places of its own.
_OF_FORM, _OF_PAGE = {"form", "title", "pages"}, {"reference", "unit", "size", "fields"}


def load_draft(path: Path) -> Draft:
    """Return the draft of the template in ``path``.

    Fields need not make sense. Sizes of pages in pixels are 0 until their pictures are seen.

    Raises:
        FormError: it is no template, or one of a form that is not on paper; names the file.
        RuntimeMissingError: PyYAML is not installed.
    """
    name = shown(path)
    try:
        content = _plain(parse_yaml(read_text(path)))
    except TemplateError as fault:
        raise FormError(f"{name}, line {fault.line}: {fault.message}") from fault
    if not (isinstance(content, dict) and isinstance(content.get("pages"), list)):
        raise FormError(f"{name}: is no template of a form; see emnist-edge form check")
    pages = tuple(_page(number, page, path) for number, page in enumerate(content["pages"], 1))
    others = {key: value for key, value in content.items() if key not in _OF_FORM}
    form, title = (str(content.get(key) or "") for key in ("form", "title"))
    return Draft(form, pages, title, others)


def _page(number: int, page: Any, path: Path) -> DraftPage:
    """Return a page of the template in ``path``; raises FormError."""
    where = f"{shown(path)}, page {number}"
    if not isinstance(page, dict) or not isinstance(page.get("fields", {}), dict):
        raise FormError(f"{where}: is no page of a form; see emnist-edge form check")
    if not isinstance(page.get("reference"), str):
        raise FormError(
            f"{where}: has no reference; a form that is printed by its template is changed there"
        )
    unknown = page.keys() - _OF_PAGE
    if unknown:
        raise FormError(f"{where}: key {shown(min(unknown))!r} is none of a page with a reference")
    picture = path.parent / page["reference"]
    size = None if page.get("unit") == "pixels" else page.get("size")
    try:
        width, height = (0.0, 0.0) if size is None else _sides(size)
    except (LookupError, TypeError, ValueError) as error:
        raise FormError(f"{where}: size is {shown(size)}; see emnist-edge form check") from error
    fields = []
    for name, field in page.get("fields", {}).items():
        if not isinstance(field, dict):
            raise FormError(f"{where}: field {shown(name)} is no mapping; write kind and box")
        fields.append({"name": name, **{key: own for key, own in field.items() if key != "name"}})
    return DraftPage(picture, page["reference"], width, height, size, tuple(fields))


def _sides(size: Any) -> tuple[float, float]:
    """Return width and height of paper; raises LookupError, TypeError or ValueError for none."""
    width, height = map(float, paper_of(size))
    if not (0 < width < math.inf and 0 < height < math.inf):
        raise ValueError(size)
    return width, height


def _plain(node: Node, *, text: bool = False) -> Any:
    """Return what ``node`` holds, in plain values.

    ``text``: numbers in it are texts, and stay so where they would be written otherwise, as 007.
    """
    content = node.content
    if isinstance(content, dict):
        return {key: _plain(own, text=key in _TEXTS) for key, own in content.items()}
    if isinstance(content, list):
        return [_plain(own, text=text) for own in content]
    changed = content is not None and write_scalar(content) != node.text
    return node.text if text and changed else content
