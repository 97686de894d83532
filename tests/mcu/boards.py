"""The boards that are emulated, and how a network is compiled and run on each."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.errors import EmnistEdgeError
from export.c99.host import RESULT, STRICT
from export.c99.write import write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from export.c99.source import Network

FIRMWARE = Path(__file__).parent / "firmware"
#: Debian's packages with compilers, libraries and emulators.
PACKAGES = (
    "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm "
    "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf qemu-system-misc"
)
#: What the firmware writes of a crop: counts are of instructions.
READING = np.dtype(
    [("glyph", "u1", (28, 28)), ("result", RESULT), ("glyph_count", "<u4"), ("count", "<u4"),
     ("stack", "<u4")]
)  # fmt: skip
_READ = ("read", "board", "host")
# Instructions of board_loop() in the firmware.
_LOOP = 2_000_000
# Seconds after which an emulator is not coming back.
_PATIENCE = 1200


@dataclass(frozen=True)
class Board:
    """One board of QEMU.

    tools: what the names of compiler and size begin with. options: of the compiler. emulator: with
    its machine. rom, ram: start and size of memory.
    """

    name: str
    core: str
    tools: str
    options: tuple[str, ...]
    emulator: tuple[str, ...]
    rom: tuple[str, str]
    ram: tuple[str, str]
    entry: str = "board_reset"

    def missing(self) -> list[str]:
        """Return the programs that this board needs and that are not there."""
        programs = (f"{self.tools}-gcc", f"{self.tools}-size", self.emulator[0])
        return [program for program in programs if shutil.which(program) is None]


@dataclass(frozen=True)
class Measured:
    """What a network takes on a board.

    flash: bytes of the smallest program that classifies a glyph. arena: bytes of memory that it
    works in. stack: bytes below the caller's at most. instructions: for a glyph, on average.
    logits: (N, C) int8. results: (N,) of what emnist_classify writes.
    """

    flash: int
    arena: int
    stack: int
    instructions: float
    logits: NDArray[np.int8]
    results: NDArray[Any]


def _cortex(name: str, core: str, machine: str, rom: str, ram: str, *options: str) -> Board:
    return Board(
        name,
        f"Cortex-{name.upper()}",
        "arm-none-eabi",
        ("-mthumb", f"-mcpu={core}", *options),
        ("qemu-system-arm", "-M", machine),
        ("0", rom),
        ("0x20000000", ram),
    )


#: By name. Memory is the board's own, or the part of it that a small chip would have.
BOARDS = {
    board.name: board
    for board in (
        _cortex("m0", "cortex-m0", "microbit", "256K", "16K"),
        _cortex("m3", "cortex-m3", "mps2-an385", "1M", "64K"),
        _cortex("m4", "cortex-m4", "mps2-an386", "1M", "64K"),
        _cortex("m7", "cortex-m7", "mps2-an500", "1M", "64K"),
        _cortex("m55", "cortex-m55", "mps3-an547", "512K", "64K", "-mfloat-abi=hard"),
        Board(
            "rv32",
            "RV32IMAC",
            "riscv64-unknown-elf",
            ("-march=rv32imac", "-mabi=ilp32", "-mcmodel=medany", "--specs=picolibc.specs"),
            ("qemu-system-riscv32", "-M", "virt", "-bios", "none"),
            ("0x80000000", "1M"),
            ("0x80100000", "64K"),
            "board_start",
        ),
    )
}


def measure(board: Board, network: Network, glyphs: NDArray[np.uint8], folder: Path) -> Measured:
    """Run ``network`` on ``board`` for ``glyphs`` (N, 28, 28), in an empty ``folder``.

    Raises :class:`EmnistEdgeError` where it cannot be compiled or does not answer.
    """
    sources = [path for path in write(network, folder) if path.suffix == ".c"]
    start = FIRMWARE / "board.c"
    smallest, program = folder / "smallest.elf", folder / "classify.elf"
    _compile(board, network, [FIRMWARE / "smallest.c", start, *sources], smallest)
    host = FIRMWARE / "host.c"
    _compile(board, network, [FIRMWARE / "classify.c", start, host, *sources], program)
    (folder / "glyphs").write_bytes(np.ascontiguousarray(glyphs).tobytes())
    _emulate(board, program)
    loop, rows = _answers(folder / "answers", len(network.alphabet))
    if len(rows) != len(glyphs):
        raise EmnistEdgeError(f"{board.name}: {len(rows)} answers to {len(glyphs)} glyphs")
    return Measured(
        flash=_flash(board, smallest),
        arena=network.arena.size,
        stack=int(rows["stack"].max()),
        instructions=float(rows["count"].mean()) * _LOOP / loop,
        logits=rows["logits"],
        results=rows["result"],
    )


def read_crops(
    board: Board, network: Network, crops: NDArray[np.uint8], folder: Path
) -> NDArray[Any]:
    """Read ``crops`` (N, S, S) on ``board``; return a row of :data:`READING` for each.

    Raises as :func:`measure`.
    """
    sources = [path for path in write(network, folder) if path.suffix == ".c"]
    program, firmware = folder / "read.elf", (FIRMWARE / f"{name}.c" for name in _READ)
    side = f"-DSIDE={crops.shape[1]}"
    _compile(board, network, [*firmware, *sources], program, side)
    (folder / "crops").write_bytes(np.ascontiguousarray(crops).tobytes())
    _emulate(board, program)
    content = (folder / "answers").read_bytes()
    loop, rows = np.frombuffer(content, "<u4", 1)[0], np.frombuffer(content, READING, offset=4)
    if len(rows) != len(crops):
        raise EmnistEdgeError(f"{board.name}: {len(rows)} answers to {len(crops)} crops")
    rows = rows.copy()
    for field in ("glyph_count", "count"):
        rows[field] = rows[field] * (_LOOP / loop)
    return rows


def _compile(
    board: Board, network: Network, sources: Sequence[Path], output: Path, *more: str
) -> None:
    """Compile and link for ``board``, with what is not used left out."""
    name, folder = network.name, output.parent
    addresses = zip(
        ("ROM_START", "ROM_SIZE", "RAM_START", "RAM_SIZE"), (*board.rom, *board.ram), strict=True
    )
    defined = {
        "HEADER": f'"emnist_{name}.h"',
        "NETWORK": f"emnist_{name}",
        "NETWORK_ARENA": f"emnist_{name}_arena",
        "NETWORK_CLASSIFY": f"emnist_{name}_classify",
    }
    _run(
        f"{board.tools}-gcc",
        *STRICT,
        *board.options,
        *("-O2", "-ffunction-sections", "-fdata-sections", "-nostartfiles", f"-I{folder}"),
        *(f"-D{macro}={text}" for macro, text in defined.items()),
        *more,
        *map(str, sources),
        *("-T", str(FIRMWARE / "board.ld"), "-Wl,--gc-sections", f"-Wl,-e,{board.entry}"),
        *(f"-Wl,--defsym={symbol}={number}" for symbol, number in addresses),
        *("-o", str(output)),
    )


def _emulate(board: Board, program: Path) -> None:
    """Run ``program`` with a clock that goes by its instructions, in the program's folder."""
    semihosting = ("-semihosting-config", "enable=on,target=native")
    quiet = ("-display", "none", "-serial", "null", "-monitor", "none")
    clock = ("-icount", "shift=0,sleep=off")
    command = (*board.emulator, *quiet, *clock, *semihosting, "-kernel", str(program))
    _run(*command, folder=program.parent)


