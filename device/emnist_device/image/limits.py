"""What one picture may cost: the limits of all reading, in one place.

A picture that would pass one is refused before the memory or the time is spent, with a message that
names the option to raise it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.errors import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emnist_device.image.formats.header import Header

#: What messages say to whoever calls the command, followed by the limit.
ADVICE = "raise the limit: --limit "


@dataclass(frozen=True)
class Limits:
    """What one picture may cost. Defaults suit a board with 1 GB of memory.

    file_bytes: size of the file.
    pixels: width times height, by the file's header; 64 megapixels is the largest camera of a Pi.
    side: the longer side, in pixels.
    decoded_bytes: of the samples once decoded; 64 megapixels of four channels of 8 bits.
    pages: of one file that are read.
    characters: that seem to be on the picture; a page full of writing has some hundreds.
    seconds: from opening the file to its text.
    memory: bytes that the process which reads it may allocate.
    """

    file_bytes: int = 256 * 2**20
    pixels: int = 64_000_000
    side: int = 65_535
    decoded_bytes: int = 256 * 2**20
    pages: int = 10_000
    characters: int = 5_000
    seconds: float = 60.0
    memory: int = 2**30

    def raised(self, settings: Iterable[str]) -> Limits:
        """Return the limits with ``settings`` such as ``pixels=2e8`` applied.

        Raises ValueError for a name or a value that is none.
        """
        values: dict[str, float] = {}
        for setting in settings:
            name, _, value = setting.partition("=")
            if name not in NAMES:
                raise ValueError(f"{name!r} is no limit; there are: {', '.join(NAMES)}")
            try:
                number = float(value)
            except ValueError:
                raise ValueError(f"{setting!r}: write {name}=NUMBER") from None
            if not 0 < number < float("inf"):
                raise ValueError(f"{setting!r}: a limit is a number above 0")
            values[name] = number if name == "seconds" else int(number)
        return dataclasses.replace(self, **values)  # type: ignore[arg-type]  # as the fields are

    def for_opencv(self) -> dict[str, str]:
        """Return the environment variables that hold OpenCV itself to the limits.

        It looks for them when it is loaded.
        """
        variables = {"PIXELS": self.pixels, "WIDTH": self.side, "HEIGHT": self.side}
        return {f"OPENCV_IO_MAX_IMAGE_{name}": str(value) for name, value in variables.items()}

    def check_file(self, size: int, name: str) -> None:
        """Raise :class:`PictureError` where a file of ``size`` bytes is too large."""
        self._check("file_bytes", size, f"{name}: has {size / 2**20:,.0f} MiB")

    def check_header(
        self, header: Header, name: str, announces: str = "its header announces"
    ) -> None:
        """Raise :class:`PictureError` where what ``header`` announces is too large."""
        said = f"{name}: {announces} {header.width:,} x {header.height:,} pixels"
        if header.block > header.width * header.height:
            said += f" in parts of {header.block:,}"
        self._check("pixels", header.pixels, said)
        self._check("side", max(header.width, header.height), said)
        self._check(
            "decoded_bytes", header.pixels * header.bits // 8, f"{said} of {header.bits} bits"
        )

    def check_frame(self, shape: tuple[int, ...], name: str) -> None:
        """Raise :class:`PictureError` where a frame of ``shape`` (H, W, ...) is too large."""
        height, width = shape[:2]
        said = f"{name}: its frames have {width:,} x {height:,} pixels"
        self._check("pixels", width * height, said)
        self._check("side", max(width, height), said)

    def check_pages(self, count: int, name: str) -> None:
        """Raise :class:`PictureError` where ``count`` pages of a file are too many to read."""
        self._check("pages", count, f"{name}: has {count:,} pages to read", "choose some of them")

    def fit(self, width: float, height: float) -> float:
        """Return by what to multiply sides for a picture of 3 samples to be as large as allowed.

        Both are rounded up to whole pixels then.
        """
        pixels = min(self.pixels, self.decoded_bytes // 3)
        both, area = width + height, width * height
        within = (((both**2 + 4 * area * (pixels - 1)) ** 0.5) - both) / (2 * area)
        return min(within, (self.side - 1) / max(width, height))

    def check_characters(self, count: int) -> None:
        """Raise :class:`PictureError` where ``count`` characters are too many to be writing."""
        self._check("characters", count, f"seems to hold {count:,} characters")

    def _check(self, name: str, value: int, said: str, advice: str = "scale it down") -> None:
        if value > getattr(self, name):
            raise PictureError(
                f"{said}, and {getattr(self, name):,} is the limit; {advice} or "
                f"{ADVICE}{name}={value}"
            )


#: What holds unless other limits are given.
DEFAULTS = Limits()
#: Names of the limits, as ``--limit`` takes them.
NAMES = tuple(field.name for field in dataclasses.fields(Limits))


def without_advice(message: str) -> str:
    """Return ``message`` without :data:`ADVICE`, for who cannot change limits."""
    said = message.partition(ADVICE)[0]
    return said.removesuffix(" or ").removesuffix("; ")
