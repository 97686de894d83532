"""What is done with pictures while a form is defined, in a process with limits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import cv2

from emnist_device.forms.defining.combs import part_cells
from emnist_device.forms.defining.draft import A4_LONG
from emnist_device.forms.defining.heads import without_heads
from emnist_device.forms.defining.in_place import InPlace
from emnist_device.forms.defining.joining import join
from emnist_device.forms.defining.outlines import find_outlines
from emnist_device.forms.defining.straight import straighten
from emnist_device.forms.reading.reader import SheetReader
from emnist_device.forms.template import parse_template
from emnist_device.frames import Frame
from emnist_device.image.document import open_document, read_document
from emnist_device.image.picture import read_picture, write_picture
from emnist_device.reader import Reader
from emnist_edge.errors import PictureError, RuntimeMissingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.forms.template import Sizes
    from emnist_device.image.limits import Limits

# A browser is shown at most so many pixels on the long side, and this JPEG quality: an A4 scan at
# 200 dpi has 2339.
_LONG_SIDE, _QUALITY = 2400, 85
#: Suffix of what a browser is shown, beside the picture.
SHOWN = ".jpg"
# Pages of a file that is tried: as many as a form has.
_MOST_PAGES = 25
# What is tried is called this, and what is wrong with it begins with one of these, or has no verb.
_SHEET, _VERB = "the sheet", re.compile(r"(is|has|was|shows|cannot)\b")


@dataclass(frozen=True)
class Look:
    """Look at page ``number`` of the file ``name``, and write it to ``target``, a PNG.

    straight: whether it may be turned until it is level.
    """

    name: str
    number: int
    target: Path
    straight: bool = True


@dataclass(frozen=True)
class Seen:
    """What a page of a scan is: its size in pixels, what is printed there, how it was turned."""

    width: int
    height: int
    frames: tuple[Frame, ...]
    turned: float


@dataclass(frozen=True)
class Trial:
    """Read with the template ``text``, which will be in ``path``.

    known: sizes of its reference pictures. picture: of the empty form, that is read; None for
    ``content``, that of a file.
    """

    text: str
    path: Path
    known: Sizes
    picture: Path | None
    content: bytes = b""


def make_workshop(
    model: str, threads: int, limits: Limits
) -> Callable[[Look | Trial], Seen | list[dict[str, Any]]]:
    """Return the function of the process: a :class:`Look` -> :class:`Seen`, a trial -> sheets."""
    readers: list[Reader] = []

    def work(item: Look | Trial) -> Seen | list[dict[str, Any]]:
        if isinstance(item, Trial):
            return _try(item, model, threads, limits)
        if not readers:
            readers.append(Reader(model, threads=threads, limits=limits, boxes=True))
        return _look(item, readers[0], limits)

    return work


def _look(item: Look, reader: Reader, limits: Limits) -> Seen:
    document = open_document(item.name, limits)
    try:
        picture = document.picture(item.number)
    finally:
        document.close()
    frames, turned = reader.read(picture).boxes, 0.0
    if item.straight:
        # Long rules tell best how it lies.
        frames = frames or tuple(Frame("box", (box,)) for box in find_outlines(picture))
        picture, frames, turned = straighten(picture, frames)
    frames = join(frames, find_outlines(picture), max(picture.shape[:2]) / A4_LONG)
    frames = tuple(part_cells(picture, without_heads(frame)) for frame in frames)
    write_picture(item.target, picture)
    _show(picture, item.target)
    height, width = picture.shape[:2]
    return Seen(width, height, frames, turned)


def _show(picture: NDArray[np.uint8], target: Path) -> None:
    """Write what a browser is shown of ``picture`` beside ``target``."""
    scale = _LONG_SIDE / max(picture.shape[:2])
    if scale < 1:
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(SHOWN, picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    target.with_suffix(SHOWN).write_bytes(encoded.tobytes())


def _try(item: Trial, model: str, threads: int, limits: Limits) -> list[dict[str, Any]]:
    """Return what is read on each page; raises PictureError that says all of what is wrong."""
    try:
        return _read(item, model, threads, limits)
    except PictureError as error:
        raise PictureError(_said(str(error).removeprefix(f"{_SHEET}: "))) from error


def _said(reason: str) -> str:
    """Return a sentence of what is wrong with the sheet."""
    if reason.startswith("the "):  # it is something else
        return reason
    return f"{_SHEET} {reason}" if _VERB.match(reason) else f"{_SHEET}: {reason}"


def _read(item: Trial, model: str, threads: int, limits: Limits) -> list[dict[str, Any]]:
    """Return what is read on each page; raises PictureError where none is of the form."""
    template = parse_template(item.text, item.path, item.known)
    finder = None if item.picture is None else InPlace(template, limits)
    reader = SheetReader([template], model, threads=threads, limits=limits, finder=finder)
    sheets: list[dict[str, Any]] = []
    faults: list[PictureError] = []
    for picture in _pictures(item, limits):
        try:
            sheets.append(reader.read(picture).to_dict())
        except PictureError as error:
            faults.append(error)
    if not sheets:
        raise faults[0]
    return sheets


def _pictures(item: Trial, limits: Limits) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures that are to be read."""
    if item.picture is not None:
        yield read_picture(item.picture, limits)
        return
    try:
        document = read_document(BytesIO(item.content), _SHEET, limits)
    except RuntimeMissingError as error:  # of PDFs
        raise PictureError(str(error)) from error
    for number in range(1, min(document.pages, _MOST_PAGES) + 1):
        yield document.picture(number)
