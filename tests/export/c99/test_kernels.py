"""Exported networks equal TensorFlow Lite's reference kernels, number for number."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from emnist_device.benchmark.latency import draw_glyphs
from emnist_device.runtime.engine import softmax
from emnist_edge.artifact import open_model
from emnist_edge.errors import EmnistEdgeError
from export.c99.host import Library, compile_c, reference_logits
from export.c99.write import network_of, write
from tests.conftest import ROOT
from tests.export.c99.made import NONE, RELU, RELU6, VALID, Maker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from export.c99.source import Network


def standardized(made: Maker) -> None:
    """Begin as the tiers do: a contrast stretch and a clip."""
    made.constant("MUL", 17, 0.000245, 0.0625 / 8, -128)
    made.constant("ADD", -40, 0.0117647, 0.0235294 / 4, -128)


def separable(made: Maker) -> None:
    standardized(made)
    made.conv(8, 5, stride=2)
    made.depthwise((3, 3))
    made.conv(12, 1)
    made.pool()
    made.depthwise((3, 3))
    made.conv(7, 1)
    made.mean()
    made.dense(10)


def odd(made: Maker) -> None:
    """Sizes that are no multiple of what kernels do at once: channels, pixels, squares."""
    made.conv(5, 3, stride=3, zero_point=11, activation=NONE)
    made.depthwise((3, 5), stride=2)
    made.conv(7, 1, zero_point=-3, activation=NONE)
    made.conv(3, 3)
    made.pool()
    made.flatten()
    made.dense(9)


def clipped(made: Maker) -> None:
    """Fused activations that leave less than all of int8."""
    made.constant("MUL", 100, 0.000245, 0.05, -128)
    made.conv(6, 3, stride=2, zero_point=20, activation=RELU)
    made.pool(activation=RELU)
    made.depthwise((3, 3), activation=RELU6, zero_point=-60)
    made.conv(4, 1, zero_point=0, activation=RELU6)
    made.pool(3, VALID)
    made.flatten()
    made.dense(20, activation=RELU)
    made.dense(11)


def valid(made: Maker) -> None:
    made.conv(4, 4, stride=2, padding=VALID)
    made.pool(2, VALID)
    made.conv(6, 3, padding=VALID)
    made.flatten()
    made.dense(16, RELU, per_channel=False)
    made.dense(10, per_channel=False)


def dense(made: Maker) -> None:
    made.flatten()
    made.dense(33, RELU)
    made.dense(10)


def branches(made: Maker) -> None:
    """A tensor that two operators read, and their sum."""
    made.conv(4, 3, stride=2)
    stem = made.tensor
    made.conv(4, 3, zero_point=-30, activation=NONE)
    first = made.tensor
    made.tensor = stem
    made.depthwise((3, 3))
    made.sum(made.tensor, first)
    made.mean()
    made.dense(10)


def residual(made: Maker) -> None:
    """Separable convolutions that are added to what they read, as in the first stages of a tier."""
    standardized(made)
    made.conv(12, 5, stride=2)
    made.residual(12)
    made.residual(12, swapped=True, activation=RELU)
    made.pool()
    made.depthwise((3, 3))
    made.conv(9, 1)
    made.residual(9)
    made.pool()
    made.residual(9, activation=RELU)
    made.mean()
    made.dense(10)


def two_looks(made: Maker) -> None:
    """What base does: the picture and a turned one through the same layers, then their sum."""
    picture = made.tensor
    made.transpose((0, 2, 3, 1))  # moves a side of 1: nothing is to be done
    made.transpose((0, 3, 2, 1))
    made.depthwise((5, 1), zero_point=-128)
    made.transpose((0, 1, 3, 2))
    turned = made.tensor
    made.tensors[turned].quantization = made.tensors[picture].quantization
    joined = made._tensor((1, 28, 28, 1), 1.0, -128)
    made.add("CONCATENATION", [picture, turned], [joined], schema.ConcatenationOptionsT())
    standardized(made)
    made.conv(6, 3, stride=2)
    made.pool()
    made.mean()
    scale, wide = made._scale(made.tensor), made.shape()[-1]
    parts = [made._tensor((1, wide), scale, -100) for _ in range(2)]
    axis = made._tensor((), data=np.array(0, np.int32))
    options = schema.SplitOptionsT()
    options.numSplits = 2
    made.add("SPLIT", [axis, made.tensor], parts, options)
    made.sum(*parts)
    made.dense(10)


def two_looks_at_once(made: Maker) -> None:
    """The same, as an export names the shapes: of two pictures between joining and parting."""
    two_looks(made)
    names = [schema.BuiltinOperator.CONCATENATION, schema.BuiltinOperator.SPLIT]
    codes = [made.codes[operator.opcodeIndex] for operator in made.operators]
    first, last = (codes.index(name) for name in names)
    for operator in made.operators[first:last]:
        for tensor in operator.outputs:
            made.tensors[tensor].shape[0] = 2


#: Ways to compile the kernels: for any processor, for those without long multiplication, and, with
#: its instructions written in C, for Armv7E-M.
WAYS = {"plain": (), "short": ("-DEMNIST_SHORT_MULTIPLY",), "dsp": ("-DEMNIST_DSP",)}

SANITIZERS = ("-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")

NETWORKS = (separable, odd, clipped, valid, dense, branches, residual, two_looks, two_looks_at_once)


def build(network: Callable[[Maker], None], folder: Path, seed: int = 0) -> tuple[Path, bytes]:
    made = Maker(seed)
    network(made)
    return made.save(folder), made.content()


def written(network: Network, folder: Path, way: str = "plain") -> Path:
    """Write ``network`` as it is to be compiled in a ``way``; returns the folder."""
    write(network, folder)
    if way == "dsp":
        shutil.copy(ROOT / "tests/export/c99/emnist_dsp.h", folder)
    return folder


@pytest.mark.parametrize("network", NETWORKS)
def test_a_made_network_equals_the_reference(
    network: Callable[[Maker], None], tmp_path: Path, compiler: str, noise: NDArray[np.uint8]
) -> None:
    path, content = build(network, tmp_path)
    expected = reference_logits(content, noise)
    for way, options in WAYS.items():
        exported = network_of(path)
        folder = written(exported, tmp_path / way, way)
        library = Library(exported, folder, compiler, ("-O0", *options))
        assert np.array_equal(library.logits(noise), expected), way
    assert len(np.unique(expected)) > 15  # neither constant nor clipped


@pytest.mark.parametrize("model", ["tiny-int8", "mlp-int8"])
def test_a_model_that_ships_equals_the_reference(model: str, tmp_path: Path, compiler: str) -> None:
    glyphs = draw_glyphs()
    _, content = open_model(model)
    network = network_of(model)
    library = Library(network, written(network, tmp_path), compiler)
    assert np.array_equal(library.logits(glyphs), reference_logits(content, glyphs))


def test_class_and_confidence_are_those_of_the_outputs(tmp_path: Path, compiler: str) -> None:
    glyphs = draw_glyphs()
    artifact, _ = open_model("tiny-int8")
    network = network_of("tiny-int8")
    library = Library(network, written(network, tmp_path), compiler)
    logits, results = library.logits(glyphs), library.classify(glyphs)
    scale = 0.11278
    expected = softmax(logits * np.float32(scale / artifact.temperature))
    order = np.argsort(-logits.astype(int), axis=1, kind="stable")
    rows = np.arange(len(glyphs))
    assert np.array_equal(results["label"], order[:, 0])
    assert np.array_equal(results["runner_up"], order[:, 1])
    for field, place in (("confidence", 0), ("runner_up_confidence", 1)):
        found = results[field] / 65536
        assert np.abs(found - expected[rows, order[:, place]]).max() < 5e-4


@pytest.fixture(scope="module")
def sanitizing(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A C compiler that has sanitizers."""
    folder = tmp_path_factory.mktemp("empty")
    (folder / "empty.c").write_text("int main(void) { return 0; }\n")
    try:
        compile_c(compiler, [folder / "empty.c"], folder / "empty", *SANITIZERS)
    except EmnistEdgeError as error:
        pytest.skip(f"no sanitizers: {error}")
    return compiler


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("network", [residual, odd, two_looks])
def test_nothing_outside_the_arena_is_touched(
    network: Callable[[Maker], None], way: str, tmp_path: Path, sanitizing: str
) -> None:
    """A program with AddressSanitizer classifies noise in an arena of exactly its size."""
    path, _ = build(network, tmp_path)
    folder = written(network_of(path), tmp_path / "c", way)
    sources = [*folder.glob("*.c"), ROOT / "tests/export/c99/exact_arena.c"]
    program = tmp_path / "program"
    compile_c(sanitizing, sources, program, *SANITIZERS, f"-I{folder}", *WAYS[way])
    done = subprocess.run([program, "60"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "60\n"
