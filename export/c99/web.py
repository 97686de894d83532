"""Build the page that reads in a browser: ``python -m export.c99.web --output web/index.html``.

The C of tiny is compiled to WebAssembly by clang and wasm-ld, and goes with script and style into
one file, which any browser opens from a disk or from a host of files.
"""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from string import Template

import click

from emnist_edge.alphabet import NOTHING
from emnist_edge.cli.program import Program
from emnist_edge.errors import ModelError
from emnist_edge.files import writing_to, written_whole
from export.c99.write import network_of, write

#: What the page is made of.
PARTS = Path(__file__).resolve().parents[2] / "web"
#: The page may be so large, in bytes.
LARGEST = 150_000

_OPTIONS = (
    "--target=wasm32", "-std=c99", "-Os", "-ffreestanding", "-fno-builtin", "-nostdlib",
    "-Wall", "-Wextra", "-Werror",
    "-Wl,--no-entry", "-Wl,--strip-all", "-Wl,-z,stack-size=16384",
)  # fmt: skip


def compile_module(folder: Path) -> bytes:
    """Return the WebAssembly module of tiny; ``folder`` is worked in.

    Raises :class:`ModelError` where clang or wasm-ld is missing or fails.
    """
    if not (shutil.which("clang") and shutil.which("wasm-ld")):
        raise ModelError("clang and wasm-ld are not at hand: apt install clang lld")
    sources = [path for path in write(network_of("tiny-int8"), folder) if path.suffix == ".c"]
    module = folder / "reader.wasm"
    includes = (f"-I{folder}", f"-I{PARTS / 'include'}")
    command = ["clang", *_OPTIONS, *includes, str(PARTS / "reader.c"), *map(str, sources)]
    done = subprocess.run(  # noqa: S603 (the checkout's own files)
        [*command, "-o", str(module)], check=False, stderr=subprocess.PIPE, text=True
    )
    if done.returncode:
        raise ModelError(f"clang failed: {done.stderr.strip()}")
    return module.read_bytes()


def make_page(module: bytes) -> str:
    """Return the page with ``module`` in it."""
    script, style = (_part(name) for name in ("page.js", "page.css"))
    return Template(_part("page.html")).substitute(
        module=base64.b64encode(module).decode(),
        nothing=NOTHING,
        kilobytes=round(len(module) / 1000),
        script=script.strip(),
        style=re.sub(r"\n\s*", "\n", style).strip(),
    )


def _part(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")


@click.command(cls=Program)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PARTS / "index.html",
    help="The page.  [default: web/index.html]",
)
def main(output: Path) -> None:
    """Build the page that reads a character in a browser."""
    with tempfile.TemporaryDirectory() as folder:
        page = make_page(compile_module(Path(folder)))
    with writing_to(output), written_whole(output) as part:
        part.write_text(page, encoding="utf-8")
    click.echo(f"{output}: {len(page.encode()):,} bytes")


if __name__ == "__main__":
    main()
