"""A page with what was read drawn onto it, beside what is written and what was read as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_device.annotate import annotate
from emnist_edge.scoring.edits import align, normalize

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.page import Page

_FONT, _SCALE, _PITCH, _MARGIN = cv2.FONT_HERSHEY_SIMPLEX, 0.8, 34, 16
_CELL = 18  # every character takes this many pixels, so that lines of both texts stand together
_BLACK, _GREY, _RED = (0, 0, 0), (130, 130, 130), (0, 0, 220)


def side_by_side(picture: NDArray[np.uint8], page: Page, truth: str) -> NDArray[np.uint8]:
    """Return the annotated ``picture`` with ``truth`` and the text of ``page`` to its right.

    ``picture`` is (H, W, 3) BGR uint8; so is what is returned, of another size. Characters of
    either text that have no equal in the other are red. What is not ASCII is drawn as ``?``.
    """
    drawn = annotate(picture, page)
    written, read = normalize(truth), normalize(page.text)
    pairs = align(written, read)
    equal = [(i, j) for i, j in pairs if i is not None and j is not None and written[i] == read[j]]
    panel = np.vstack(
        _same_width(
            _column("written", truth, {i for i, _ in equal}),
            _column("read", page.text, {j for _, j in equal}),
        )
    )
    height = max(drawn.shape[0], panel.shape[0])
    return np.hstack([_to_height(drawn, height), _to_height(panel, height)])


def _column(title: str, text: str, right: set[int]) -> NDArray[np.uint8]:
    """Draw ``text``; ``right`` holds the positions in the normalized text that are right."""
    lines = text.splitlines()
    width = 2 * _MARGIN + _CELL * max([len(title), *(len(line) for line in lines)])
    canvas = np.full((_PITCH * (len(lines) + 2), width, 3), 255, np.uint8)
    cv2.putText(canvas, title, (_MARGIN, _PITCH), _FONT, 0.6, _GREY, 1, cv2.LINE_AA)
    position = 0
    for number, line in enumerate(lines, start=2):
        for column, char in enumerate(line):
            colour = _BLACK
            if char.isalnum():
                colour = _BLACK if position in right else _RED
                position += len(normalize(char))
            where = (_MARGIN + column * _CELL, number * _PITCH)
            shown = char if char.isascii() else "?"
            cv2.putText(canvas, shown, where, _FONT, _SCALE, colour, 2, cv2.LINE_AA)
    return canvas


def _same_width(*panels: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    width = max(panel.shape[1] for panel in panels)
    return [
        cv2.copyMakeBorder(
            panel, 0, 0, 0, width - panel.shape[1], cv2.BORDER_CONSTANT, value=(255, 255, 255)
        )
        for panel in panels
    ]


def _to_height(panel: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
    return cv2.copyMakeBorder(
        panel, 0, height - panel.shape[0], 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255)
    )