def _answers(path: Path, classes: int) -> tuple[int, NDArray[Any]]:
    """Return how far the counter went in the loop, and a row for each glyph."""
    row = np.dtype(
        [("logits", "i1", (classes,)), ("result", RESULT), ("count", "<u4"), ("stack", "<u4")]
    )
    content = path.read_bytes() if path.is_file() else b""
    if len(content) < 4 or (len(content) - 4) % row.itemsize:
        raise EmnistEdgeError(f"{path}: not what the firmware writes")
    return int(np.frombuffer(content, "<u4", 1)[0]), np.frombuffer(content, row, offset=4)


def _flash(board: Board, program: Path) -> int:
    """Return the bytes of ``program`` that lie in read-only memory."""
    text = _run(f"{board.tools}-size", str(program))
    sizes = re.search(r"^\s*(\d+)\s+(\d+)", text, re.MULTILINE)
    if sizes is None:
        raise EmnistEdgeError(f"{board.tools}-size: says nothing of {program.name}")
    return int(sizes[1]) + int(sizes[2])


def _run(*command: str, folder: Path | None = None) -> str:
    """Return what a program prints; raises :class:`EmnistEdgeError` where it fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EmnistEdgeError(f"{command[0]}: {error}") from error
    if done.returncode:
        raise EmnistEdgeError(f"{command[0]}: {done.stderr.strip()[:600]}")
    return done.stdout
