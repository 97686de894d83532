"""Kill a run over many pictures, and go on with it: ``python -m evaluate.resume``.

Draws pictures, among them some that cannot be read, reads them once undisturbed and once with
SIGKILL at random moments, and compares both files of results, their lines sorted.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import cv2
import numpy as np

from emnist_edge.alphabet import BYMERGE
from emnist_edge.cli.program import Program
from emnist_edge.drawing.pages import draw_page

# One picture in so many is cut off in the middle.
_DAMAGED = 20
_POLL = 0.005


def draw_pictures(folder: Path, number: int, seed: int) -> None:
    """Write ``number`` small pictures of a few characters to ``folder``."""
    rng = np.random.default_rng(seed)
    for index in range(number):
        text = "".join(rng.choice(list(BYMERGE), 5))
        picture = draw_page(text, size=(200, 80), height=30, seed=int(rng.integers(2**31))).picture
        content = cv2.imencode(".png", picture)[1].tobytes()
        damaged = index % _DAMAGED == _DAMAGED - 1
        (folder / f"{index:05}.png").write_bytes(content[: 200 if damaged else None])


def start(folder: Path, output: Path, jobs: int) -> subprocess.Popen[bytes]:
    """Start to read ``folder``, or go on with it."""
    command = [sys.executable, "-m", "emnist_edge", "classify", str(folder), "--resume"]
    return subprocess.Popen(  # noqa: S603  # our own command
        [*command, "--output", str(output), "--jobs", str(jobs)],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def kill_at(process: subprocess.Popen[bytes], output: Path, size: int, delay: float) -> bool:
    """Kill ``process`` ``delay`` seconds after ``output`` has ``size`` bytes; False if it ended."""
    while not output.exists() or output.stat().st_size < size:
        if process.poll() is not None:
            return False
        time.sleep(_POLL)
    time.sleep(delay)
    process.kill()
    process.wait()
    return True


def compare(pictures: int, kills: int, jobs: int, seed: int, suffix: str) -> tuple[int, bool]:
    """Return how often the run was killed, and whether both outputs have the same lines."""
    rng = np.random.default_rng(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "pictures"
        folder.mkdir()
        draw_pictures(folder, pictures, seed)
        whole, killed = (Path(name) / f"{run}{suffix}" for run in ("whole", "killed"))
        start(folder, whole, jobs).wait()
        expected = whole.read_bytes()
        if len({name for name in expected.split(b"\n") if b".png" in name}) != pictures:
            raise click.ClickException("the undisturbed run has not a record for each picture")
        done = 0
        for size in sorted(rng.integers(1, len(expected), kills)):
            process = start(folder, killed, jobs)
            done += kill_at(process, killed, int(size), float(rng.uniform(0, 0.05)))
            process.wait()
        start(folder, killed, jobs).wait()
        return done, sorted(killed.read_bytes().split(b"\n")) == sorted(expected.split(b"\n"))


@click.command(cls=Program)
@click.option("--pictures", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--kills", type=click.IntRange(0), default=5, show_default=True)
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def main(pictures: int, kills: int, jobs: int, seed: int) -> None:
    """Compare a run that is killed and resumed with one that is not."""
    differ = False
    for suffix in (".jsonl", ".csv"):
        begun = time.perf_counter()
        killed, same = compare(pictures, kills, jobs, seed, suffix)
        click.echo(
            f"{suffix}: {pictures:,} pictures in {jobs} processes, killed {killed} times and "
            f"resumed: {'equal' if same else 'NOT equal'} to the undisturbed run, byte for byte "
            f"after sorting ({time.perf_counter() - begun:.0f} s)"
        )
        differ |= not same or killed < kills
    sys.exit(differ)


if __name__ == "__main__":
    main()
