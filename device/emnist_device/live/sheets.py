"""Frames of filled sheets before a camera -> each sheet, read once when it holds still."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2

from emnist_device.detect.sizes import to_grey
from emnist_device.forms.reading.acceptance import ACCEPT, find_threshold
from emnist_device.forms.registration.register import NoSheetError, RefusedSheetError
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.forms.reading.result import SheetReading
    from emnist_device.live.steady import Patience

# Frames are compared at this width. A pixel of that has changed where it differs by more, of 255:
# a camera's noise has 1 there, a line of writing that was not there before 20 and more. A frame has
# moved where more than this share of its pixels have: ten of A4 upright.
_WIDTH, _CHANGED, _MOVED = 160, 12, 0.0004
# Frames that must be alike, however long they take.
_LEAST_FRAMES = 3
# Seconds until a still frame that shows no sheet is looked at again: focus and light may change.
_RETRY = 1.0
# Fields that both of two readings are as sure of, and that differ, are those of two sheets.
_SURE = 0.8
_WAIT = "hold it still"


@dataclass(frozen=True)
class SheetSight:
    """What is known of the sheet in sight.

    note: for whoever holds it. done: whether it is read. refused: whether it is one that cannot be
    read, such as one of another form. corners: of its page in pixels, clockwise from its top left;
    none before it is read or refused, or where they are not known.
    """

    note: str
    done: bool = False
    refused: bool = False
    corners: tuple[tuple[float, float], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON, pixels to 1 decimal."""
        corners = [[round(x, 1), round(y, 1)] for x, y in self.corners]
        content: dict[str, Any] = {"note": self.note, "done": self.done, "refused": self.refused}
        return content | ({"corners": corners} if corners else {})


@dataclass(frozen=True)
class SettledSheet:
    """A sheet that was read and is new, with its frame's time."""

    sheet: SheetReading
    time: float

    @property
    def accepted(self) -> frozenset[str]:
        """Fields of which few are wrong, among those of this sheet alone."""
        fields = [field for field in self.sheet.fields if not field.reason]
        least = find_threshold([field.probability for field in fields], ACCEPT)
        return frozenset(field.name for field in fields if field.probability >= least)

    @property
    def text(self) -> str:
        """What is filled in, on a line; doubtful fields have a question mark."""
        accepted = self.accepted
        filled = [
            f"{field.name}{'' if field.name in accepted else '?'} {field.value}".strip()
            for field in self.sheet.fields
            if field.value or field.name not in accepted
        ]
        return f"{_title(self.sheet)}: {', '.join(filled) or 'blank'}"

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        content, accepted = self.sheet.to_dict(), self.accepted
        for name, field in content["fields"].items():
            field["accepted"] = name in accepted
        return {"settled": self.text, "time": round(self.time, 3), "sheet": content}


@dataclass
class _Known:
    """A sheet that was read, and when it was last in sight."""

    sheet: SheetReading
    seen: float


class SheetWatch:
    """Follows frames, and reads each sheet once.

    Args:
        read: reads the sheet on a picture; raises :class:`PictureError` where there is none.
        patience: how long a sheet must hold still, and be out of sight to be new again.
    """

    def __init__(
        self, read: Callable[[NDArray[np.uint8]], SheetReading], patience: Patience
    ) -> None:
        self._read, self._patience = read, patience
        self._anchor: NDArray[np.uint8] | None = None
        self._size: tuple[int, ...] = ()
        self._since, self._frames = 0.0, 0
        self._current: _Known | None = None
        self._reported: list[_Known] = []
        self._sight = SheetSight(_WAIT)
        self._due = 0.0

    @property
    def note(self) -> str:
        """What was said last of a frame."""
        return self._sight.note

    def update(
        self, picture: NDArray[np.uint8], now: float
    ) -> tuple[SheetSight, tuple[SettledSheet, ...]]:
        """Look at one frame, (H, W) grey or (H, W, 3) BGR uint8; ``now`` in seconds.

        Returns what is known of the sheet in sight, and the one that is new with this frame.
        """
        small = _small(picture)
        size = picture.shape[:2]
        if self._anchor is None or size != self._size or _has_moved(self._anchor, small):
            self._anchor, self._size, self._since, self._frames = small, size, now, 0
            self._current, self._due = None, now
            self._sight = SheetSight(_WAIT)
        self._frames += 1
        if self._current is not None:
            self._current.seen = now
            return self._sight, ()
        still = self._frames >= _LEAST_FRAMES and now - self._since >= self._patience.settle
        if not still or now < self._due:
            return self._sight, ()
        return self._look(picture, now)

    def _look(
        self, picture: NDArray[np.uint8], now: float
    ) -> tuple[SheetSight, tuple[SettledSheet, ...]]:
        """Read a frame that holds still."""
        try:
            sheet = self._read(picture)
        except PictureError as error:
            refused = not isinstance(error, NoSheetError)
            corners = error.corners if isinstance(error, RefusedSheetError) else ()
            self._sight = SheetSight(str(error), refused=refused, corners=corners)
            self._due = now + _RETRY
            return self._sight, ()
        again = self._patience.again
        self._reported = [each for each in self._reported if now - each.seen <= again]
        known = next((each for each in self._reported if _is_same(each.sheet, sheet)), None)
        self._current = known or _Known(sheet, now)
        self._current.seen = now
        self._sight = SheetSight(f"read: {_title(sheet)}", done=True, corners=sheet.corners)
        if known is not None:
            return self._sight, ()
        self._reported.append(self._current)
        return self._sight, (SettledSheet(sheet, now),)


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    size = (_WIDTH, max(1, round(height * _WIDTH / width)))
    return cv2.resize(to_grey(picture), size, interpolation=cv2.INTER_AREA)


def _has_moved(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> bool:
    """Say whether two frames of :func:`_small` show something else."""
    return float((cv2.absdiff(before, now) > _CHANGED).mean()) > _MOVED


def _title(sheet: SheetReading) -> str:
    copy = f", copy {sheet.copy}" if sheet.copy else ""
    return f"{sheet.form}, page {sheet.page}{copy}"


def _is_same(one: SheetReading, other: SheetReading) -> bool:
    """Say whether two readings may be of one sheet: nothing that both are sure of differs.

    Copies with one number are told apart as well: a sheet with a number may have been multiplied.
    """
    if (one.form, one.page, one.copy) != (other.form, other.page, other.copy):
        return False
    before = {field.name: field for field in one.fields}
    return not any(
        min(before[field.name].probability, field.probability) >= _SURE
        and before[field.name].text != field.text
        for field in other.fields
        if field.name in before
    )
