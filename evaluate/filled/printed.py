"""A page of a template as paper, without a printer: (H, W, 3) BGR uint8."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.forms import markers
from emnist_device.forms.code import SheetCode
from emnist_device.forms.model import GridField, MarkField

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.forms.model import Area, FormPage, Leaf, Template

#: Pixels to a mm.
RESOLUTION = 10.0
# As ``emnist-edge form print`` prints: colour of combs, BGR, and width of their lines in mm.
_PALE, _LINE = (218, 186, 158), 0.25
_PAPER = 250
_SHIFT = 4


def print_page(
    template: Template, page: FormPage, copy: int = 1, colour: tuple[int, int, int] = _PALE
) -> NDArray[np.uint8]:
    """Return ``page`` of ``template``, whose units are mm, with its combs in ``colour``."""
    sheet = np.full((round(page.height * RESOLUTION), round(page.width * RESOLUTION), 3), _PAPER)
    sheet = sheet.astype(np.uint8)
    for leaf in page.leaves():
        _print_field(sheet, leaf, colour)
    for field in page.fields:
        _say(sheet, field.label, field.area.x, field.area.y - 1.2, 2.6)
        if isinstance(field, GridField):
            for cell, row in zip(field.cells[:: len(field.columns)], field.rows, strict=True):
                _say(sheet, row, cell.area.x - 9, cell.area.bottom - 2, 2.6)
    for text in page.prints:
        _say(sheet, text.text, text.x, text.y + text.size, text.size * 0.3)
    for marker in page.markers:
        _lay(sheet, _marker(marker.number), marker.area)
    if page.code is not None:
        said = SheetCode(template.form, page.number, copy, template.digest.upper()).text()
        code = cv2.QRCodeEncoder.create().encode(said)
        _lay(sheet, code, page.code)
    return sheet


def _print_field(sheet: NDArray[np.uint8], leaf: Leaf, colour: tuple[int, int, int]) -> None:
    if isinstance(leaf, MarkField):
        for option in leaf.options:
            _outline(sheet, option.area, colour, is_round=leaf.shape == "bubble")
            _say(sheet, option.value, option.area.right + 1, option.area.bottom - 1, 2.5)
        return
    for cell in leaf.cells or (leaf.area,):
        _outline(sheet, cell, colour)
    for mark in leaf.marks:
        _say(sheet, mark.char, mark.area.x + 0.5, mark.area.bottom - 1, 4.0)


def _marker(number: int) -> NDArray[np.uint8]:
    dictionary = cv2.aruco.getPredefinedDictionary(getattr(cv2.aruco, markers.DICTIONARY))
    return np.asarray(cv2.aruco.generateImageMarker(dictionary, number, 7 * 16))


def _outline(
    sheet: NDArray[np.uint8], area: Area, colour: tuple[int, int, int], *, is_round: bool = False
) -> None:
    unit = RESOLUTION * 2**_SHIFT
    first, last = (
        (round(x * unit), round(y * unit)) for x, y in ((area.x, area.y), (area.right, area.bottom))
    )
    width = max(1, round(_LINE * RESOLUTION))
    if is_round:
        middle = (round((first[0] + last[0]) / 2), round((first[1] + last[1]) / 2))
        axes = (round(area.width * unit / 2), round(area.height * unit / 2))
        cv2.ellipse(sheet, middle, axes, 0, 0, 360, colour, width, cv2.LINE_AA, _SHIFT)
    else:
        cv2.rectangle(sheet, first, last, colour, width, cv2.LINE_AA, _SHIFT)


def _say(sheet: NDArray[np.uint8], text: str, x: float, y: float, height: float) -> None:
    """Print ``text`` whose baseline starts at ``x``, ``y``, with capitals of ``height`` mm."""
    scale = height * RESOLUTION / 22
    place = (round(x * RESOLUTION), round(y * RESOLUTION))
    cv2.putText(
        sheet, text, place, cv2.FONT_HERSHEY_SIMPLEX, scale, (20, 20, 20), max(1, round(scale * 2)),
        cv2.LINE_AA,
    )  # fmt: skip


def _lay(sheet: NDArray[np.uint8], picture: NDArray[np.uint8], area: Area) -> None:
    left, top = round(area.x * RESOLUTION), round(area.y * RESOLUTION)
    size = (round(area.width * RESOLUTION), round(area.height * RESOLUTION))
    large = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
    sheet[top : top + size[1], left : left + size[0]] = large[..., None]
