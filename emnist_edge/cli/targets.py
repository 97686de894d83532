"""Where what is drawn of each picture goes: no two to one file, and none over a picture."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emnist_edge.errors import shown
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from emnist_device.batch.pages import FilePage


def annotation_targets(
    pages: Sequence[FilePage], out: Path | None, *, alone: bool
) -> Sequence[Path | None]:
    """Return for each page the file to draw to, or None where ``out`` is.

    ``out`` is a file for a page that is ``alone``, else a folder.

    Raises click.BadParameter where nothing can be written there, or a picture would be lost.
    """
    if out is None:
        return [None] * len(pages)
    if alone and len(pages) == 1 and not os.path.isdir(out):  # noqa: PTH112  # never raises
        _check_file(out)
        targets = [out]
    else:
        check_folder(out, "--annotate", "name one that exists, for several images or pages")
        targets = in_folder(pages, out, ".png")
    taken = {os.path.realpath(page.name) for page in pages if page.name != "-"}
    for target in targets:
        if os.path.realpath(target) in taken:
            raise click.BadParameter(
                f"{shown(target)}: is one of the images; draw to another folder",
                param_hint="--annotate",
            )
    return targets


def _check_file(path: Path) -> None:
    """Raise click.BadParameter where no picture can be written to ``path``."""
    load_base()
    from emnist_device.image.picture import is_writable_format

    if not path.suffix:
        raise click.BadParameter(
            f"{shown(path)}: is not there, and no name of a picture; make this folder first, or "
            "name a file that ends in .png or .jpg",
            param_hint="--annotate",
        )
    if not is_writable_format(path.suffix):
        raise click.BadParameter(
            f"{shown(path)}: {path.suffix!r} names no picture format; use .png or .jpg, or name a "
            "folder that exists",
            param_hint="--annotate",
        )
    check_folder(path.parent, "--annotate", "name a file in one that exists")


def check_folder(folder: Path, option: str, advice: str) -> None:
    """Raise click.BadParameter with ``advice`` unless files can be written in ``folder``."""
    if not os.path.isdir(folder):  # noqa: PTH112  # never raises
        there = os.path.lexists(folder)
        fault = "is no folder;" if there else "is not there; make this folder first, or"
        raise click.BadParameter(f"{shown(folder)}: {fault} {advice}", param_hint=option)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{shown(folder)}: cannot be written in", param_hint=option)


def in_folder(pages: Sequence[FilePage], out: Path, suffix: str) -> list[Path]:
    """Return a path in ``out`` for each page, no two the same.

    A picture is called by its name without suffix, or where that is another's too, with suffix, or
    with the folders that it is in: what it is called does not depend on the order. Of several pages
    in one file, each has its number behind that.
    """
    called = {page: _titles(page) for page in pages}
    counts = Counter(title for titles in called.values() for title in set(titles))
    targets: dict[Path, None] = {}
    for titles in map(called.__getitem__, pages):
        title = next((title for title in titles if counts[title] == 1), titles[-1])
        target, number = out / f"{title}{suffix}", 2
        while target in targets:  # one picture, named twice
            target, number = out / f"{title}-{number}{suffix}", number + 1
        targets[target] = None
    return list(targets)


def _titles(page: FilePage) -> list[str]:
    """Return what ``page`` may be called, from short to long."""
    number = "" if page.pages == 1 else f"-{page.number:0{len(str(page.pages))}}"
    if page.name == "-":
        return [f"stdin{number}"]
    path = Path(page.name)
    folders = [part for part in path.parts if part not in ("/", "..")]
    return [f"{title}{number}" for title in (path.stem, path.name, "-".join(folders))]
