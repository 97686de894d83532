"""Draw pages at the five levels of difficulty into a folder: ``python -m evaluate.drawn DIR``.

What ``python -m evaluate.pages DIR`` scores, for those who have no photographs of their own. The
same seed draws the same pages.
"""

from __future__ import annotations

import csv
from pathlib import Path

import click

from emnist_device.image.picture import write_picture
from emnist_edge.cli.program import Program
from emnist_edge.drawing.compose import compose_page
from emnist_edge.drawing.levels import LEVELS


def write_pages(folder: Path, pages: int, seed: int) -> int:
    """Write ``pages`` pages of each level and ``pages.csv`` into ``folder``; returns how many."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for level in LEVELS.values():
        for number in range(pages):
            drawn = compose_page(level, seed + number)
            name = f"level{level.number}-{number + 1}.png"
            write_picture(folder / name, drawn.picture)
            text = drawn.text.replace("\n", "\\n")
            rows.append({"file": name, "transcription": text, "kind": level.title})
    with (folder / "pages.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("file", "transcription", "kind"))
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


@click.command(cls=Program)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--pages", type=click.IntRange(1), default=4, show_default=True, help="Of each level."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
def main(folder: Path, pages: int, seed: int) -> None:
    """Draw pages with their transcriptions into FOLDER."""
    click.echo(f"{folder}: {write_pages(folder, pages, seed)} pages")


if __name__ == "__main__":
    main()
