from __future__ import annotations

import ctypes
import os
import time
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.image.limits import Limits
from emnist_device.live.sources.confined import Confined, confine
from emnist_device.live.sources.make import make_source
from emnist_device.live.sources.sequence import Sequence
from emnist_device.live.sources.source import Wish
from emnist_device.live.sources.video import Video
from emnist_edge.errors import PictureError, SourceError
from tests.emnist_device.live.conftest import FakeSource, picture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Film:
    """A source that does what its frames are named."""

    name, rate = "film.mp4", 12.5

    def __init__(self, frames: list[str], size: tuple[int, int] = (0, 0), endless: bool = False):
        self._frames, self.size, self.endless = frames, size, endless

    def open(self) -> None:
        self._left = list(self._frames)

    def read(self) -> NDArray[np.uint8] | None:
        frame = self._left.pop(0) if self._left else ""
        if frame == "crash":
            ctypes.string_at(0)
        if frame == "hang":
            time.sleep(60)
        if frame == "pid":
            return np.full((2, 2), os.getpid() % 251, np.uint8)
        if frame == "tall":
            return np.zeros((1001, 2), np.uint8)
        return np.full((4, 6, 3), ord(frame), np.uint8) if frame else None

    def close(self) -> None:
        pass


def confined(*frames: str, limits: Limits | None = None, **options: Any) -> Confined:
    film: Any = Film(list(frames), **options)
    source = Confined(film, limits or Limits(side=1000))
    try:
        source.open()
    except SourceError:
        source.close()
        raise
    return source


def test_frames_come_from_another_process() -> None:
    source = confined("a", "b", "pid")
    assert (source.name, source.rate, source.endless) == ("film.mp4", 12.5, False)
    for value in "ab":
        assert np.array_equal(source.read(), np.full((4, 6, 3), ord(value)))  # type: ignore[arg-type]
    assert source.read() is not None
    assert source.read() is None
    source.close()
    source.close()


def test_a_film_ends_at_a_frame_that_does_harm() -> None:
    for frame, reason in (("crash", "SIGSEGV"), ("tall", "2 x 1,001 pixels"), ("hang", "0.3 s")):
        seconds = 0.3 if frame == "hang" else 20
        source = confined("a", frame, "b", limits=Limits(side=1000, seconds=seconds))
        assert source.read() is not None
        with pytest.raises(PictureError, match=rf"^film\.mp4: .*{reason}"):
            source.read()
        assert source.read() is None
        source.close()


def test_a_stream_that_did_harm_is_opened_again() -> None:
    source = confined("a", "crash", endless=True)
    assert source.read() is not None
    with pytest.raises(SourceError, match="SIGSEGV"):
        source.read()
    with pytest.raises(SourceError, match="memory is short"):
        source.read()  # not opened yet
    source.open()
    assert source.read() is not None
    source.close()


def test_frames_that_are_announced_too_large_are_not_decoded() -> None:
    with pytest.raises(SourceError, match=r"5,000 x 10 pixels, and 1,000 is the limit.* side=5000"):
        confined("crash", size=(5000, 10))


def test_a_video_of_huge_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.mjpeg"
    path.write_bytes(3 * cv2.imencode(".jpg", np.full((700, 900), 200, np.uint8))[1].tobytes())
    source = confine(make_source(str(path), Wish()), Limits(pixels=600_000))
    with pytest.raises(SourceError, match=r"huge\.mjpeg: its frames have 900 x 700 pixels"):
        source.open()
    source.close()
    source = confine(make_source(str(path), Wish()), Limits(pixels=700_000))
    source.open()
    frame = source.read()
    assert frame is not None
    assert frame.shape == (700, 900, 3)
    source.close()


def test_what_is_trusted_stays_here(tmp_path: Path) -> None:
    camera = FakeSource([picture()])
    assert confine(camera, Limits()) is camera
    assert isinstance(confine(Video(tmp_path / "film.mp4"), Limits()), Confined)


def test_a_source_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    source = confine(make_source(str(tmp_path / "none.mp4"), Wish()), Limits())
    with pytest.raises(SourceError, match="no such file"):
        source.open()
    source.close()


def test_pictures_of_a_folder_are_decoded_within_limits(tmp_path: Path) -> None:
    for number, width in enumerate((90, 110, 95)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((40, width), 200, np.uint8))
    (tmp_path / "3.jpg").write_bytes(b"\xff\xd8" + bytes(100))
    source = Sequence(tmp_path, 30.0, Limits(side=100))
    source.open()
    widths: list[int | str] = []
    for _ in range(4):
        try:
            frame = source.read()
            widths.append(frame.shape[1] if frame is not None else 0)
        except PictureError as error:
            widths.append(str(error).partition(f"{tmp_path}/")[2].partition(";")[0])
    refused = "1.png: its header announces 110 x 40 pixels, and 100 is the limit"
    assert widths == [90, refused, 95, "3.jpg: is cut off"]
    assert source.read() is None
    source.close()
