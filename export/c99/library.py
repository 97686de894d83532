"""The C of networks -> a library for Arduino and PlatformIO, with programs for other boards."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from emnist_edge import __version__
from emnist_edge.errors import OutputError, shown
from export.c99.write import SHARED, write, write_texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.c99.source import Network

_TEMPLATES = Path(__file__).parent / "templates" / "library"
_SUFFIX = ".in"


def write_library(networks: Sequence[Network], folder: Path) -> list[Path]:
    """Write a library of ``networks`` to ``folder``: C files to ``src``, and what is around them.

    Around them are metadata for Arduino and PlatformIO, their examples, and in ``extras`` programs
    for the Raspberry Pi Pico and ESP-IDF; all of these read with the first network.
    Raises :class:`OutputError` where the folder has a library of others.
    """
    headers = [f"emnist_{name}.h" for name in ("read", *(network.name for network in networks))]
    _check_free(folder, headers)
    first = networks[0]
    values = {
        "name": first.name, "macro": first.macro, "arena_size": first.arena.size,
        "origin": " ".join(network.origin for network in networks),
        "headers": ",".join(headers), "quoted_headers": json.dumps(headers),
        "version": __version__,
    }  # fmt: skip
    texts = {
        str(template.relative_to(_TEMPLATES).with_suffix("")): Template(
            template.read_text(encoding="utf-8")
        ).substitute(values)
        for template in sorted(_TEMPLATES.rglob(f"*{_SUFFIX}"))
    }
    written = [path for network in networks for path in write(network, folder / "src")]
    return [*dict.fromkeys(written), *write_texts(texts, (), folder)]


def _check_free(folder: Path, headers: Sequence[str]) -> None:
    """Raise :class:`OutputError` where ``folder`` has headers of other networks than these."""
    own = {*headers, *(path.name for path in SHARED.glob("*.h"))}
    other = sorted({path.name for path in (folder / "src").glob("emnist_*.h")} - own)
    if other:
        raise OutputError(
            f"{shown(folder)}: has a library with {other[0]}; name all networks in one command, or "
            "give another folder"
        )
