from __future__ import annotations

import cv2
import numpy as np
import pytest

from emnist_device.image.headers import read_header
from emnist_device.image.picture import decode_picture

SIZE = (61, 43)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (b"P5 61 43 255\n", SIZE),
        (b"P5#a\n61#1000 1000\n43#9\n255 ", SIZE),
        (b"P5 61#\r43 255#99999\n", SIZE),
        (b"P5\n# 1 1\n#2\n\t61\x0b43\x0c200\r", SIZE),
        (b"P5 30000#30000\n255 ", None),  # by the manual 255 is the height, and the rest is missing
        (b"P5 61x43 255\n", None),
        (b"P5 61 43 65536\n", None),
        (b"P5 61 43 0\n", None),
        (b"P5 61 43\n", None),
        (b"P5 99999999999 43 255\n", None),
    ],
)
def test_comments_of_a_pgm_may_stand_anywhere(text: bytes, size: tuple[int, int] | None) -> None:
    samples = (np.arange(61 * 43) % 200).astype(np.uint8)
    header = read_header(text + samples.tobytes())
    assert (header and (header.width, header.height)) == size
    if header is not None:
        content = header.plain + text[header.start :] if header.plain else text
        decoded = cv2.imdecode(np.frombuffer(content + samples.tobytes(), np.uint8), 0)
        assert decoded is not None
        assert decoded.shape == SIZE[::-1]
        assert decoded[-1, -1] == samples[-1] or text.split()[-1] == b"200"
        short = read_header(text + samples.tobytes()[:-1])
        assert short is not None
        assert short.cut_off


def test_a_pam_is_given_to_decoders_without_its_comments() -> None:
    text = b"P7\n#WIDTH 9\n  WIDTH   61\nHEIGHT 43\n\nDEPTH 1\nMAXVAL 255\n"
    text += b"TUPLTYPE GRAYSCALE\nENDHDR\n"
    samples = bytes(range(43)) * 61
    header = read_header(text + samples)
    assert header is not None
    assert (header.width, header.height, header.start) == (*SIZE, len(text))
    decoded = cv2.imdecode(np.frombuffer(header.plain + samples, np.uint8), 0)
    assert decoded is not None
    assert decoded.tobytes() == samples


def test_pictures_of_a_pgm_are_counted() -> None:
    one = b"P5 3 2 255\n" + bytes(6)
    for content, pages in ((one, 1), (3 * one, 3), (one + b"\n", 1), (one + b"P5 9 9 255\n", 2)):
        header = read_header(content)
        assert header is not None
        assert header.pages == pages


@pytest.mark.parametrize("header", [b"P2 3 2 255\n", b"P2 #a comment\n3 2 255\n"])
@pytest.mark.parametrize("end", [b"", b"\n", b" ", b"\n# the end", b"\r\n"])
def test_the_last_number_may_be_the_end_of_the_file(header: bytes, end: bytes) -> None:
    picture = decode_picture(header + b"1 2 3\n44 55 66" + end, "p.pgm")
    assert picture[..., 0].tolist() == [[1, 2, 3], [44, 55, 66]]
    colours = decode_picture(b"P3 2 1 255\n1 2 3 4 5 6" + end, "p.ppm")
    assert colours.tolist() == [[[3, 2, 1], [6, 5, 4]]]
    bits = decode_picture(b"P1 2 2\n1 0 0 1" + end, "p.pbm")
    assert bits[..., 0].tolist() == [[0, 255], [255, 0]]
