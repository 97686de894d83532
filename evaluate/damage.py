"""Count what becomes of damaged pictures: ``python -m evaluate.damage``.

A page is drawn and encoded as JPEG, WebP, GIF and TIFF, with Pillow. In each file bytes are
overwritten, or one bit is changed, behind its first tenth, which has the header. The damage is
noticed, and the picture is refused; or it is read: as the sound file is, or with text lost. Prints
the table that stands in SECURITY.md.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import click
import numpy as np
from PIL import Image

from emnist_device.image.picture import decode_picture
from emnist_edge import Reader
from emnist_edge.cli.program import Program
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import PictureError
from emnist_edge.scoring.edits import normalize
from emnist_edge.tables import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: What becomes of a picture.
Outcome = Literal["refused", "read rightly", "read with text lost"]
OUTCOMES: tuple[Outcome, ...] = ("refused", "read rightly", "read with text lost")

_UPRIGHT = Image.Exif()
_UPRIGHT[274] = 1
#: Kinds of files: format, mode and options of Pillow.
KINDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "JPEG": ("JPEG", "RGB", {}),
    "JPEG of many scans": ("JPEG", "RGB", {"progressive": True}),
    "JPEG that restarts": ("JPEG", "RGB", {"restart_marker_blocks": 20}),
    "JPEG of fine steps": ("JPEG", "RGB", {"quality": 95}),
    "WebP": ("WEBP", "RGB", {"quality": 80}),
    "extended WebP": ("WEBP", "RGB", {"quality": 80, "exif": _UPRIGHT.tobytes()}),
    "WebP without loss": ("WEBP", "RGB", {"lossless": True}),
    "GIF": ("GIF", "P", {}),
    "TIFF by LZW": ("TIFF", "RGB", {"compression": "tiff_lzw"}),
    "TIFF by deflate": ("TIFF", "RGB", {"compression": "tiff_deflate"}),
    "TIFF of JPEGs": ("TIFF", "RGB", {"compression": "jpeg"}),
    "TIFF for fax, group 3": ("TIFF", "1", {"compression": "group3"}),
    "TIFF for fax, group 4": ("TIFF", "1", {"compression": "group4"}),
}
# Bytes that are overwritten, and the part of a file in front that is left alone.
_RUN, _SPARED = 200, 0.1
_TEXT, _SIZE, _HEIGHT = "HARBOR\n7483", (500, 320), 50


def encode(image: Image.Image, kind: str) -> bytes:
    """Return ``image`` as a file of ``kind``, a key of :data:`KINDS`."""
    file = io.BytesIO()
    form, mode, options = KINDS[kind]
    image.convert(mode).save(file, form, **options)
    return file.getvalue()


def overwrite(content: bytes, place: float = 0.6) -> bytes:
    """Return ``content`` with 200 other bytes at ``place``, a fraction of its length."""
    start = int(place * len(content))
    return content[:start] + bytes(range(5, 5 + _RUN)) + content[start + _RUN :]


def flip(content: bytes, place: float) -> bytes:
    """Return ``content`` with one bit changed at ``place``, a fraction of its length."""
    byte, rest = divmod(place * len(content), 1)
    changed = content[int(byte)] ^ 1 << int(8 * rest)
    return content[: int(byte)] + bytes([changed]) + content[int(byte) + 1 :]


@dataclass(frozen=True)
class Trial:
    """A row of the table: ``count`` files of ``kinds`` in turn, each damaged in one of the ways."""

    title: str
    count: int
    kinds: tuple[str, ...]
    ways: tuple[Callable[[bytes, float], bytes], ...] = (overwrite, flip)

    def files(self, seed: int, count: int | None = None) -> Iterator[bytes]:
        """Yield the damaged files, or the first ``count``; the same for the same ``seed``."""
        rng = np.random.default_rng(seed)
        cases = [(sound(kind), damage) for kind in self.kinds for damage in self.ways]
        for number in range(self.count if count is None else count):
            content, damage = cases[number % len(cases)]
            yield damage(content, rng.uniform(_SPARED, 1 - _RUN / len(content)))


_JPEGS = tuple(kind for kind in KINDS if kind.startswith("JPEG"))
#: The rows of the table.
TRIALS = (
    Trial("JPEGs, 200 bytes", 900, _JPEGS, (overwrite,)),
    Trial("JPEGs, one bit", 450, _JPEGS, (flip,)),
    Trial("WebPs with loss, both", 120, ("WebP", "extended WebP")),
    Trial("WebPs without loss, both", 120, ("WebP without loss",)),
    Trial("GIFs, both", 120, ("GIF",)),
    Trial(
        "TIFFs by LZW, or for faxes, 200 bytes",
        60,
        ("TIFF by LZW", "TIFF for fax, group 3", "TIFF for fax, group 4"),
        (overwrite,),
    ),
)


def draw() -> Image.Image:
    """Return the page, before it is encoded."""
    page = draw_page(_TEXT, size=_SIZE, height=_HEIGHT, seed=3)
    return Image.fromarray(page.picture[..., ::-1])


@cache
def sound(kind: str) -> bytes:
    """Return the page as a file of ``kind``, not damaged."""
    return encode(draw(), kind)


def judge(content: bytes, read: Callable[[Any], str]) -> Outcome:
    """Return what becomes of the picture ``content``, of which ``read`` returns the text."""
    try:
        picture = decode_picture(content, "picture")
    except PictureError:
        return "refused"
    right = normalize(read(picture)) == normalize(_TEXT)
    return "read rightly" if right else "read with text lost"


def table(found: dict[Trial, Counter[Outcome]]) -> str:
    """Return the table of SECURITY.md, in Markdown."""
    rows = [
        (f"{counts.total()} {trial.title}", *(counts[outcome] for outcome in OUTCOMES))
        for trial, counts in found.items()
    ]
    return markdown(("of", *OUTCOMES), rows)


@click.command(cls=Program)
@click.option("--count", type=click.IntRange(1), help="Damage this many for each row.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the places.")
def main(count: int | None, seed: int) -> None:
    """Damage pictures, and print how many of each kind were refused, and how many read."""
    reader = Reader()
    found = {}
    for trial in TRIALS:
        outcomes = (
            judge(content, lambda picture: reader.read(picture).text)
            for content in trial.files(seed, count)
        )
        found[trial] = Counter(outcomes)
    click.echo(table(found))


if __name__ == "__main__":
    main()
