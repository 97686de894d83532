"""Time and memory of the reader as it ships: ``python -m benchmarks.timing``.

Two pictures are drawn: a photo of 12 megapixels as a JPEG file, and a camera frame. Times are from
the file (photo) or the array (frame) to the text, after the first reading. Memory is the peak of a
fresh process that does nothing but read the photo.
"""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from benchmarks.peers import installed, make_peers
from emnist_device import Reader
from emnist_device.picture import read_picture, write_picture
from emnist_edge import __version__
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.drawing import Camera, Paper, Pen, draw_page
from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emnist_device import Page

#: What is to be held: milliseconds at the median, and MB of resident memory.
PHOTO_TARGET_MS, FRAME_TARGET_MS, MEMORY_TARGET_MB = 400, 25, 400
STAGES = ("load", "segment", "classify", "decode", "total")

_PHOTO_TEXT = "QUICK BROWN\n4816 FOXES\nJUMP OVER 27\nLAZY DOGS AND\n9350 HENS"
_FRAME_TEXT = "ROOM 47\nBOX 2906\nHARBOR"
_PAPER = Paper(colour=(222, 232, 236), vignette=0.25, shadow=0.3)
_CAMERA = Camera(blur=0.8, noise=2.0)
_PEER_ROUNDS = 3
# VmHWM, not getrusage: ru_maxrss starts from what the parent held when it made the process.
_READ_ONE = """
import sys
from pathlib import Path
from emnist_device import Reader
from emnist_device.picture import read_picture
Reader(sys.argv[1], threads=int(sys.argv[2])).read(read_picture(sys.argv[3]))
status = Path("/proc/self/status").read_text().splitlines()
print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


def draw_photo(path: Path, size: tuple[int, int] = (4000, 3000)) -> None:
    """Draw about 50 characters on a page of ``size`` pixels and write it as a JPEG file."""
    height = size[1] / 11
    drawn = draw_page(_PHOTO_TEXT, size=size, height=height, seed=7, paper=_PAPER, camera=_CAMERA)
    write_picture(path, drawn.picture)


def draw_frame() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Draw a camera frame of 640 x 480 pixels with about 20 characters: (480, 640, 3) uint8."""
    return draw_page(
        _FRAME_TEXT,
        size=(640, 480),
        height=60,
        seed=7,
        pen=Pen(width=0.11),
        paper=_PAPER,
        camera=_CAMERA,
    ).picture


def measure(read: Callable[[], Page], rounds: int) -> dict[str, list[float]]:
    """Return the milliseconds of each stage for ``rounds`` readings, after one that is not counted.

    ``total`` is wall time around all of it.
    """
    times: dict[str, list[float]] = {name: [] for name in STAGES}
    read()
    for _ in range(rounds):
        start = time.perf_counter()
        page = read()
        page = page.timed(total=time.perf_counter() - start)
        for name, value in page.timing_ms.items():
            times[name].append(value)
    return {name: values for name, values in times.items() if values}


def peak_memory(path: Path, model: str, threads: int) -> float:
    """Return the peak resident memory, in MB of 1e6 bytes, of a fresh process that reads ``path``.

    Raises :class:`EmnistEdgeError` where that process fails.
    """
    done = subprocess.run(  # noqa: S603  # this Python, and the program above
        [sys.executable, "-c", _READ_ONE, model, str(threads), str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)},
    )
    if done.returncode:
        raise EmnistEdgeError(f"{path}: the process that reads it failed: {done.stderr[-300:]}")
    return int(done.stdout.split()[-1]) * 1024 / 1e6


def machine() -> str:
    """Name the machine and the versions of what runs on it, in two lines."""
    names = ("numpy", "opencv-python-headless", "ai-edge-litert", "tflite-runtime")
    there = {name.metadata["Name"] for name in importlib.metadata.distributions()}
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names if name in there]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"load {os.getloadavg()[0]:.1f}\n"
        f"emnist-edge {__version__}, Python {platform.python_version()}, {', '.join(versions)}"
    )


def _processor() -> str:
    """Return the board's or the processor's name."""
    board = Path("/proc/device-tree/model")
    if board.exists():
        return board.read_text().strip("\0\n")
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _show(title: str, times: dict[str, list[float]], target: float) -> None:
    click.echo(f"{title}, target {target} ms at the median")
    for name, values in times.items():
        middle, late = np.percentile(values, (50, 95))
        verdict = ("  held" if middle <= target else "  MISSED") if name == "total" else ""
        click.echo(f"  {name:<9}{middle:>8.1f} ms median{late:>8.1f} ms p95{verdict}")


def _show_peers(names: Sequence[str], path: Path, ours: float) -> None:
    """Print the time of peers on the file at ``path``, and its ratio to ``ours`` (ms)."""
    for peer in make_peers(",".join(names) or "none"):
        times = []
        for _ in range(_PEER_ROUNDS + 1):
            start = time.perf_counter()
            peer.read(read_picture(path))
            times.append(1000 * (time.perf_counter() - start))
        middle = float(np.median(times[1:]))
        click.echo(f"  {peer.name}: {middle:.0f} ms, {middle / ours:.1f} times as long")


@click.command()
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True)
def main(model: str, threads: int, rounds: int) -> None:
    """Measure the reader on a photo of 12 megapixels and on a camera frame."""
    cv2.setNumThreads(threads)
    try:
        reader = Reader(model, threads=threads)
        click.echo(f"{machine()}\n{reader.model}, {threads} threads, {rounds} rounds")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "photo.jpg")
            draw_photo(path)

            def read_photo() -> Page:
                start = time.perf_counter()
                picture = read_picture(path)
                loaded = time.perf_counter() - start
                return reader.read(picture).timed(load=loaded)

            times = measure(read_photo, rounds)
            _show("photo of 12 megapixels, from the file", times, PHOTO_TARGET_MS)
            _show_peers(
                [name for name in installed() if name == "rapidocr"],
                path,
                float(np.median(times["total"])),
            )
            frame = draw_frame()
            frames = measure(lambda: reader.read(frame), 5 * rounds)
            _show("frame of 640 x 480, from the array", frames, FRAME_TARGET_MS)
            peak = peak_memory(path, model, threads)
    except EmnistEdgeError as error:
        raise click.ClickException(str(error)) from error
    verdict = "held" if peak <= MEMORY_TARGET_MB else "MISSED"
    click.echo(f"peak memory of a process reading the photo: {peak:.0f} MB, ", nl=False)
    click.echo(f"target {MEMORY_TARGET_MB} MB  {verdict}")


if __name__ == "__main__":
    main()
