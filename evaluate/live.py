"""Live reading measured: ``python -m evaluate.live``.

A video is drawn in which a hand-held camera looks at five sheets in turn, and is read by what
``emnist-edge live`` is made of: once at real time, where frames are dropped that come too fast, and
once every frame, as fast as it goes. Latency is from a frame's arrival to its text.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.benchmark.machine import summary
from emnist_device.live.capture import Capture
from emnist_device.live.eye import Eye, Settings
from emnist_device.live.loop import Loop
from emnist_device.live.sources.video import Video
from emnist_device.live.steady import Patience
from emnist_edge.alphabet import fold
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.errors import EmnistEdgeError
from evaluate.cameras.live_video import RATE, Shot, shots, write_video

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.live.moment import Moment

#: What is to be held: frames a second, and milliseconds from frame to text for 95 of 100 frames.
RATE_TARGET, LATENCY_TARGET_MS = 25.0, 60.0


@dataclass
class Probe:
    """An output that keeps what it is shown."""

    latencies: list[float] = field(default_factory=list)
    reading: list[float] = field(default_factory=list)
    texts: list[tuple[str, float]] = field(default_factory=list)
    dropped: int = 0

    def show(self, moment: Moment) -> None:
        """Keep figures and settled texts."""
        self.latencies.append(moment.latency_ms)
        self.reading.append(sum(moment.timing_ms.values()))
        self.texts += [(settled.text, settled.time) for settled in moment.settled]
        self.dropped = moment.dropped

    def close(self) -> None:
        """There is nothing to finish."""


def play(path: Path, settings: Settings, *, every_frame: bool) -> tuple[Probe, float]:
    """Read the video at ``path`` and return what was seen, and the seconds that it took."""
    source = Video(path)
    source.open()
    eye = Eye(settings)
    probe = Probe()
    capture = Capture(source, click.echo, every_frame=every_frame)
    loop = Loop(capture, eye, Patience(), [probe], click.echo, threading.Event())
    start = time.perf_counter()
    loop.run()
    return probe, time.perf_counter() - start


def faults(texts: Sequence[tuple[str, float]], parts: Sequence[Shot]) -> list[str]:
    """Return what is wrong with ``texts`` and their times: every line once, while it is shown."""
    wanted = {
        fold(line): (part.start / RATE, part.end / RATE)
        for part in parts
        for line in part.text.splitlines()
    }
    counts = Counter(text for text, _ in texts)
    found = [f"{line!r} reported {counts[line]} times" for line in wanted if counts[line] != 1]
    found += [f"{text!r} is not there" for text in counts if text not in wanted]
    for text, moment in texts:
        start, end = wanted.get(text, (moment, moment))
        if not start <= moment <= end:
            found.append(f"{text!r} reported at {moment:.1f} s, shown {start:.0f} to {end:.0f} s")
    return found


def _show(title: str, probe: Probe, seconds: float, parts: Sequence[Shot], *, paced: bool) -> None:
    read = len(probe.latencies)
    rate = read / seconds
    verdict = "  held" if rate >= RATE_TARGET else "  MISSED"
    click.echo(f"{title}: {read} frames in {seconds:.1f} s, {probe.dropped} dropped")
    click.echo(f"  frames a second  {rate:6.1f}{verdict}  (target {RATE_TARGET:.0f})")
    middle, late = np.percentile(probe.reading, (50, 95))
    click.echo(f"  reading a frame  {middle:6.1f} ms median {late:6.1f} ms p95")
    if paced:
        middle, late = np.percentile(probe.latencies, (50, 95))
        verdict = "held" if late <= LATENCY_TARGET_MS else "MISSED"
        click.echo(
            f"  frame to text    {middle:6.1f} ms median {late:6.1f} ms p95  {verdict}  "
            f"(target {LATENCY_TARGET_MS:.0f})"
        )
    wrong = faults(probe.texts, parts)
    lines = sum(len(part.text.splitlines()) for part in parts)
    click.echo(
        f"  lines reported   {len(probe.texts)} of {lines}"
        + ("; " + "; ".join(wrong) if wrong else ", each once and right  held")
    )


@click.command(cls=Program)
@click.option("--model", default=DEFAULT_MODEL, show_default=True)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True)
@click.option(
    "--seconds", type=click.FloatRange(1), default=3, show_default=True, help="Each text."
)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--video", type=click.Path(path_type=Path), help="Keep the video in this file.")
def main(model: str, threads: int, seconds: float, seed: int, video: Path | None) -> None:
    """Draw the video and read it twice."""
    parts = shots(seconds=seconds)
    settings = Settings(model=model, threads=threads)
    click.echo(f"{summary()}\n{model}, 640x480 at {RATE:.0f} frames a second, seed {seed}")
    with tempfile.TemporaryDirectory() as folder:
        path = video or Path(folder, "five.avi")
        try:
            write_video(path, parts, seed)
            for title, every_frame in (("at real time", False), ("every frame", True)):
                probe, took = play(path, settings, every_frame=every_frame)
                _show(title, probe, took, parts, paced=not every_frame)
        except (EmnistEdgeError, OSError) as error:
            raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
