"""PDF -> its pages as pictures, by PDFium, which comes in an extra.

A page that is a scan has the resolution of the scan; any other has one that scanners have.
"""

from __future__ import annotations

import math
import re
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from emnist_device.image.formats.header import Header
from emnist_edge.errors import PictureError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from emnist_device.image.limits import Limits

# PDFium looks for it in the first 1,024 bytes: mail programs put lines of their own before it.
_MAGIC, _HEAD = re.compile(rb"%PDF-\d"), 1024
_INCH = 72.0
# Sides are rounded up to whole pixels, and those of a scan are whole but for rounding errors.
_BELOW = 1 - 1e-6
# PDFium's numbers of what is wrong with a document.
_FAULTS = {
    4: "is encrypted; save it without a password",
    5: "is encrypted in a way that is not known here; save it without a password",
    6: "has no page that can be read; save it anew in another program",
}
_DAMAGED = "is damaged; save it anew in another program"
# Mode of text that is not drawn, as of programs that lay what they read over a scan.
_INVISIBLE = 3


@dataclass(frozen=True)
class Resolutions:
    """Thresholds of the resolution of a page.

    dpi: of what is drawn, pixels an inch: A4 has 1654 x 2339, of which the reader uses 1600.
    scan: pictures that cover this fraction of a page are a scan of it.
    part: a scan may come in parts, such as strips; what covers less than this fraction of a page is
        none.
    """

    dpi: float = 200.0
    scan: float = 0.5
    part: float = 0.02


RESOLUTIONS = Resolutions()


def is_pdf(head: bytes) -> bool:
    """Say whether a file that begins with ``head`` is a PDF."""
    return _MAGIC.search(head[:_HEAD]) is not None


class Pdf:
    """A PDF whose pages are rendered when they are asked for.

    Args:
        file: the PDF; it is closed with this, and must not be written to before.
        name: what messages call it.
        limits: what a page may take.
        resolutions: thresholds of the resolution of a page.

    Raises:
        PictureError: damaged, or encrypted.
        RuntimeMissingError: PDFium is not installed.
    """

    frames = 1

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        limits: Limits,
        *,
        resolutions: Resolutions = RESOLUTIONS,
    ) -> None:
        self._pdfium: Any = load_module("pypdfium2", "reading a PDF")
        self._name, self._limits, self._resolutions = name, limits, resolutions
        try:
            self._document = self._pdfium.PdfDocument(file, autoclose=True)
        except self._pdfium.PdfiumError as error:
            file.close()
            raise PictureError(f"{name}: {_FAULTS.get(error.err_code, _DAMAGED)}") from error
        self.pages = len(self._document)

    def picture(self, number: int) -> NDArray[np.uint8]:
        """Return page ``number``, from 1 on, as :func:`decode_picture` returns pictures."""
        if not 1 <= number <= self.pages:
            raise PictureError(f"{self._name}: has no page {number:,}")
        try:
            with closing(self._document[number - 1]) as page:
                return self._render(page)
        except self._pdfium.PdfiumError as error:
            raise PictureError(f"{self._name}: {_DAMAGED}") from error

    def _render(self, page: Any) -> NDArray[np.uint8]:
        """Return ``page`` as a picture."""
        width, height = page.get_size()
        if not 0 < width * height < math.inf:
            raise PictureError(f"{self._name}: {_DAMAGED}")
        scale = self._dpi(page, width * height) / _INCH
        scale = min(scale, self._limits.fit(width, height)) * _BELOW
        with closing(page.render(scale=scale)) as bitmap:
            return np.array(bitmap.to_numpy(), order="C")

    def _dpi(self, page: Any, area: float) -> float:
        """Return the resolution of ``page``, whose area is in square points."""
        covered, finest = 0.0, 0.0
        drawn = self._pdfium.raw.FPDFPage_GetAnnotCount(page) > 0
        for thing in page.get_objects():
            if thing.type == self._pdfium.raw.FPDF_PAGEOBJ_IMAGE:
                columns, rows = size = thing.get_px_size()
                header = Header(columns, rows, 8)
                self._limits.check_header(header, self._name, "holds a picture of")
                sides = _sides(thing)
                part = sides[0] * sides[1] / area
                if part >= self._resolutions.part:
                    covered += part
                    finest = max(finest, *map(_per_inch, size, sides))
            elif not self._is_invisible(thing):
                drawn = True
        if covered < self._resolutions.scan:
            return self._resolutions.dpi
        return max(finest, self._resolutions.dpi) if drawn else finest

    def _is_invisible(self, thing: Any) -> bool:
        """Say whether ``thing`` draws nothing by itself: such text, or a group of things."""
        raw = self._pdfium.raw
        if thing.type == raw.FPDF_PAGEOBJ_TEXT:
            return bool(raw.FPDFTextObj_GetTextRenderMode(thing) == _INVISIBLE)
        return bool(thing.type == raw.FPDF_PAGEOBJ_FORM)

    def close(self) -> None:
        """Close the file."""
        self._document.close()


def _sides(image: Any) -> tuple[float, float]:
    """Return how wide and high ``image`` is on its page, in points."""
    matrix = image.get_matrix()
    for group in _groups(image):
        matrix = matrix.multiply(group.get_matrix())
    a, b, c, d, *_ = matrix.get()
    return math.hypot(a, b), math.hypot(c, d)


def _groups(thing: Any) -> Iterator[Any]:
    """Yield the groups that ``thing`` is in, the innermost first."""
    while (thing := thing.container) is not None:
        yield thing


def _per_inch(pixels: int, points: float) -> float:
    return _INCH * pixels / points if points else 0.0
