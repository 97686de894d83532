"""Where the time goes between a camera's frame and its text, each stage on the clock apart."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from emnist_device.benchmark.latency import QUICK_RULES, RULES
from emnist_device.benchmark.probe import Rules, time_runs
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.sources.video import Video
from emnist_device.page import STAGES
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.drawing.pages import Camera, Paper, Pen, draw_page
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_device.page import Page

#: Paper and camera of pictures that are drawn to measure time.
PAPER = Paper(colour=(222, 232, 236), vignette=0.25, shadow=0.3)
CAMERA = Camera(blur=0.8, noise=2.0)

_TEXT = "ROOM 47\nBOX 2906\nHARBOR"
# What the stages are called here, where the picture comes from a camera and not from a file.
_NAMES = {"load": "capture", "total": "end-to-end"}
# Frames of the video that stands for a camera; it starts anew at its end.
_FRAMES = 25


def measure(*, quick: bool, model: str = DEFAULT_MODEL) -> list[dict[str, Any]]:
    """Read a drawn frame of 640 x 480 pixels over and over, as ``emnist-edge live`` does.

    Returns a row for each stage, in order: ``stage``, ``median_ms``, ``p95_ms`` and ``runs``.
    "capture" is to decode a frame of Motion JPEG, as USB cameras send it, without waiting for it;
    "segment" to find the characters, "glyph" to make their 28x28 images, "classify" to run
    ``model`` on them, "decode" to make text of its probabilities. "end-to-end" is all of it.
    """
    eye = Eye(Settings(model=model))
    with tempfile.TemporaryDirectory() as folder:
        video = Video(write_video(Path(folder, "camera.avi"), draw_frame()))
        video.open()

        def capture() -> NDArray[np.uint8]:
            frame = video.read()
            if frame is None:
                video.open()
                frame = video.read()
            if frame is None:
                raise EmnistEdgeError(f"{video.name}: has no frames; see emnist-edge doctor")
            return frame

        def read() -> Page:
            start = time.perf_counter()
            frame = capture()
            captured = time.perf_counter() - start
            return eye.read(frame).timed(load=captured)

        try:
            times = time_readings(read, QUICK_RULES if quick else RULES)
        finally:
            video.close()
    return [
        {
            "stage": _NAMES.get(stage, stage),
            "median_ms": round(float(np.median(values)), 4),
            "p95_ms": round(float(np.percentile(values, 95)), 4),
            "runs": len(values),
        }
        for stage, values in times.items()
    ]


def time_readings(
    read: Callable[[], Page],
    rules: Rules,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Return the milliseconds of each stage of each counted reading, stages in order.

    Stages are those that pages tell of, and ``total``, the time around all of it.
    """
    pages: list[Page] = []
    totals = time_runs(lambda: pages.append(read()), rules, clock)
    counted = [
        page.timed(total=total).timing_ms
        for page, total in zip(pages[-len(totals) :], totals, strict=True)
    ]
    return {stage: [timing[stage] for timing in counted] for stage in STAGES if stage in counted[0]}


def draw_frame() -> NDArray[np.uint8]:
    """Draw a camera frame of 640 x 480 pixels with about 20 characters: (480, 640, 3) uint8."""
    return draw_page(
        _TEXT,
        size=(640, 480),
        height=60,
        seed=7,
        pen=Pen(width=0.11),
        paper=PAPER,
        camera=CAMERA,
    ).picture


def write_video(path: Path, frame: NDArray[np.uint8]) -> Path:
    """Write a Motion JPEG video that shows ``frame`` (H, W, 3) and return its path."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, frame.shape[1::-1])
    for _ in range(_FRAMES):
        writer.write(frame)
    writer.release()
    return path
