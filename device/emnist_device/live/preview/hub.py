"""The newest frame for any number of viewers, encoded once for all of them."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

import cv2

if TYPE_CHECKING:
    from emnist_device.live.moment import Moment

# Frames are sent with at most this long side, and this JPEG quality.
_LONG_SIDE, _QUALITY = 1280, 80
# Settled texts that a page which is opened later still shows.
_REMEMBERED = 50


class Hub:
    """Takes moments from the reading thread; viewers ask for the next when they are done with one.

    A slow viewer therefore misses frames, and costs no memory.
    """

    def __init__(self) -> None:
        self._moment: Moment | None = None
        self._settled: deque[dict[str, Any]] = deque(maxlen=_REMEMBERED)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._encoding = threading.Lock()
        self._encoded: tuple[int, bytes] = (-1, b"")
        self._closed = False

    def show(self, moment: Moment) -> None:
        """Take the newest moment; from the reading thread."""
        for settled in moment.settled:
            number = self._settled[-1]["number"] + 1 if self._settled else 1
            self._settled.append(
                {"number": number, "text": settled.text, "at": round(time.time(), 3)}
            )
        self._moment = moment
        self._tell()

    def close(self) -> None:
        """Answer the viewers who wait, that no frame will come."""
        self._closed = True
        self._tell()

    async def newer(self, than: int, timeout: float) -> Moment | None:
        """Wait for a moment of another frame than ``than``; None if there is none in time."""
        self._loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                while not self._closed:
                    moment = self._moment
                    if moment is not None and moment.frame.number != than:
                        return moment
                    await self._news.wait()
        except TimeoutError:
            pass
        return None

    def encode(self, moment: Moment) -> bytes:
        """Return a moment as it is sent: length of the JSON (4 bytes, big-endian), JSON, JPEG."""
        with self._encoding:
            number, content = self._encoded
            if number != moment.frame.number:
                content = _encode(moment, list(self._settled))
                self._encoded = (moment.frame.number, content)
            return content

    def _tell(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._announce)

    def _announce(self) -> None:
        """Wake all who wait now; in the thread of the event loop."""
        self._news.set()
        self._news = asyncio.Event()


def _encode(moment: Moment, settled: list[dict[str, Any]]) -> bytes:
    picture = moment.frame.picture
    height, width = picture.shape[:2]
    scale = _LONG_SIDE / max(height, width)
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    value = moment.to_dict() | {"size": [width, height], "settled": settled}
    text = json.dumps(value, ensure_ascii=False).encode()
    return len(text).to_bytes(4, "big") + text + jpeg.tobytes()
