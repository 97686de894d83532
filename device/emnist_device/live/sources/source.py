"""What every source of frames is, and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from emnist_device.live.sources.lens import Lens
from emnist_edge.errors import SourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class WishError(SourceError):
    """Something that is asked of a source that cannot do it."""


@dataclass(frozen=True)
class Wish:
    """What is asked of a camera; it may give something else.

    size: width and height in pixels. rate: frames a second. lens: of the Pi's own camera.
    """

    size: tuple[int, int] = (640, 480)
    rate: float = 30.0
    lens: Lens = field(default_factory=Lens)


class Source(Protocol):
    """Something that gives frames."""

    @property
    def name(self) -> str:
        """What messages call it."""

    @property
    def endless(self) -> bool:
        """Whether it goes on for ever: a camera or stream, which is opened again when it fails."""

    @property
    def rate(self) -> float | None:
        """Frames a second that a file is played at; None where frames come by themselves."""

    @property
    def file(self) -> str | None:
        """The file that the last frame was, where each is a file of its own."""

    def open(self) -> None:
        """Open, or open again after :meth:`close`; raises :class:`SourceError`."""

    def read(self) -> NDArray[np.uint8] | None:
        """Wait for the next frame, (H, W) or (H, W, 3) BGR uint8; None at the end of a file.

        Raises :class:`SourceError` where none comes.
        """

    def close(self) -> None:
        """Let go of the device; does nothing where it is not open."""
