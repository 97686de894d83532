"""Live reading for half an hour: ``python -m evaluate.soak [--minutes N]``.

The installed command reads a network camera of this process's making and serves its preview to one
viewer. The camera is killed and restarted ten times. Memory and threads are the command's own, as
the kernel counts them, frame rates are of the frames that it reports.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import click

from emnist_device.benchmark.machine import summary
from emnist_edge.cli.program import Program
from evaluate.cameras.live_video import RATE, frames, shots
from evaluate.cameras.mjpeg import NetworkCamera

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

#: Growth of resident memory, in MB of 1e6 bytes, that is allowed.
GROWTH_TARGET_MB = 5.0
_KILLS, _AWAY = 10, 1.5  # seconds that the camera is away each time
_PERIOD = 2.0  # seconds between samples
# Share of the time after which buffers and caches have their size.
_WARM_UP = 0.1
# Seconds that a busy machine may take to start the command, and to open a stream again.
_GRACE = 60.0


@dataclass
class Watched:
    """What is known of the process that is watched."""

    frames: int = 0
    settled: int = 0
    recoveries: int = 0
    preview: str = ""
    complaints: list[str] = field(default_factory=list)

    def hear(self, stdout: IO[str]) -> None:
        """Count what the command prints; runs in a thread."""
        for line in stdout:
            moment = json.loads(line)
            self.frames += 1
            self.settled += len(moment["settled"])

    def overhear(self, stderr: IO[str]) -> None:
        """Note what the command says on stderr; runs in a thread."""
        for line in stderr:
            if "preview at " in line:
                self.preview = line.rpartition(" ")[2].strip()
            elif line.rstrip().endswith("is back"):
                self.recoveries += 1
            elif "trying again" not in line:
                self.complaints.append(line.strip())

    def view(self) -> None:
        """Watch the preview as a browser does; runs in a thread."""
        while not self.preview:
            time.sleep(0.1)
        after = -1
        while True:
            try:
                url = f"{self.preview}api/frame?after={after}"
                with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  # loopback
                    content = answer.read()
            except OSError:  # the command has ended
                return
            if content:
                length = int.from_bytes(content[:4], "big")
                after = json.loads(content[4 : 4 + length])["frame"]


@dataclass(frozen=True)
class Sample:
    """One look at the process. at: seconds since the start. memory: MB. frames: so far."""

    at: float
    memory: float
    threads: int
    frames: int


def look(pid: int, at: float, read: int) -> Sample:
    """Return the memory and threads of a process; raises OSError once it has ended."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    fields = dict(line.split(":", 1) for line in status.splitlines())
    memory = int(fields["VmRSS"].split()[0]) * 1024 / 1e6
    return Sample(at, memory, int(fields["Threads"]), read)


def growth(samples: list[Sample]) -> float:
    """Return by how many MB memory has grown, from the first tenth of samples to the last."""
    tenth = max(1, len(samples) // 10)
    first = median(sample.memory for sample in samples[:tenth])
    return median(sample.memory for sample in samples[-tenth:]) - first


def rates(samples: list[Sample], parts: int = 10) -> list[float]:
    """Return the frames a second in each of ``parts`` of the time."""
    bounds = [samples[round(n * (len(samples) - 1) / parts)] for n in range(parts + 1)]
    return [
        (after.frames - before.frames) / (after.at - before.at)
        for before, after in pairwise(bounds)
    ]


def _wait(question: Callable[[], bool]) -> None:
    """Wait until ``question`` is answered by yes, at most for :data:`_GRACE` seconds."""
    start = time.monotonic()
    while not question() and time.monotonic() - start < _GRACE:
        time.sleep(0.1)


def soak(
    seconds: float, kills: int = _KILLS, each_text: float = 2.0
) -> tuple[Watched, list[Sample], int]:
    """Run the command for so many seconds before a camera that shows each text for so many.

    Time runs from the first frame that is read. After it, the command has :data:`_GRACE` seconds
    to find a camera again that went away at the very end. Returns what it did, samples after the
    warm-up, and its exit code.
    """
    shown = [frame for shot in shots(seconds=each_text) for frame in frames(shot, seed=1)]
    camera = NetworkCamera(shown, RATE)
    camera.start()
    process = subprocess.Popen(  # noqa: S603  # this Python, and our own command
        [sys.executable, "-m", "emnist_edge", "live", camera.url, "--json", "--serve", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watched = Watched()
    hearers = [
        threading.Thread(target=work, args=(pipe,), daemon=True)
        for work, pipe in ((watched.hear, process.stdout), (watched.overhear, process.stderr))
    ]
    for thread in (*hearers, threading.Thread(target=watched.view, daemon=True)):
        thread.start()
    _wait(lambda: watched.frames > 0 or process.poll() is not None)
    start = time.monotonic()
    due = [seconds * (n + 1) / (kills + 1) for n in range(kills)]
    samples: list[Sample] = []
    try:
        while (at := time.monotonic() - start) < seconds:
            if due and at >= due[0]:
                due.pop(0)
                camera.stop()
                time.sleep(_AWAY)
                camera.start()
            sample = look(process.pid, at, watched.frames)
            if at >= _WARM_UP * seconds:
                samples.append(sample)
            time.sleep(_PERIOD if seconds > 100 else 0.1)
        _wait(lambda: watched.recoveries >= kills)
    except OSError as error:
        raise click.ClickException(f"the command has ended: {watched.complaints}") from error
    finally:
        process.terminate()
        for thread in hearers:  # to the end of what it printed
            thread.join(30)
        camera.stop()
        with process:
            process.wait(30)
    return watched, samples, process.returncode


@click.command(cls=Program)
# A camera that goes away within half a minute of its return is not said to be back.
@click.option("--minutes", type=click.FloatRange(6), default=30, show_default=True)
def main(minutes: float) -> None:
    """Watch the command read a camera that comes and goes."""
    click.echo(f"{summary()}\n{minutes:g} minutes, {_KILLS} kills of the camera")
    watched, samples, code = soak(60 * minutes)
    _show(watched, samples)
    click.echo(f"exit code        {code}; said: {'; '.join(watched.complaints) or 'nothing else'}")


def _show(watched: Watched, samples: list[Sample]) -> None:
    """Print what was measured, and whether it is what is to be held."""

    def verdict(held: bool) -> str:
        return "held" if held else "MISSED"

    first, last = samples[0], samples[-1]
    grown = growth(samples)
    most = max(sample.memory for sample in samples)
    each = rates(samples)
    click.echo(f"frames read      {watched.frames}, texts settled {watched.settled}")
    click.echo(
        f"memory           {first.memory:.1f} MB after warm-up, {last.memory:.1f} at the end, "
        f"at most {most:.1f}"
    )
    click.echo(
        f"  grown by       {grown:.1f} MB  {verdict(grown < GROWTH_TARGET_MB)}  "
        f"(target {GROWTH_TARGET_MB:.0f})"
    )
    click.echo(
        f"threads          {first.threads} after warm-up, {last.threads} at the end  "
        f"{verdict(last.threads >= first.threads)}  (none may be lost)"
    )
    click.echo(
        f"recoveries       {watched.recoveries} of {_KILLS}  "
        f"{verdict(watched.recoveries == _KILLS)}"
    )
    tenths = " ".join(f"{rate:.1f}" for rate in each)
    click.echo(f"frames a second  {median(each):.1f} median; by tenths of the time: {tenths}")


if __name__ == "__main__":
    main()
