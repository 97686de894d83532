"""Doubtful characters on one self-contained page, for a person to correct."""

from __future__ import annotations

import base64
import importlib.resources
import json
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cv2

from emnist_device.image.turns import turn, turn_box
from emnist_device.review.corrections import SCHEMA
from emnist_device.text.charset import expand_charset
from emnist_edge.alphabet import BYCLASS, SYMBOLS
from emnist_edge.errors import PictureError, shown
from emnist_edge.files import written_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.box import Box
    from emnist_device.page import Page

    #: A character as the page's script takes it, in plain values for JSON.
    Doubt = dict[str, Any]

#: Characters that are less probable than this are shown, where nothing else was asked for.
DOUBTFUL = 0.95
# Height of the pictures, and how much of the line they show around a character, in its sides.
_HEIGHT, _AROUND = 120, 1.2
_MARK = (40, 60, 220)


def find_doubtful(
    name: str, picture: NDArray[np.uint8], page: Page, glyphs: NDArray[np.uint8], least: float
) -> tuple[Doubt, ...]:
    """Return the characters of ``page`` that are less probable than ``least``.

    Args:
        name: of the picture, as it is shown.
        picture: (H, W) or (H, W, 3) BGR uint8, which the page was read from.
        page: boxes in pixels of ``picture``.
        glyphs: (N, 28, 28) uint8, what the model saw of its characters, in order.
        least: a probability, 0..1.

    Returns:
        Each as the script of the review page takes it, with a picture of its surroundings.
    """
    quarters = page.turned // 90
    upright = turn(picture, quarters)
    doubtful = []
    for character, glyph in zip(page.characters, glyphs, strict=True):
        likeliest = character.likeliest
        if likeliest.confidence >= least:
            continue
        others = character.alternatives[character.unsure :]
        choices = [(each.char, round(each.confidence, 4)) for each in (likeliest, *others)]
        doubtful.append(
            {
                "image": name,
                "box": list(character.box),
                "read": choices[0][0],
                "choices": choices,
                "picture": _picture(upright, turn_box(character.box, quarters, picture.shape)),
                "glyph": base64.b64encode(glyph.tobytes()).decode(),
            }
        )
    return tuple(doubtful)


class Doubts:
    """Doubtful characters on their way to the page ``path``; on disk, for they may be many.

    pictures: how many were read.

    Args:
        path: the page; the characters wait in a file beside it that has no name.
        charset: what a person may type, as of :class:`emnist_device.decoding.Decoding`.

    Raises:
        PictureError: nothing can be written there.
    """

    def __init__(self, path: Path, charset: str | None = None) -> None:
        self._path, self._charset = path, charset
        self._count = self.pictures = 0
        self._model = ""
        with _writing_to(path):
            self._file = tempfile.TemporaryFile(  # noqa: SIM115  # closed by __exit__
                "w+", encoding="utf-8", dir=path.absolute().parent
            )

    def add(self, page: Page | None, doubtful: Sequence[Doubt]) -> None:
        """Keep those of one picture; raises :class:`PictureError` where there is no room."""
        self.pictures += 1
        if page is not None:
            self._model = page.model
        with _writing_to(self._path):
            self._file.writelines(json.dumps(doubt) + "\n" for doubt in doubtful)
        self._count += len(doubtful)

    def write(self) -> None:
        """Write the page; raises :class:`PictureError` where that fails."""
        with _writing_to(self._path):
            self._file.seek(0)
            write_review(self._path, self._model, map(json.loads, self._file), self._charset)

    def __len__(self) -> int:
        return self._count

    def __enter__(self) -> Doubts:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def write_review(
    path: Path, model: str, doubtful: Iterable[Doubt], charset: str | None = None
) -> None:
    """Write the review page, whole or not at all.

    Args:
        path: the file.
        model: name of the model that read the pictures.
        doubtful: characters that :func:`find_doubtful` returned.
        charset: what a person may type, and nothing else.

    Raises:
        PictureError: ``path`` cannot be written.
    """
    taken = expand_charset(charset)
    characters = "".join(char for char in BYCLASS + SYMBOLS if char in taken)
    data = {"schema": SCHEMA, "model": model, "characters": characters, "items": []}
    template = importlib.resources.files("emnist_device.review") / "review.html"
    before, after = template.read_text(encoding="utf-8").split("@DATA@")
    with (
        _writing_to(path),
        written_whole(path) as part,
        part.open("w", encoding="utf-8", errors="backslashreplace") as page,
    ):
        page.write(before + _in_script(data).removesuffix("]}"))
        for number, doubt in enumerate(doubtful):
            page.write((", " if number else "") + _in_script(doubt))
        page.write("]}" + after)


@contextmanager
def _writing_to(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PictureError(f"{shown(path)}: cannot be written ({error.strerror})") from error


def _in_script(data: Any) -> str:
    """Return ``data`` as JSON; no text in it can end the script that it stands in."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _picture(picture: NDArray[np.uint8], box: Box) -> str:
    """Return the surroundings of ``box``, which is marked, as the address of a PNG."""
    around = round(_AROUND * box.side)
    top, left = max(box.y - around // 3, 0), max(box.x - around, 0)
    window = picture[top : box.bottom + around // 3, left : box.right + around]
    scale = _HEIGHT / window.shape[0]
    size = (max(1, round(scale * window.shape[1])), _HEIGHT)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    shown = cv2.resize(window, size, interpolation=method)
    if shown.ndim == 2:
        shown = cv2.cvtColor(shown, cv2.COLOR_GRAY2BGR)
    start, end = (
        (round(scale * (x - left)), round(scale * (y - top)))
        for x, y in ((box.x - 2, box.y - 2), (box.right + 2, box.bottom + 2))
    )
    cv2.rectangle(shown, start, end, _MARK, 1)
    _, encoded = cv2.imencode(".png", shown)
    return "data:image/png;base64," + base64.b64encode(encoded.tobytes()).decode()
