"""The systems of a Raspberry Pi that are tried, and the wheels that each would get."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from tests.arm64.debian import Apt, run
from tests.minimum.bounds import ROOT, declared, project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# glibc of the oldest wheels that are still taken: manylinux2014.
_OLDEST_GLIBC = 17
# What the tests need; Pillow, which is not pure Python, has no wheel for 32 bits.
_TESTS = ("pytest>=8.3", "hypothesis>=6.100")
_PILLOW = "pillow>=11"


@dataclass(frozen=True)
class System:
    """One system, as it is on a card.

    release, architecture, packages: of Debian; packages are what comes with the system or, on 32
    bits, what ``device/README.md`` says to install from it. python: version. machine: what Python's
    ``platform.machine()`` is there. glibc: minor version. emulator, processor: of QEMU. extras: of
    this package. pins: requirements that ``device/README.md`` adds. alone: packages whose own
    dependencies come from the system. tests: what tests are run with.
    """

    name: str
    title: str
    release: str
    architecture: str
    python: str
    machine: str
    glibc: int
    emulator: str
    processor: str
    packages: tuple[str, ...] = ()
    extras: tuple[str, ...] = ("forest", "serve", "mqtt")
    pins: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    tests: tuple[str, ...] = (*_TESTS, _PILLOW)

    def unpack(self, folder: Path) -> Path:
        """Unpack the system below ``folder``, unless that was done; returns its root."""
        root = folder / self.name / "root"
        own = (f"python{self.python}-minimal", f"libpython{self.python}-stdlib")
        libraries = ("libstdc++6", "zlib1g")
        apt = Apt(folder / "apt" / self.name, self.release, self.architecture)
        apt.unpack((*own, *libraries, *self.packages), root)
        return root

    def install(self, folder: Path) -> Path:
        """Install wheels below ``folder``, unless the same are there; returns their folder."""
        site = folder / self.name / "site"
        wanted = sorted([*self.requirements(), *self.tests])
        done = folder / self.name / "installed"
        if done.is_file() and done.read_text(encoding="utf-8") == "\n".join(wanted):
            return site
        done.unlink(missing_ok=True)
        shutil.rmtree(site, ignore_errors=True)
        alone = [line for line in wanted if Requirement(line).name in self.alone]
        self._pip(site, [line for line in wanted if line not in alone])
        if alone:
            self._pip(site, ["--no-deps", *alone])
        done.write_text("\n".join(wanted), encoding="utf-8")
        return site

    def requirements(self) -> Iterator[str]:
        """Yield what pip would install for this package on this system."""
        values = {"platform_machine": self.machine, "python_version": self.python}
        for requirement in declared(self.extras, values, project()):
            yield str(requirement)
        yield from self.pins

    def command(
        self, folder: Path, emulators: Path, *arguments: str
    ) -> tuple[list[str], dict[str, str]]:
        """Return how to run this system's Python with ``arguments``, and the environment for it."""
        root, site = folder / self.name / "root", folder / self.name / "site"
        libraries = [
            f"/usr/lib/{triplet}/{name}"
            for triplet in sorted(path.name for path in (root / "usr/lib").glob("*-linux-gnu*"))
            for name in ("blas", "lapack")  # which the system links to when they are installed
            if (root / "usr/lib" / triplet / name).is_dir()
        ]
        paths = [ROOT, ROOT / "device", site, root / "usr/lib/python3/dist-packages"]
        inside = {
            "PYTHONPATH": os.pathsep.join(str(path) for path in paths),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LD_LIBRARY_PATH": os.pathsep.join(str(root) + name for name in libraries),
            "HOME": str(folder),
        }
        python = root / "usr/bin" / f"python{self.python}"
        qemu = [str(emulators / self.emulator), "-cpu", self.processor, "-L", str(root)]
        return [*qemu, str(python), *arguments], inside

    def _pip(self, site: Path, lines: list[str]) -> None:
        """Install wheels, and nothing but wheels, that fit this system."""
        kinds = [f"manylinux_2_{minor}" for minor in range(self.glibc, _OLDEST_GLIBC - 1, -1)]
        platforms = [f"--platform={kind}_{self.machine}" for kind in (*kinds, "manylinux2014")]
        # pip would ask whether they are for this machine's Python; their tags say for which.
        target = ["--only-binary=:all:", "--implementation=cp", "--ignore-requires-python"]
        target.append(f"--python-version={self.python}")
        options = ["--quiet", "--disable-pip-version-check", "--upgrade", f"--target={site}"]
        run([sys.executable, "-m", "pip", "install", *options, *target, *platforms, *lines], "pip")


_PICAMERA2 = ("numpy<2", "opencv-python-headless<4.12")

#: Name -> system.
SYSTEMS = {
    system.name: system
    for system in (
        System(
            "bookworm-arm64",
            "Raspberry Pi OS Bookworm, 64 bits",
            "bookworm",
            "arm64",
            "3.11",
            "aarch64",
            36,
            "qemu-aarch64",
            "cortex-a72",
            pins=_PICAMERA2,
        ),
        System(
            "trixie-arm64",
            "Raspberry Pi OS Trixie, 64 bits",
            "trixie",
            "arm64",
            "3.13",
            "aarch64",
            41,
            "qemu-aarch64",
            "cortex-a72",
        ),
        System(
            "bookworm-armhf",
            "Raspberry Pi OS Bookworm, 32 bits",
            "bookworm",
            "armhf",
            "3.11",
            "armv7l",
            36,
            "qemu-arm",
            "cortex-a7",
            packages=("python3-numpy", "python3-opencv"),
            extras=("serve", "mqtt"),
            alone=("tflite-runtime",),
            tests=_TESTS,
        ),
    )
}
