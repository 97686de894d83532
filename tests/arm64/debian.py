"""Debian packages of another release and architecture, unpacked without root, through apt itself.

apt gets a state of its own in a folder and believes that nothing is installed: it resolves, fetches
and verifies, and what it fetched is unpacked, not installed, so no maintainer script runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from emnist_edge.errors import EmnistEdgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Variable that names another mirror of Debian.
MIRROR_VARIABLE = "DEBIAN_MIRROR"
_MIRROR = "http://deb.debian.org/debian"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_TOOLS = ("apt-get", "dpkg-deb", "tar")
# Folders of an unpacked system that are links to those in usr.
_MERGED = ("bin", "lib", "sbin")


@dataclass(frozen=True)
class Apt:
    """apt for ``release`` and ``architecture``, with its state below ``folder``.

    Raises :class:`EmnistEdgeError` where this machine lacks apt or Debian's keys.
    """

    folder: Path
    release: str
    architecture: str

    def __post_init__(self) -> None:
        missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
        if missing:
            raise EmnistEdgeError(f"{', '.join(missing)}: not there; this needs Debian or Ubuntu")
        if not _KEYRING.is_file():
            raise EmnistEdgeError(f"{_KEYRING}: not there; run: apt install debian-archive-keyring")

    def unpack(self, packages: Sequence[str], root: Path) -> None:
        """Unpack ``packages`` and all that they depend on into ``root``, unless that was done.

        Raises :class:`EmnistEdgeError` where they cannot be had.
        """
        done = root / "unpacked"
        wanted = " ".join(packages)
        if done.is_file() and done.read_text(encoding="utf-8") == wanted:
            return
        archives = self._fetch(packages)
        shutil.rmtree(root, ignore_errors=True)
        for name in _MERGED:
            (root / "usr" / name).mkdir(parents=True)
            (root / name).symlink_to(f"usr/{name}")
        for archive in archives:
            _unpack(archive, root)
            archive.unlink()
        done.write_text(wanted, encoding="utf-8")

    def _fetch(self, packages: Sequence[str]) -> list[Path]:
        """Return the archives of ``packages`` and of what they depend on."""
        for name in ("etc/apt", "var/lib/apt/lists/partial", "var/cache/apt/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        mirror = os.environ.get(MIRROR_VARIABLE, _MIRROR)
        (self.folder / "etc/apt/sources.list").write_text(
            f"deb [signed-by={_KEYRING}] {mirror} {self.release} main\n", encoding="utf-8"
        )
        self._run("update")
        archives = self.folder / "var/cache/apt/archives"
        for path in archives.glob("*.deb"):  # of a run that was interrupted
            path.unlink()
        self._run("install", "--download-only", "--yes", "--no-install-recommends", *packages)
        return sorted(archives.glob("*.deb"))

    def _run(self, *arguments: str) -> None:
        options = {
            "Dir": self.folder,
            "Dir::State::status": self.folder / "status",
            "Dir::Etc::sourceparts": "/dev/null",
            "APT::Architecture": self.architecture,
            "APT::Architectures": self.architecture,
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::Retries": 3,
        }
        flags = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
        run(["apt-get", "-qq", *flags, *arguments], "apt-get")


def _unpack(archive: Path, root: Path) -> None:
    """Unpack one archive; links to folders stay, which ``dpkg-deb --extract`` would replace."""
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", archive],
        stdout=subprocess.PIPE,
    ) as packed:
        tar = ["tar", "-x", "--keep-directory-symlink", "--no-same-owner", "-C", str(root)]
        subprocess.run(tar, stdin=packed.stdout, check=True)


def run(command: Sequence[str], name: str) -> str:
    """Run ``command`` and return what it prints.

    Raises :class:`EmnistEdgeError`, with the end of what was said, where it fails.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-400:]
        raise EmnistEdgeError(f"{name} failed: {said or 'it does not say why'}")
    return done.stdout
