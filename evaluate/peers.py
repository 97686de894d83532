"""Other readers, scored on the same pictures in the same run. None is a dependency of the package.

``rapidocr`` is RapidOCR with ONNX Runtime (``pip install emnist-edge[peers]``; the wheel holds the
models), ``tesseract`` the program of that name (``apt install tesseract-ocr``), told that a page is
one block of text.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Protocol

import cv2

from emnist_edge.errors import EmnistEdgeError, RuntimeMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray


class Peer(Protocol):
    """A reader of text. ``name`` is what tables call it, with its version."""

    name: str

    def read(self, picture: NDArray[np.uint8]) -> str:
        """Return the text of ``picture`` (H, W, 3) BGR uint8; lines parted by line breaks."""
        ...


class RapidOcr:
    """RapidOCR with the models and settings that it comes with."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        # Its log goes to stderr: what it finds is in the result.
        self._engine: Any = RapidOCR(params={"Global.log_level": "error"})
        self.name = f"rapidocr {importlib.metadata.version('rapidocr')}"

    def read(self, picture: NDArray[np.uint8]) -> str:
        """Return the text of ``picture``; see :class:`Peer`."""
        return "\n".join(self._engine(picture).txts or ())


class Tesseract:
    """Tesseract through its program, a process a page; ``--psm 6`` is one block of text."""

    def __init__(self) -> None:
        self.name = " ".join(_tesseract(["--version"]).split()[:2])

    def read(self, picture: NDArray[np.uint8]) -> str:
        """Return the text of ``picture``; see :class:`Peer`."""
        _, content = cv2.imencode(".bmp", picture)
        return _tesseract(["-", "-", "--psm", "6"], content.tobytes())


def _tesseract(arguments: list[str], content: bytes = b"") -> str:
    """Run the program on ``content`` and return what it prints; EmnistEdgeError where it fails."""
    command = ["tesseract", *arguments]
    done = subprocess.run(command, input=content, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
        raise EmnistEdgeError(f"tesseract failed: {reason[-1]}")
    return done.stdout.decode("utf-8", "replace")


#: Name -> what makes the reader.
PEERS: dict[str, Callable[[], Peer]] = {"rapidocr": RapidOcr, "tesseract": Tesseract}


def installed() -> list[str]:
    """Return the names of the peers that are installed."""
    found = {
        "rapidocr": all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime")),
        "tesseract": shutil.which("tesseract") is not None,
    }
    return [name for name in PEERS if found[name]]


def make_peers(names: str) -> list[Peer]:
    """Make the readers that ``names`` asks for: ``all`` that are installed, ``none``, or a list.

    Raises :class:`RuntimeMissingError` for a name that is unknown or not installed.
    """
    there = installed()
    if names == "none":
        return []
    wanted = there if names == "all" else [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in PEERS:
            raise RuntimeMissingError(f"{name}: no such peer; there are {', '.join(PEERS)}")
        if name not in there:
            raise RuntimeMissingError(f"{name}: is not installed; see evaluate/peers.py")
    return [PEERS[name]() for name in wanted]
