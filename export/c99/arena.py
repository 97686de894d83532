"""Where in one arena each tensor of a network lies while it is needed.

What a step makes may lie over what it reads, as far as that was read (:mod:`export.c99.overlap`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.artifact import SIDE
from emnist_edge.errors import ModelError
from export.c99.overlap import Apart, apart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from export.c99.lower import Program

#: Offsets have 16 bits.
MOST_BYTES = 65_535 // 4 * 4


@dataclass(frozen=True)
class Arena:
    """The offset of each buffer, the offset of each step's scratch memory, and the size of all."""

    buffers: dict[int, int]
    scratch: list[int]
    size: int


@dataclass(frozen=True)
class _Block:
    """Bytes that are needed from one step to another: a buffer, or scratch memory of the first."""

    size: int
    first: int
    last: int
    buffer: int | None = None


# By the buffers of an input and an output, which may overlap: how far apart they must begin.
_Overlaps = dict[tuple[int | None, int | None], Apart]


def plan(program: Program, file: str) -> Arena:
    """Return offsets, multiples of 4, at which nothing lies over what is still needed.

    The largest block is placed first, each as low as it can be. Raises :class:`ModelError`, which
    calls the network ``file``, where all is more than kernels can address.
    """
    blocks, overlaps = _needed(program)
    placed: dict[_Block, int] = {}
    for block in sorted(blocks, key=lambda block: (-block.size, block.first)):
        placed[block] = _lowest(
            _barred(block, other, offset, overlaps)
            for other, offset in placed.items()
            if other.first <= block.last and block.first <= other.last
        )
    size = max(offset + block.size for block, offset in placed.items())
    if size > MOST_BYTES:
        raise ModelError(f"{file}: needs {size} bytes of memory, of {MOST_BYTES} at most")
    buffers = {block.buffer: offset for block, offset in placed.items() if block.buffer is not None}
    scratch = {block.first: offset for block, offset in placed.items() if block.buffer is None}
    return Arena(buffers, [scratch.get(step, 0) for step in range(len(program.steps))], size)


def _barred(block: _Block, other: _Block, offset: int, overlaps: _Overlaps) -> tuple[int, int]:
    """Return between which offsets ``block`` may not lie, where ``other`` lies at ``offset``."""
    if (other.buffer, block.buffer) in overlaps:
        before, after = overlaps[other.buffer, block.buffer]
    elif (block.buffer, other.buffer) in overlaps:
        after, before = overlaps[block.buffer, other.buffer]
    else:
        before, after = block.size, other.size
    return offset - before, offset + after


def _lowest(barred: Iterable[tuple[int, int]]) -> int:
    """Return the lowest offset that lies between none of these."""
    offset = 0
    for start, end in sorted(barred):
        if offset <= start:
            break
        offset = max(offset, end)
    return offset


def _needed(program: Program) -> tuple[list[_Block], _Overlaps]:
    """Return what needs memory, with sizes rounded up to a multiple of 4, and what may overlap."""
    steps = program.steps
    last_read = {program.output: len(steps)}
    for index, step in enumerate(steps):
        last_read |= {number: max(last_read.get(number, 0), index) for number in step.inputs}
    blocks = [_Block(SIDE * SIDE, -1, last_read[0], 0)]
    overlaps: _Overlaps = {}
    sizes = {0: SIDE * SIDE}
    for index, step in enumerate(steps):
        if step.layer.scratch:
            blocks.append(_Block(_up(step.layer.scratch), index, index))
        sizes[step.output] = _up(step.layer.size)
        blocks.append(_Block(sizes[step.output], index, last_read[step.output], step.output))
        for number in step.inputs:
            if last_read[number] == index:
                before, after = apart(step.layer, sizes[number])
                overlaps[number, step.output] = Apart(_up(before), _up(after))
    return blocks, overlaps


def _up(size: int) -> int:
    return -(-size // 4) * 4
