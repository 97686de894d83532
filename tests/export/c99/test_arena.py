"""Nothing in the arena lies over what is still needed, and outputs may lie over what is not."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_edge.artifact import MODELS
from export.c99.arena import plan
from export.c99.graph import read_graph
from export.c99.host import compile_c, reference_logits
from export.c99.layers import Add, Convolution, Depthwise, Pool, Table, Transpose
from export.c99.lower import Program, Step, lower
from export.c99.overlap import Apart, apart
from export.c99.write import network_of, write
from tests.export.c99.built import Network
from tests.export.c99.made import NONE, RELU, VALID, Maker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from export.c99 import source
    from export.c99.arena import Arena

#: Bytes of room on both sides of what is moved, and how far outputs are moved from where they may
#: begin at the nearest: several pixels.
_ROOM, _FARTHER = 64, 20


def last_reads(program: Program) -> dict[int, int]:
    """Return by buffer the last step that reads it."""
    reads = [(number, index) for index, step in enumerate(program.steps) for number in step.inputs]
    return {**dict(reads), program.output: len(program.steps)}


def sizes_of(program: Program) -> dict[int, int]:
    """Return the bytes of each buffer."""
    return {0: 784} | {step.output: step.layer.size for step in program.steps}


def check(program: Program, arena: Arena) -> None:
    """Fail where two things overlap that may not."""
    sizes, needed = sizes_of(program), last_reads(program)
    live = {0}
    for index, step in enumerate(program.steps):
        at = {number: (arena.buffers[number], sizes[number]) for number in live | {step.output}}
        if step.layer.scratch:
            at[-1] = arena.scratch[index], step.layer.scratch
        for one, two in combinations(sorted(at), 2):
            (start, size), (other, other_size) = at[one], at[two]
            if two == step.output and one in step.inputs and needed[one] == index:
                before, after = apart(step.layer, sizes[one])
                assert start - other >= before or other - start >= after
            else:
                assert start + size <= other or other + other_size <= start
        assert max(start + size for start, size in at.values()) <= arena.size
        assert all(start % 4 == 0 for start, _ in at.values())
        live = {number for number in live if needed[number] > index} | {step.output}


@pytest.mark.parametrize("model", ["tiny", "small", "base", "cnn"])
def test_nothing_lies_over_what_is_still_needed(model: str) -> None:
    program = lower(read_graph((MODELS / f"{model}-int8.tflite").read_bytes(), model))
    check(program, plan(program, model))


def test_a_table_works_in_place_only_where_its_input_is_not_read_again() -> None:
    table, turned = Table(np.zeros(256, np.int8), 784), Transpose(28, 28)
    added = Add((1, 1, 1), (1, 1, 1), (0, 0, 0), 784)
    assert plan(Program([Step(table, (0,), 1)], 1), "").size == 784
    assert plan(Program([Step(table, (0,), 1), Step(turned, (1,), 2)], 2), "").size == 2 * 784
    again = [Step(table, (0,), 1), Step(turned, (0,), 2), Step(added, (1, 2), 3)]
    assert plan(Program(again, 3), "").size == 3 * 784


def every_kind(made: Maker) -> None:
    """All kernels whose outputs may lie over what they read, with an odd number of pixels."""
    made.constant("MUL", 100, 0.000245, 0.05, -128)
    made.conv(6, 3, stride=2, padding=VALID, zero_point=20, activation=RELU)
    made.depthwise((3, 3))
    made.conv(7, 3)
    made.pool()
    made.residual(7)
    for side in (3, 1):
        read = made.tensor
        made.conv(7, side, activation=NONE, zero_point=0)
        made.sum(made.tensor, read)
    read = made.tensor
    made.depthwise((5, 3))
    made.sum(read, made.tensor)
    made.pool()
    made.mean()
    made.dense(10)


class _Step(ctypes.Structure):
    _fields_ = (
        ("run", ctypes.c_void_p),
        ("layer", ctypes.c_void_p),
        *((name, ctypes.c_uint16) for name in ("input", "second", "output")),
    )


@dataclass
class Movable:
    """A network of this machine whose buffers may be put anywhere."""

    network: source.Network
    library: ctypes.CDLL

    def logits(
        self, glyphs: NDArray[np.uint8], places: dict[int, int], scratch: int
    ) -> NDArray[np.int8]:
        """Return the outputs with buffers at ``places``, and memory to work in at ``scratch``."""
        program = self.network.program
        built = Network.from_buffer_copy(Network.in_dll(self.library, "emnist_made"))
        array = _Step * len(program.steps)
        steps = array.from_buffer_copy(array.from_address(built.steps))
        for step, record in zip(program.steps, steps, strict=True):
            record.input, record.output = places[step.inputs[0]], places[step.output]
            record.second = places[step.inputs[1]] if len(step.inputs) > 1 else scratch
        built.steps = ctypes.addressof(steps)
        built.input, built.output = places[0], places[program.output]
        arena, found = np.zeros(1 << 14, np.uint32), np.zeros((len(glyphs), 10), np.int8)
        for glyph, logits in zip(glyphs, found, strict=True):
            pointers = (ctypes.c_void_p(array.ctypes.data) for array in (glyph, arena, logits))
            assert self.library.emnist_logits(ctypes.byref(built), *pointers) == 0
        return found


def places_of(program: Program, moved: int, read: int, distance: int) -> tuple[dict[int, int], int]:
    """Return places beside each other, but of the buffer ``moved`` so far from ``read``."""
    sizes, places, end = sizes_of(program), {}, 0
    for number, size in sizes.items():
        if number not in (moved, read):
            places[number] = end
            end += -(-size // 4) * 4
    places[read] = end + -(-sizes[moved] // 4) * 4 + _ROOM
    places[moved] = places[read] + distance
    return places, places[read] + max(sizes[read], distance + sizes[moved]) // 4 * 4 + _ROOM


def distances(near: Apart) -> Iterator[int]:
    """Return how far after its input an output may begin, at the nearest and a little farther."""
    for more in range(_FARTHER):
        yield -near.before - more
        yield near.after + more


@pytest.fixture(scope="module")
def movable(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Movable, Any]:
    """A network with every kernel, and what the reference makes of some glyphs."""
    folder = tmp_path_factory.mktemp("movable")
    made = Maker(seed=2)
    every_kind(made)
    network = network_of(made.save(folder))
    written = write(network, folder / "c")
    sources = [path for path in written if path.suffix == ".c"]
    compile_c(compiler, sources, folder / "made.so", "-O1", "-shared", "-fPIC")
    glyphs = np.random.default_rng(3).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    expected = reference_logits(made.content(), glyphs)
    return Movable(network, ctypes.CDLL(str(folder / "made.so"))), (glyphs, expected)


def test_an_output_may_lie_over_what_is_read_no_more(movable: tuple[Movable, Any]) -> None:
    built, (glyphs, expected) = movable
    program = built.network.program
    sizes, needed, kinds = sizes_of(program), last_reads(program), set()
    for index, step in enumerate(program.steps):
        for read in step.inputs:
            near = apart(step.layer, sizes[read])
            if needed[read] != index or near.before >= step.layer.size:
                continue
            kinds.add(type(step.layer))
            for distance in distances(near):
                places, scratch = places_of(program, step.output, read, distance)
                found = built.logits(glyphs, places, scratch)
                assert np.array_equal(found, expected), (index, distance)
    assert kinds == {Add, Convolution, Depthwise, Pool, Table}


def test_a_convolution_takes_in_the_sum_with_what_it_reads(movable: tuple[Movable, Any]) -> None:
    layers = [step.layer for step in movable[0].network.program.steps]
    sums = [layer for layer in layers if isinstance(layer, Convolution) and layer.added]
    assert [layer.before is None for layer in sums] == [False, True, True]
    assert sum(isinstance(layer, Add) for layer in layers) == 1  # of what no convolution makes
