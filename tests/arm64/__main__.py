"""Run the runtime's tests and a short benchmark as on a Raspberry Pi: ``python -m tests.arm64``.

The systems' own Python and libraries, unpacked from Debian's packages, and the wheels that pip
would install there run under QEMU's user mode: no root, no container, no board. What was fetched is
kept in ``.arm64``. Exits with 1 where a system fails.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from emnist_device.benchmark.latency import draw_glyphs
from emnist_edge.errors import EmnistEdgeError
from tests.arm64.debian import Apt, run
from tests.arm64.inside import write_expected
from tests.arm64.systems import SYSTEMS, System
from tests.minimum.bounds import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

# What is run of the tests. Those of live reading wait for frames that come in time: none does.
_TESTS = (
    "tests/emnist_edge",
    "tests/emnist_device",
    "--ignore=tests/emnist_edge/cli/test_live.py",
    "--ignore=tests/emnist_device/live",
    "--ignore=tests/emnist_device/batch/test_cluster.py",
)
# QEMU before this crashes in LiteRT and onnxruntime. Where from, if there is none on the machine.
_LEAST_QEMU, _QEMU_RELEASE = 10, "trixie"
# Integer kernels of another release round otherwise: of two classes that are so close to each other
# in probability, either may be found.
_TIE = 0.1
NOT_PROVED = (
    "speed: emulated times say nothing about a board's",
    "cameras, picamera2, V4L2, GPU, temperature, power: there is no board",
    "live reading, the preview and child processes: their tests are left out or skipped",
    "the kernel and memory: they are this machine's",
)


def find_emulators(folder: Path) -> Path:
    """Return the folder of QEMU's programs: this machine's, or Debian's, unpacked below ``folder``.

    Raises :class:`EmnistEdgeError` where they cannot be had.
    """
    there = shutil.which("qemu-aarch64")
    if there is not None:
        version = re.search(r"version (\d+)", run([there, "--version"], "qemu-aarch64"))
        if version is not None and int(version[1]) >= _LEAST_QEMU:
            return Path(there).parent
    own = run(["dpkg", "--print-architecture"], "dpkg").strip()
    Apt(folder / "apt" / "qemu", _QEMU_RELEASE, own).unpack(["qemu-user"], folder / "qemu")
    return folder / "qemu/usr/bin"


def run_tests(system: System, folder: Path, emulators: Path) -> tuple[bool, str]:
    """Return whether the runtime's tests pass on ``system``, and pytest's last line, or lines.

    All lines are in ``tests.log``, beside what was fetched.
    """
    plugins = ("no:cacheprovider", "no:unraisableexception", "tests.arm64.emulated")
    options = [*(f"-p{plugin}" for plugin in plugins), "-v", "-rfE"]
    command, environment = system.command(
        folder, emulators, "-u", "-m", "pytest", *options, *_TESTS
    )
    log = folder / system.name / "tests.log"
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run(
            command, env=environment, cwd=ROOT, stdout=file, stderr=file, check=False
        )
    lines = [line for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return done.returncode == 0, "\n".join(lines[-1 if done.returncode == 0 else -20 :])


def examine(system: System, folder: Path, emulators: Path, expected: Path) -> dict[str, Any]:
    """Return what :mod:`tests.arm64.inside` reports from ``system``."""
    command, environment = system.command(
        folder, emulators, "-m", "tests.arm64.inside", str(expected)
    )
    done = subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EmnistEdgeError(f"{system.name}: {done.stderr.strip()[-600:]}")
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def show(report: dict[str, Any], count: int) -> bool:
    """Print the report of one system; returns whether it is as it should be."""
    facts = report["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    click.echo(f"  runs: Python {facts['python']} on {facts['architecture']}; {packages}")
    good = True
    for name, model in report["models"].items():
        if "missing" in model:
            click.echo(f"  {name}: not there: {model['missing']}")
            continue
        good &= model["apart"] <= _TIE
        others = "" if model["same"] == count else f", others within {model['apart']:.2g} of it"
        click.echo(
            f"  {name}: same class as on this machine for {model['same']} of {count} drawn glyphs"
            f"{others}; probabilities differ by {model['largest']:.2g} at most; "
            f"{model['p50_ms']:.2f} ms emulated"
        )
    samples = report["samples"]
    wrong = [name for name, right in samples.items() if not right]
    click.echo(
        f"  samples: {len(samples) - len(wrong)} of {len(samples)} read as written"
        + (f"; not {', '.join(wrong)}" if wrong else "")
    )
    took = ", ".join(f"{row['stage']} {row['median_ms']:.0f} ms" for row in report["stages"])
    click.echo(f"  benchmark of a frame runs, emulated: {took}")
    return good and not wrong


def try_system(system: System, folder: Path, emulators: Path, expected: Path, count: int) -> bool:
    """Prepare one system, try it and print what came out; returns whether all was well."""
    begun = time.perf_counter()
    click.echo(f"{system.title}: {system.name}, {system.processor} emulated")
    system.unpack(folder)
    system.install(folder)
    well = show(examine(system, folder, emulators, expected), count)
    passed, said = run_tests(system, folder, emulators)
    click.echo(f"  tests: {said}")
    click.echo(f"  {'held' if well and passed else 'FAILED'}, {time.perf_counter() - begun:.0f} s")
    return well and passed


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*SYSTEMS]), metavar="[SYSTEM]...")
@click.option(
    "--cache", type=click.Path(path_type=Path), default=ROOT / ".arm64", help="What was fetched."
)
def main(names: Sequence[str], cache: Path) -> None:
    """Try SYSTEM, or all of them."""
    cache = cache.absolute()
    failed: list[str] = []
    try:
        emulators = find_emulators(cache)
        glyphs = draw_glyphs()
        expected = cache / "expected.npz"
        write_expected(expected, glyphs)
    except (EmnistEdgeError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for name in names or SYSTEMS:
        try:
            well = try_system(SYSTEMS[name], cache, emulators, expected, len(glyphs))
        except (EmnistEdgeError, OSError) as error:
            click.echo(f"  FAILED: {error}")
            well = False
        failed += [] if well else [name]
    tried = [name for name in names or SYSTEMS if name not in failed]
    if tried:
        click.echo(
            f"proved: with the wheels that {', '.join(tried)} get, the package imports, reads, and "
            f"gives the same classes as here, but where two are within {_TIE} of each other"
        )
    for line in NOT_PROVED:
        click.echo(f"not proved: {line}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
