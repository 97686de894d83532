"""Time and memory of the reader as it ships: ``python -m evaluate.timing``.

Two pictures are drawn: a photo of 12 megapixels as a JPEG file, and a camera frame. Times are from
the file (photo) or the array (frame) to the text, after the first reading. Memory is the peak of a
fresh process that does nothing but read the photo.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2
import numpy as np

from emnist_device.benchmark.machine import summary
from emnist_device.benchmark.probe import Rules
from emnist_device.benchmark.stages import CAMERA, PAPER, draw_frame, time_readings
from emnist_device.image.picture import read_picture, write_picture
from emnist_edge import Reader
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import EmnistEdgeError
from evaluate.peers import installed, make_peers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_edge import Page

#: What is to be held: milliseconds at the median, and MB of resident memory.
PHOTO_TARGET_MS, FRAME_TARGET_MS, MEMORY_TARGET_MB = 400, 25, 400

_PHOTO_TEXT = "QUICK BROWN\n4816 FOXES\nJUMP OVER 27\nLAZY DOGS AND\n9350 HENS"
_PEER_ROUNDS = 3
_READ_ONE = """
import sys
from emnist_edge import Reader
from emnist_device.benchmark.probe import peak_memory_mb
from emnist_device.image.picture import read_picture
Reader(sys.argv[1], threads=int(sys.argv[2])).read(read_picture(sys.argv[3]))
print(peak_memory_mb())
"""


def draw_photo(path: Path, size: tuple[int, int] = (4000, 3000)) -> None:
    """Draw about 50 characters on a page of ``size`` pixels and write it as a JPEG file."""
    height = size[1] / 11
    drawn = draw_page(_PHOTO_TEXT, size=size, height=height, seed=7, paper=PAPER, camera=CAMERA)
    write_picture(path, drawn.picture)


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
    return float(done.stdout)


def after_one(rounds: int) -> Rules:
    """Return the rules by which ``rounds`` readings count, after one that does not."""
    return Rules(warm_runs=1, warm_seconds=0, runs=rounds, seconds=0)


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
        click.echo(f"{peer.name} on the photo: {middle:.0f} ms, {middle / ours:.1f} times as long")


@click.command(cls=Program)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=2, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=20, show_default=True)
def main(model: str, threads: int, rounds: int) -> None:
    """Measure the reader on a photo of 12 megapixels and on a camera frame."""
    cv2.setNumThreads(threads)
    reader = Reader(model, threads=threads)
    click.echo(f"{summary()}\n{reader.model}, {threads} threads, {rounds} rounds")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "photo.jpg")
        draw_photo(path)

        def read_photo() -> Page:
            start = time.perf_counter()
            picture = read_picture(path)
            loaded = time.perf_counter() - start
            return reader.read(picture).timed(load=loaded)

        times = time_readings(read_photo, after_one(rounds))
        _show("photo of 12 megapixels, from the file", times, PHOTO_TARGET_MS)
        frame = draw_frame()
        frames = time_readings(lambda: reader.read(frame), after_one(5 * rounds))
        _show("frame of 640 x 480, from the array", frames, FRAME_TARGET_MS)
        # Last: what a peer leaves in this process would be in the times of our own.
        _show_peers(
            [name for name in installed() if name == "rapidocr"],
            path,
            float(np.median(times["total"])),
        )
        peak = peak_memory(path, model, threads)
    verdict = "held" if peak <= MEMORY_TARGET_MB else "MISSED"
    click.echo(f"peak memory of a process reading the photo: {peak:.0f} MB, ", nl=False)
    click.echo(f"target {MEMORY_TARGET_MB} MB  {verdict}")


if __name__ == "__main__":
    main()
