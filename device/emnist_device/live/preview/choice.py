"""Model and characters, changed while frames and pictures are read: one change at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from emnist_device.live.loop import Eye, Settings

if TYPE_CHECKING:
    from emnist_device.live.preview.upload import Desk

# Seconds from one change to the next: loading models takes from the time of the live picture.
_PAUSE = 0.25


class Choice:
    """Has frames and pictures read by other settings.

    A change loads a model twice. Of changes that come while one is made, all but the newest are
    left out, so that any number of them costs a few a second, and no more memory than one.

    Args:
        eye: reads the frames.
        desk: reads pictures, by the same settings.
    """

    def __init__(self, eye: Eye, desk: Desk) -> None:
        self._eye, self._desk = eye, desk
        self._turn = asyncio.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="settings")
        self._newest: object = None
        self._next = 0.0

    async def change(self, settings: Settings) -> None:
        """Read by ``settings`` from now on, unless others are wanted meanwhile.

        Raises :class:`EmnistEdgeError` where nothing can be read by them.
        """
        wish = self._newest = object()
        async with self._turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(self._next - loop.time())
            if wish is not self._newest or settings == self._eye.settings:
                return
            try:
                made = await loop.run_in_executor(self._thread, _pair, settings)
            finally:
                self._next = loop.time() + _PAUSE
            self._eye.become(made[0])
            self._desk.eye.become(made[1])

    def close(self) -> None:
        """Make no more changes."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _pair(settings: Settings) -> tuple[Eye, Eye]:
    return Eye(settings), Eye(settings)
