"""Build the page that reads in a browser: ``python -m export.c99.web --output web/index.html``.

The C of a network is compiled to WebAssembly by clang and wasm-ld, and goes with script and style
into one file, which any browser opens from a disk or from a host of files.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import click

from emnist_edge.alphabet import NOTHING, SYMBOLS
from emnist_edge.cli.program import Program
from emnist_edge.errors import ModelError
from emnist_edge.files import writing_to, written_whole
from export.c99.write import int8_of, network_of, write

if TYPE_CHECKING:
    from export.c99.source import Network

#: What the page is made of.
PARTS = Path(__file__).resolve().parents[2] / "web"
#: The network that the page reads with unless told.
MODEL = "tiny"

_OPTIONS = (
    "--target=wasm32", "-std=c99", "-Os", "-ffreestanding", "-fno-builtin", "-nostdlib",
    "-Wall", "-Wextra", "-Werror",
    "-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=16384",
)  # fmt: skip


def compile_module(network: Network, folder: Path) -> bytes:
    """Return the WebAssembly module that reads with ``network``; ``folder`` is worked in.

    Raises :class:`ModelError` where clang or wasm-ld is missing or fails.
    """
    if not (shutil.which("clang") and shutil.which("wasm-ld")):
        raise ModelError("clang and wasm-ld are not at hand: apt install clang lld")
    sources = [path for path in write(network, folder) if path.suffix == ".c"]
    module, name = folder / "reader.wasm", f"emnist_{network.name}"
    includes = (f"-I{folder}", f"-I{PARTS / 'include'}")
    defined = (
        f'-DNETWORK_HEADER="{name}.h"', f"-DNETWORK={name}", f"-DNETWORK_LABELS={name}_labels",
        f"-DNETWORK_ARENA_SIZE={network.macro}_ARENA_SIZE",
    )  # fmt: skip
    command = ["clang", *_OPTIONS, *includes, *defined, str(PARTS / "reader.c")]
    done = subprocess.run(  # noqa: S603 (the checkout's own files)
        [*command, *map(str, sources), "-o", str(module)],
        check=False, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode:
        raise ModelError(f"clang failed: {done.stderr.strip()}")
    return module.read_bytes()


def make_page(module: bytes, alphabet: str) -> str:
    """Return the page with ``module`` in it, which reads what is in ``alphabet``."""
    script, style = (_part(name) for name in ("page.js", "page.css"))
    has_symbols = any(char in SYMBOLS for char in alphabet)
    return Template(_part("page.html")).substitute(
        module=base64.b64encode(module).decode(),
        nothing=NOTHING,
        kinds="letter, digit or symbol" if has_symbols else "letter or digit",
        kilobytes=round(len(module) / 1000),
        script=script.strip(),
        style=re.sub(r"\n\s*", "\n", style).strip(),
    )


def _part(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")


@click.command(cls=Program)
@click.option("--model", default=MODEL, show_default=True, help="The network, as of export.c99.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PARTS / "index.html",
    help="The page.  [default: web/index.html]",
)
def main(model: str, output: Path) -> None:
    """Build the page that reads a character in a browser."""
    network = network_of(int8_of(model))
    with tempfile.TemporaryDirectory() as folder:
        page = make_page(compile_module(network, Path(folder)), network.alphabet)
    with writing_to(output), written_whole(output) as part:
        part.write_text(page, encoding="utf-8")
    click.echo(f"{output}: {len(page.encode()):,} bytes")


if __name__ == "__main__":
    main()
