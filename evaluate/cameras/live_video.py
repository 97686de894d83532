"""A video of a hand-held camera over sheets that are put before it in turn, with the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from emnist_edge.drawing.pages import Camera, Paper, Pen, draw_page
from emnist_edge.drawing.strokes import Hand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SIZE, RATE = (640, 480), 30.0
#: What the sheets say, one after the other; none holds a line of another.
TEXTS = ("ROOM 47\nHARBOR", "BOX 2906", "MEET AT 9", "EK 2047 B\nGATE 13", "THE RED HEN")
# The sheet is drawn larger than the frame by this much on each side, for the camera to move over.
_MARGIN = 60
# Standard deviation of the noise of each frame, in grey levels, and how far the camera strays.
_NOISE, _SWAY, _TREMOR = 4.0, 36.0, 0.6
_PERIOD = 4.0  # seconds of the sway


@dataclass(frozen=True)
class Shot:
    """One sheet's part of the video. text: what it says. start, end: frames."""

    text: str
    start: int
    end: int


def shots(texts: Sequence[str] = TEXTS, seconds: float = 3.0) -> list[Shot]:
    """Return the parts of a video that shows each of ``texts`` for so long."""
    length = round(seconds * RATE)
    return [Shot(text, n * length, (n + 1) * length) for n, text in enumerate(texts)]


def frames(shot: Shot, seed: int) -> Iterator[NDArray[np.uint8]]:
    """Yield the frames of one shot, (480, 640, 3) BGR uint8: one sheet, moved and with new noise.

    The camera sways over the sheet and trembles; it turns and comes closer by a little.
    """
    rng = np.random.default_rng([seed, shot.start])
    size = (SIZE[0] + 2 * _MARGIN, SIZE[1] + 2 * _MARGIN)
    sheet = draw_page(
        shot.text,
        size=size,
        height=54,
        seed=int(rng.integers(2**32)),
        hand=Hand(line_pitch=1.9),
        pen=Pen(width=0.11, ink=(60, 44, 40)),
        paper=Paper(colour=(222, 232, 236), vignette=0.2, shadow=0.25, texture=0.01),
        camera=Camera(blur=0.8),
    ).picture
    middle = (size[0] / 2, size[1] / 2)
    for number in range(shot.start, shot.end):
        angle = 2 * np.pi * number / RATE / _PERIOD
        turn, zoom = 1.5 * np.sin(0.7 * angle), 1 + 0.03 * np.sin(0.4 * angle)
        matrix = cv2.getRotationMatrix2D(middle, float(turn), float(zoom))
        sway = _SWAY * np.array([np.sin(angle), 0.6 * np.sin(1.3 * angle)])
        matrix[:, 2] += sway + _TREMOR * rng.standard_normal(2) - _MARGIN
        seen = cv2.warpAffine(sheet, matrix, SIZE, flags=cv2.INTER_LINEAR)
        noise = _NOISE * rng.standard_normal(seen.shape, np.float32)
        yield np.clip(seen + noise + 0.5, 0, 255).astype(np.uint8)


def write_video(path: Path, parts: Sequence[Shot], seed: int) -> None:
    """Write the shots ``parts`` as Motion JPEG in AVI, what many cameras send."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, SIZE)
    if not writer.isOpened():
        raise OSError(f"{path}: cannot be written")
    for shot in parts:
        for frame in frames(shot, seed):
            writer.write(frame)
    writer.release()
