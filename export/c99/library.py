"""A network's C -> a library for Arduino and PlatformIO, with programs for other boards."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from emnist_edge import __version__
from export.c99.write import write, write_texts

if TYPE_CHECKING:
    from export.c99.source import Network

_TEMPLATES = Path(__file__).parent / "templates" / "library"
_SUFFIX = ".in"


def write_library(network: Network, folder: Path) -> list[Path]:
    """Write the library of ``network`` to ``folder``: C files to ``src``, and what is around them.

    Around them are metadata for Arduino and PlatformIO, their examples, and in ``extras`` programs
    for the Raspberry Pi Pico and ESP-IDF.
    """
    values = {
        "name": network.name, "macro": network.macro, "origin": network.origin,
        "version": __version__, "arena_size": network.arena.size,
    }  # fmt: skip
    texts = {
        str(template.relative_to(_TEMPLATES).with_suffix("")): Template(
            template.read_text(encoding="utf-8")
        ).substitute(values)
        for template in sorted(_TEMPLATES.rglob(f"*{_SUFFIX}"))
    }
    return [*write(network, folder / "src"), *write_texts(texts, (), folder)]
