"""Frames of filled sheets before a camera -> each sheet, read once when it holds still."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.forms.reading.acceptance import ACCEPT, find_threshold
from emnist_device.forms.registration.register import NoSheetError, RefusedSheetError
from emnist_device.live.following import Anchor, reduce
from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.forms.reading.result import SheetReading
    from emnist_device.live.following import Followed
    from emnist_device.live.steady import Patience

# A sheet is held still while it is less than this fraction of the frame's width from where it was:
# hands tremble by a fifth of that, and what moves faster in half a second is blurred.
_STRAYS = 0.02
# Fractions of what is followed that may change before it is looked at, which is a fingertip, and
# once it is read: ten of 24,000 pixels are a word. A sheet of A4 that trembles by 6 pixels of 1500
# has a tenth of that (drawn by ``evaluate.held``).
_COVERED, _WRITTEN = 0.003, 0.0004
# A frame is read that is at least so sharp as a fraction of the sharpest, and the fraction of that
# which is asked for from the next: half is a blur of 3 pixels, and light may have changed.
_SHARP, _FADES = 0.75, 0.98
# Frames that must be alike, however long they take.
_LEAST_FRAMES = 3
# Seconds until a still frame that shows no sheet is looked at again: focus and light may change.
_RETRY = 1.0
# Fields that both of two readings are as sure of, and that differ, are those of two sheets.
_SURE = 0.8
_WAIT, _NONE = "hold it still", "no sheet is in sight: hold one still before the camera"


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
        self._anchor: Anchor | None = None
        self._size: tuple[int, ...] = ()
        self._since, self._frames, self._sharpest = 0.0, 0, 0.0
        self._looked = self._empty = False
        self._current: _Known | None = None
        self._reported: list[_Known] = []
        self._sight = self._shown = SheetSight(_WAIT)  # as it was looked at, and as it lies now
        self._corners = np.zeros((0, 1, 2))  # of the sight, in pixels of the anchor
        self._due = 0.0

    @property
    def note(self) -> str:
        """What was said last of a frame."""
        return self._sight.note

    @property
    def waiting(self) -> bool:
        """Whether what is in sight has not held still yet."""
        return not (self._looked or self._empty)

    def update(
        self, picture: NDArray[np.uint8], now: float
    ) -> tuple[SheetSight, tuple[SettledSheet, ...]]:
        """Look at one frame, (H, W) grey or (H, W, 3) BGR uint8; ``now`` in seconds.

        Returns what is known of the sheet in sight, and the one that is new with this frame.
        """
        small, scale = reduce(picture)
        if self._anchor is None or picture.shape[:2] != self._size:
            anchor = self._begin(small, picture, now)
        else:
            anchor = self._anchor
        followed = anchor.follow(small)
        if self._is_other(followed) or self._jumped(followed, scale):
            anchor = self._begin(small, picture, now)
            followed = anchor.follow(small)
        self._frames += 1
        sight = self._shown = self._moved(followed, scale)
        if self._current is not None:
            self._current.seen = now
            return sight, ()
        sharpness = anchor.sharpness(picture, scale, followed)
        self._sharpest = max(sharpness, _FADES * self._sharpest)
        still = self._frames >= _LEAST_FRAMES and now - self._since >= self._patience.settle
        if not still or now < self._due or sharpness < _SHARP * self._sharpest:
            return sight, ()
        found = self._look(picture, now)
        self._corners = np.array(self._sight.corners, np.float64).reshape(-1, 1, 2) / scale
        self._anchor = Anchor(small, self._corners[:, 0] if self._corners.size else None)
        self._looked, self._shown = True, self._sight
        return self._sight, found

    def _begin(self, small: NDArray[np.uint8], picture: NDArray[np.uint8], now: float) -> Anchor:
        """Wait from now on until what ``small`` shows is held still."""
        self._anchor, self._size = Anchor(small), picture.shape[:2]
        self._since, self._frames, self._sharpest = now, 0, 0.0
        self._looked = False
        self._current, self._due = None, now
        self._sight = self._shown = SheetSight(_NONE if self._empty else _WAIT)
        self._corners = np.zeros((0, 1, 2))
        return self._anchor

    def _is_other(self, followed: Followed) -> bool:
        """Say whether a frame shows something else, or is not held still."""
        if not self._looked:
            return followed.changed > _COVERED or followed.moved > _STRAYS
        return followed.changed > (_WRITTEN if self._corners.size else _COVERED)

    def _jumped(self, followed: Followed, scale: int) -> bool:
        """Say whether what was looked at lies elsewhere than one frame before.

        While one is read, which takes seconds, the next may be put there: of one print, and with
        hardly a digit that differs.
        """
        before, now = (each.corners for each in (self._shown, self._moved(followed, scale)))
        if not (before and now):
            return False
        return float(np.abs(np.subtract(now, before)).max()) > _STRAYS * self._size[1]

    def _moved(self, followed: Followed, scale: int) -> SheetSight:
        """Return what was said of the sheet, with its corners where they are now."""
        if not self._corners.size:
            return self._sight
        corners = scale * cv2.perspectiveTransform(self._corners, followed.plane)[:, 0]
        return replace(self._sight, corners=tuple((x, y) for x, y in corners.tolist()))

    def _look(self, picture: NDArray[np.uint8], now: float) -> tuple[SettledSheet, ...]:
        """Read a frame that is held still; return the sheet where it is new."""
        try:
            sheet = self._read(picture)
        except PictureError as error:
            self._empty = isinstance(error, NoSheetError)
            corners = error.corners if isinstance(error, RefusedSheetError) else ()
            self._sight = SheetSight(str(error), refused=not self._empty, corners=corners)
            self._due = now + _RETRY
            return ()
        self._empty = False
        again = self._patience.again
        self._reported = [each for each in self._reported if now - each.seen <= again]
        known = next((each for each in self._reported if _is_same(each.sheet, sheet)), None)
        self._current = known or _Known(sheet, now)
        self._current.seen = now
        self._sight = SheetSight(f"read: {_title(sheet)}", done=True, corners=sheet.corners)
        if known is not None:
            return ()
        self._reported.append(self._current)
        return (SettledSheet(sheet, now),)


def _title(sheet: SheetReading) -> str:
    copy = f", copy {sheet.copy}" if sheet.copy else ""
    return f"{sheet.form}, page {sheet.page}{copy}"


def _is_same(one: SheetReading, other: SheetReading) -> bool:
    """Say whether two readings may be of one sheet: nothing that both are sure of differs.

    Copies with one number are told apart as well: a sheet with a number may have been multiplied.
    Those of two rows of a roster are two, however doubtful the fields that differ: a sheet that is
    reported twice does less harm than one that is lost.
    """
    if (one.form, one.page, one.copy) != (other.form, other.page, other.copy):
        return False
    if None not in {one.row, other.row} and one.row != other.row:
        return False
    before = {field.name: field for field in one.fields}
    return not any(
        min(before[field.name].probability, field.probability) >= _SURE
        and before[field.name].text != field.text
        for field in other.fields
        if field.name in before
    )
