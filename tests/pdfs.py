"""PDFs for tests, made by hand: any page, any fault."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def pdf(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of ``objects``, of which the first, number 1, is its catalog."""
    content, starts = b"%PDF-1.5\n", []
    for number, body in enumerate(objects, start=1):
        starts.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    place = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % start for start in starts)
    content += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return content + b"startxref\n%d\n%%%%EOF\n" % place


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def image(picture: NDArray[np.uint8]) -> bytes:
    """Return ``picture`` (H, W, 3) BGR as an image object, compressed without loss."""
    height, width = picture.shape[:2]
    entries = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB "
        b"/BitsPerComponent 8 /Filter /FlateDecode" % (width, height)
    )
    return stream(zlib.compress(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB).tobytes()), entries)


def scan(
    pictures: Sequence[NDArray[np.uint8]],
    size: tuple[float, float],
    drawing: bytes = b"",
    entries: bytes = b"",
) -> bytes:
    """Return a PDF with a page of ``size`` in points for each picture, which fills it.

    ``drawing`` is drawn on top of each page; ``entries`` are of each page.
    """
    count = len(pictures)
    kids = b" ".join(b"%d 0 R" % (3 * index + 3) for index in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids),
    ]
    width, height = size
    for index, picture in enumerate(pictures):
        number = 3 * index + 3
        drawn = b"q %f 0 0 %f 0 0 cm /I Do Q\n%s" % (width, height, drawing)
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /Contents %d 0 R "
            b"/Resources << /XObject << /I %d 0 R >> >> %s >>"
            % (width, height, number + 1, number + 2, entries),
            stream(drawn),
            image(picture),
        ]
    return pdf(objects)


def drawn(content: bytes, size: tuple[float, float], entries: bytes = b"") -> bytes:
    """Return a PDF with one page of ``size`` in points on which ``content`` draws."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %f %f] /Contents 4 0 R %s >>"
            % (*size, entries),
            stream(content),
        ]
    )


def encrypted() -> bytes:
    """Return a PDF that wants a password."""
    lock = b"/Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s>" % (b"5a" * 32, b"a5" * 32)
    kids = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count 0 /Kids [] >>"]
    return pdf(kids, b"/ID [<00> <00>] /Encrypt << %s >>" % lock)


def counting(pages: int) -> bytes:
    """Return a PDF of one page that is said to have many."""
    return drawn(b"", (100, 100)).replace(b"/Count 1 ", b"/Count %d " % pages)
