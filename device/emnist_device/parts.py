"""Regions and grids that were read by themselves -> the page of their picture."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from emnist_device.image.turns import move, move_box
from emnist_device.page import STAGES, Line, Page, Part, Word
from emnist_edge.errors import ConstraintError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.decoding import Decoding
    from emnist_device.frames import Frame
    from emnist_device.image.region import Grid, Region
    from emnist_device.page import Cell


def check_parts(
    regions: Sequence[Region], grid: Grid | None, decoding: Decoding, *, turns: bool
) -> None:
    """Raise :class:`ConstraintError` where pictures cannot be read like that."""
    if turns and (regions or grid):
        raise ConstraintError("regions and grids are of pictures as they stand: orientation is up")
    if grid and (decoding.pattern or decoding.lexicon or decoding.holds != "page"):
        raise ConstraintError(
            "each cell of a grid holds one character: give a charset, and neither a pattern, a "
            "lexicon, one line nor one character"
        )


def cut(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return what is in ``box`` of ``image``, (H, W) or (H, W, 3): a view."""
    return image[box.y : box.bottom, box.x : box.right]


def join(pages: Sequence[Page], boxes: Sequence[Box]) -> Page:
    """Return the page of a picture whose regions with these ``boxes`` were read as ``pages``."""
    lines: list[Line] = []
    parts: list[Part] = []
    frames: list[Frame] = []
    for page, box in zip(pages, boxes, strict=True):
        before = sum(len(line.characters) for line in lines)
        frames += [frame.moved(box.x, box.y, before) for frame in page.boxes]
        lines += move(page.lines, box.x, box.y)
        parts += [_whole(part, box) for part in page.parts] or [Part(box, page.text)]
    times = {
        stage: sum(page.timing_ms[stage] for page in pages)
        for stage in STAGES
        if stage in pages[0].timing_ms
    }
    return Page(
        tuple(lines),
        pages[0].model,
        times,
        left_out=sum(page.left_out for page in pages),
        refused=sum(page.refused for page in pages),
        parts=tuple(parts),
        boxes=tuple(frames),
    )


def _whole(part: Part, box: Box) -> Part:
    """Return ``part`` of what is in ``box``, in pixels of the whole picture."""

    def moved(cell: Cell) -> Cell:
        character = cell.character
        if character is not None:
            character = replace(character, box=move_box(character.box, box.x, box.y))
        return replace(cell, box=move_box(cell.box, box.x, box.y), character=character)

    cells = tuple(moved(cell) for cell in part.cells)
    return replace(part, box=move_box(part.box, box.x, box.y), cells=cells)


def page_of_cells(
    cells: Sequence[Cell], box: Box, model: str, times: dict[str, float], refused: int
) -> Page:
    """Return the page of a grid of ``cells``, row by row, in ``box``.

    A row with characters is a line, each character a word of it.
    """
    rows = [tuple(row) for _, row in groupby(cells, attrgetter("row"))]
    texts = [
        "\t".join("" if cell.character is None else cell.character.char for cell in row)
        for row in rows
    ]
    words = [
        [
            Word((cell.character,), cell.character.confidence)
            for cell in row
            if cell.character is not None
        ]
        for row in rows
    ]
    lines = tuple(Line(tuple(row)) for row in words if row)
    part = Part(box, "\n".join(texts), tuple(cells))
    return Page(lines, model, times, refused=refused, parts=(part,))
