"""Pictures that a browser sends, read one at a time in a process with limits."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from emnist_device.image.document import read_document
from emnist_device.image.limits import Limits
from emnist_device.live.eye import Eye, Settings
from emnist_device.processes.process import Terms
from emnist_device.processes.servant import Servant
from emnist_device.serving.turns import Turns, serve
from emnist_edge.errors import PictureError, RuntimeMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.page import Page

#: Larger pictures are refused.
MAX_BYTES = 8 * 2**20
# What a picture may cost: that of a phone, 24 megapixels, takes a Pi some seconds to read.
_LIMITS = Limits(file_bytes=MAX_BYTES, pixels=24_000_000, seconds=30.0)


class Desk:
    """Reads uploaded pictures in a process of its own, so that the live picture goes on.

    The process starts with the first picture, and anew when ``eye`` has other settings.
    """

    def __init__(self, eye: Eye) -> None:
        self.eye = eye
        self._turns = Turns("upload")
        self._settings: Settings | None = None
        self._servant: Servant | None = None

    async def read(self, content: bytes) -> tuple[Page, int]:
        """Read the content of a picture file; returns the page, and how many the file has.

        Raises :class:`PictureError` for what is no picture or costs too much, and
        :class:`emnist_device.serving.answers.RefusedError` where too many wait.
        """
        return await self._turns.take(self._read, content)

    def close(self) -> None:
        """End the process; pictures that come later are not read."""
        self._turns.close(self._end)

    def _end(self) -> None:
        if self._servant is not None:
            self._servant.close()
            self._servant = None

    def _read(self, content: bytes) -> tuple[Page, int]:
        settings = self.eye.settings.of_whole()
        if self._servant is None or settings != self._settings:
            self._end()
            self._servant = Servant(partial(_reading, settings, _LIMITS), Terms(_LIMITS))
            self._settings = settings
        page, pages = serve(self._servant, content)
        return page, pages


def _reading(settings: Settings, limits: Limits) -> Callable[[bytes], tuple[Page, int]]:
    """Return the function of the process: content of a file -> page, and how many it has."""
    eye = Eye(settings)

    def read(content: bytes) -> tuple[Page, int]:
        try:
            document = read_document(BytesIO(content), "the picture", limits)
        except RuntimeMissingError as error:  # of PDFs
            raise PictureError(str(error)) from error
        return eye.read(document.picture(1)), max(document.pages, document.frames)

    return read
