"""What reads frames and pictures: a reader whose model and settings may change meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2

from emnist_device.decoding import Decoding
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.reader import Reader
from emnist_edge.artifact import DEFAULT_MODEL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.image.region import Grid, Region
    from emnist_device.page import Page

# Alternatives that averaging needs; what is beyond them is next to nothing.
_ALTERNATIVES = 8
# What is used where nothing is known.
_DECODING = Decoding()


@dataclass(frozen=True)
class Settings:
    """How frames are read, and what one may cost.

    colour: read colours too; grey is faster, and does for most ink. regions, grid: as of a reader.
    """

    model: str = DEFAULT_MODEL
    decoding: Decoding = _DECODING
    colour: bool = False
    threads: int = 1
    limits: Limits = DEFAULTS
    regions: tuple[Region, ...] = ()
    grid: Grid | None = None

    def of_whole(self) -> Settings:
        """Return how pictures are read that are no frames: all of each."""
        return replace(self, regions=(), grid=None)


class Eye:
    """A reader and how it reads, which may change between two pictures. One thread may read.

    Raises :class:`ModelError` where the model of ``settings`` cannot be had,
    :class:`ConstraintError` where nothing fulfils what is known of the text, and
    :class:`RuntimeMissingError` where something is needed that is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        reader = Reader(
            settings.model,
            threads=settings.threads,
            top_k=_ALTERNATIVES,
            limits=settings.limits,
            decoding=settings.decoding,
            regions=settings.regions,
            grid=settings.grid,
        )
        self._current = (settings, reader)

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._current[1].model

    @property
    def settings(self) -> Settings:
        """How the next picture is read."""
        return self._current[0]

    def become(self, other: Eye) -> None:
        """Take over reader and settings of ``other``, which must not be used after that."""
        self._current = other._current

    def read(self, picture: NDArray[np.uint8]) -> Page:
        """Read (H, W) grey or (H, W, 3) BGR uint8.

        Raises :class:`PictureError` for what exceeds the limits.
        """
        settings, reader = self._current
        if picture.ndim == 3 and not settings.colour:
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        return reader.read(picture)
