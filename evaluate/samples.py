"""Draw the sample pictures: ``python -m evaluate.samples [--output samples]``.

All are drawn by this package, nobody's handwriting is in them. Running it again gives the same
files. ``expected.json`` says what each picture shows: file name -> text. In ``exams`` are filled
sheets of the form ``exam.yaml``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import cv2

from emnist_edge.cli.program import Program
from emnist_edge.drawing.pages import Camera, DrawnPage, Paper, Pen, draw_page
from emnist_edge.drawing.strokes import Hand
from emnist_edge.files import write_json
from evaluate.filled.sample_sheets import draw_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

_ENCODING = {".jpg": [cv2.IMWRITE_JPEG_QUALITY, 85], ".png": [cv2.IMWRITE_PNG_COMPRESSION, 9]}


def note() -> DrawnPage:
    """Draw a ballpoint note on white paper, photographed under a lamp."""
    return draw_page(
        "MEET AT 9\nROOM 47\nBRING TEA",
        size=(800, 600),
        height=84,
        seed=11,
        pen=Pen(width=0.09, ink=(92, 44, 34)),
        paper=Paper(colour=(222, 232, 236), vignette=0.25, shadow=0.35),
        camera=Camera(blur=0.8, noise=2.0),
    )


def digits() -> DrawnPage:
    """Draw two rows of digits in pencil, scanned."""
    return draw_page(
        "0176 382 954\n2483 615 07",
        size=(760, 280),
        height=64,
        seed=5,
        hand=Hand(slant=0.12),
        pen=Pen(width=0.08, ink=(70, 68, 66)),
    )


def lowercase() -> DrawnPage:
    """Draw words in lower case on ruled paper."""
    return draw_page(
        "the red hen had\nnine eggs and\nate bread",
        size=(800, 400),
        height=64,
        seed=3,
        hand=Hand(line_pitch=1.75),
        pen=Pen(width=0.1, ink=(40, 30, 25)),
        paper=Paper(ruled=True),
    )


def blackboard() -> DrawnPage:
    """Draw light chalk on a dark board."""
    return draw_page(
        "MATHS QUIZ\nFRIDAY 8 30",
        size=(640, 280),
        height=60,
        seed=8,
        pen=Pen(width=0.11, ink=(226, 236, 236)),
        paper=Paper(colour=(58, 68, 48), vignette=0.2),
        camera=Camera(blur=0.5),
    )


def label() -> DrawnPage:
    """Draw a code with a thick marker on yellow paper."""
    return draw_page(
        "EK 2047 B",
        size=(720, 190),
        height=80,
        seed=21,
        hand=Hand(slant=0.0, letter_gap=0.28),
        pen=Pen(width=0.17, ink=(35, 25, 20)),
        paper=Paper(colour=(130, 225, 250), vignette=0.1),
        camera=Camera(blur=0.5),
    )


#: File name -> what draws it; the suffix decides the format.
SAMPLES: dict[str, Callable[[], DrawnPage]] = {
    "note.jpg": note,
    "digits.png": digits,
    "lowercase.png": lowercase,
    "blackboard.png": blackboard,
    "label.png": label,
}


def write_samples(folder: Path) -> list[Path]:
    """Write all samples and ``expected.json`` into ``folder``; return the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    texts: dict[str, str] = {}
    for name, draw in SAMPLES.items():
        page = draw()
        _write(folder / name, page.picture)
        texts[name] = page.text
    write_json(folder / "expected.json", texts)
    return [folder / name for name in (*SAMPLES, "expected.json")]


def write_sheets(folder: Path) -> list[Path]:
    """Write filled sheets of the exam into ``folder``; return the files written."""
    own = Path(__file__).parents[1] / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for number, picture in enumerate(draw_sheets(own / "exam.yaml", own / "students.csv"), 1):
        written.append(folder / f"sheet-{number}.jpg")
        _write(written[-1], picture)
    return written


def _write(path: Path, picture: NDArray[np.uint8]) -> None:
    _, encoded = cv2.imencode(path.suffix, picture, _ENCODING[path.suffix])
    path.write_bytes(encoded.tobytes())


@click.command(cls=Program)
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("samples"), show_default=True
)
def main(output: Path) -> None:
    """Draw the sample pictures into a folder."""
    for path in (*write_samples(output), *write_sheets(output / "exams")):
        click.echo(f"{path}: {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
