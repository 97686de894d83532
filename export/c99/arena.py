"""Where in one arena each tensor of a network lies while it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_edge.artifact import SIDE
from emnist_edge.errors import ModelError
from export.c99.layers import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.c99.lower import Program, Step

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
    """Bytes that are needed from one step to another. buffers: those that share them."""

    size: int
    first: int
    last: int
    buffers: tuple[int, ...] = ()
    step: int = -1


def plan(program: Program, file: str) -> Arena:
    """Return offsets, multiples of 4, at which no two things lie that are needed at once.

    The largest block is placed first, each as low as it can be. Raises :class:`ModelError`, which
    calls the network ``file``, where all is more than kernels can address.
    """
    blocks = sorted(_blocks(program), key=lambda block: (-block.size, block.first))
    placed: list[tuple[int, _Block]] = []
    for block in blocks:
        rivals = sorted(
            (offset, offset + other.size)
            for offset, other in placed
            if other.first <= block.last and block.first <= other.last
        )
        placed.append((_lowest_gap(rivals, block.size), block))
    size = max(offset + block.size for offset, block in placed)
    if size > MOST_BYTES:
        raise ModelError(f"{file}: needs {size} bytes of memory, of {MOST_BYTES} at most")
    buffers = {number: offset for offset, block in placed for number in block.buffers}
    scratch = {block.step: offset for offset, block in placed if block.step >= 0}
    return Arena(buffers, [scratch.get(step, 0) for step in range(len(program.steps))], size)


def _lowest_gap(taken: Sequence[tuple[int, int]], size: int) -> int:
    """Return the lowest offset at which ``size`` bytes lie beside those that are ``taken``."""
    offset = 0
    for start, end in taken:
        if start - offset >= size:
            break
        offset = max(offset, end)
    return offset


def _blocks(program: Program) -> list[_Block]:
    """Return what needs memory, with sizes rounded up to a multiple of 4."""
    steps = program.steps
    last_read = {program.output: len(steps)}
    for index, step in enumerate(steps):
        for number in step.inputs:
            last_read[number] = max(last_read.get(number, 0), index)
    blocks = {0: _Block(SIDE * SIDE, -1, last_read[0], (0,))}
    for index, step in enumerate(steps):
        if step.layer.scratch:
            blocks[-1 - index] = _Block(_up(step.layer.scratch), index, index, step=index)
        source = step.inputs[0]
        if _works_in_place(step) and last_read[source] == index:
            place = next(key for key, block in blocks.items() if source in block.buffers)
            old = blocks[place]
            numbers = (*old.buffers, step.output)
            blocks[place] = _Block(old.size, old.first, last_read[step.output], numbers)
        else:
            size = _up(step.layer.size)
            blocks[step.output] = _Block(size, index, last_read[step.output], (step.output,))
    return list(blocks.values())


def _works_in_place(step: Step) -> bool:
    """Say whether the kernel may write over what it reads."""
    return isinstance(step.layer, Table)


def _up(size: int) -> int:
    return -(-size // 4) * 4
