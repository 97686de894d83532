"""Settings, changed while frames and pictures are read: one change at a time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from emnist_device.live.eye import Eye

if TYPE_CHECKING:
    from emnist_device.live.eye import Settings

# Seconds from one change to the next: loading a model takes from the time of the live picture.
_PAUSE = 0.25


class Choice:
    """Changes the settings by which ``eye`` reads frames, and the desk pictures.

    A change loads a model. Of changes that come while one is made, all but the newest are left out,
    so that any number of them costs a few a second, and no more memory than one.
    """

    def __init__(self, eye: Eye) -> None:
        self._eye = eye
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
                made = await loop.run_in_executor(self._thread, Eye, settings)
            finally:
                self._next = loop.time() + _PAUSE
            self._eye.become(made)
