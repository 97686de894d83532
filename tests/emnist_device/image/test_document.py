from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_device.image.document import count_tiff, open_document, read_document
from emnist_device.image.limits import DEFAULTS
from emnist_device.image.picture import decode_picture
from emnist_edge.errors import PictureError, RuntimeMissingError
from tests.pdfs import counting, drawn, encrypted, pdf, scan
from tests.tiffs import tiff

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.image.document import Document
    from emnist_device.image.limits import Limits


def document(content: bytes, limits: Limits = DEFAULTS) -> Document:
    return read_document(io.BytesIO(content), "p", limits)


def noise(seed: int, height: int = 40, width: int = 60) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


PICTURES = [noise(1), noise(2, 30, 80), noise(3)]


def tiff_of(pictures: list[NDArray[np.uint8]]) -> bytes:
    return tiff(pictures)


def test_a_picture_is_its_one_page() -> None:
    content = cv2.imencode(".png", PICTURES[0])[1].tobytes()
    one = document(content)
    assert (one.pages, one.frames) == (1, 1)
    assert np.array_equal(one.picture(1), PICTURES[0])
    for number in (0, 2):
        with pytest.raises(PictureError, match=f"p: has no page {number}"):
            one.picture(number)


def test_each_page_of_a_tiff_is_a_picture() -> None:
    scans = document(tiff_of(PICTURES))
    assert (scans.pages, scans.frames) == (3, 1)
    for number in (3, 1, 2):
        assert np.array_equal(scans.picture(number), PICTURES[number - 1])
    with pytest.raises(PictureError, match="p: has no page 4"):
        scans.picture(4)


def test_the_limits_hold_for_each_page_of_a_tiff() -> None:
    content = tiff_of([noise(1), noise(2, 300, 300), noise(3)])
    scans = document(content, replace(DEFAULTS, pixels=10_000))
    assert scans.picture(3).shape == (40, 60, 3)
    with pytest.raises(PictureError, match="announces 300 x 300 pixels"):
        scans.picture(2)


def test_a_page_of_a_tiff_that_is_lost_is_said_and_costs_no_other() -> None:
    content = tiff_of(PICTURES)
    starts = [start for start in range(len(content)) if content[start : start + 4] == b""]
    assert starts == []
    for cut in (len(content) - 10, len(content) * 2 // 3, len(content) // 2):
        scans = document(content[:cut])
        assert scans.pages > 1
        with pytest.raises(PictureError, match=r"p: is (cut off|damaged)"):
            scans.picture(scans.pages)


def test_pages_are_counted_without_the_samples() -> None:
    class Watched(bytes):
        read = 0

        def __getitem__(self, part: slice, /) -> bytes:  # type: ignore[override]
            found = super().__getitem__(part)
            Watched.read += len(found)
            return found

    content = Watched(tiff_of([noise(seed, 300, 300) for seed in range(5)]))
    assert count_tiff(content, "p") == 5
    assert Watched.read < 500


def test_a_scan_has_its_own_resolution() -> None:
    pictures = [noise(seed, 4, 6).repeat(10, axis=0).repeat(10, axis=1) for seed in (1, 2)]
    pages = document(scan(pictures, (60 * 72 / 300, 40 * 72 / 300)))
    assert pages.pages == 2
    for number, picture in enumerate(pictures, start=1):
        assert pages.picture(number).shape == (40, 60, 3)
        difference = cv2.absdiff(pages.picture(number), picture)
        assert difference[5::10, 5::10].max() == 0  # PDFium is one pixel off, at the edges
    # Strokes on top of a coarse scan, as of a tablet, are drawn as finely as any.
    line = b"0 0 m 50 50 l S"
    assert document(scan(PICTURES[:1], (60, 40), line)).picture(1).shape == (112, 167, 3)
    assert document(scan(PICTURES[:1], (60, 40))).picture(1).shape == (40, 60, 3)


def test_a_page_that_is_drawn_has_the_resolution_of_a_scanner() -> None:
    black = b"0 0 36 72 re f"
    page = document(drawn(black, (72, 144))).picture(1)
    assert page.shape == (400, 200, 3)
    assert page[250:, :90].max() == 0
    assert page[:150].min() == page[:, 110:].min() == 255
    turned = document(drawn(black, (72, 144), b"/Rotate 90")).picture(1)
    assert np.array_equal(turned, np.rot90(page, -1))


@pytest.mark.parametrize("size", [(14_400, 14_400), (14_400, 2), (3, 14_000)])
def test_a_huge_page_is_rendered_within_the_limits(size: tuple[float, float]) -> None:
    limits = replace(DEFAULTS, pixels=100_000, side=2_000)
    height, width = document(drawn(b"", size), limits).picture(1).shape[:2]
    assert height * width <= limits.pixels
    assert max(height, width) <= limits.side
    assert max(height / limits.side, width / limits.side, height * width / limits.pixels) > 0.9


def test_a_picture_in_a_pdf_that_would_cost_too_much_is_not_decoded() -> None:
    content = scan(PICTURES[:1], (60, 40)).replace(b"/Width 60", b"/Width 60000000")
    with pytest.raises(PictureError, match="p: holds a picture of 60,000,000 x 40 pixels"):
        document(content).picture(1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (encrypted(), "is encrypted; save it without a password"),
        (scan(PICTURES, (60, 40))[:900], "is damaged"),
        (b"%PDF-1.7\n", "is damaged"),
        (pdf([b"<< /Type /Catalog >>"]), "is damaged|has no page"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(content: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=f"p: ({message})"):
        document(content)


def test_a_page_that_is_missing_is_said() -> None:
    pages = document(counting(5))
    assert pages.pages == 5
    assert pages.picture(1).shape == (278, 278, 3)
    with pytest.raises(PictureError, match="p: is damaged"):
        pages.picture(3)


def test_the_content_decides_and_not_what_a_picture_mentions(tmp_path: Path) -> None:
    (tmp_path / "scan.png").write_bytes(b"\nFrom: scanner\n" + drawn(b"", (72, 72)))
    assert open_document(tmp_path / "scan.png").picture(1).shape == (200, 200, 3)
    content = cv2.imencode(".bmp", PICTURES[0])[1].tobytes() + b"%PDF-1.4"
    assert np.array_equal(document(content).picture(1), decode_picture(content, "p"))


def test_without_pdfium_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str, purpose: str) -> None:
        raise RuntimeMissingError(f"{purpose} needs {module}", missing=True)

    monkeypatch.setattr("emnist_device.image.pdf.load_module", missing)
    with pytest.raises(RuntimeMissingError, match="reading a PDF needs pypdfium2"):
        document(drawn(b"", (72, 72)))
