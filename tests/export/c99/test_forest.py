"""The forest's tables in C beside onnxruntime."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.runtime.engine import softmax
from emnist_device.runtime.onnx_forest import OnnxForest
from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import open_model
from emnist_edge.drawing.character import draw_character
from emnist_edge.errors import ModelError
from emnist_edge.glyph import make_glyph
from export.c99.forest import read_ensemble, weights, write_forest
from export.c99.host import RESULT, compile_c

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TREES = 29


@pytest.fixture(scope="module")
def library(compiler: str, tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("forest")
    paths, _ = write_forest("forest-edge", None, folder)
    sources = [path for path in paths if path.suffix == ".c"]
    options = ("-Wconversion", "-O1", "-shared", "-fPIC")
    compile_c(compiler, sources, folder / "forest.so", *options)
    return ctypes.CDLL(str(folder / "forest.so"))


@pytest.fixture(scope="module")
def glyphs() -> NDArray[np.uint8]:
    rng = np.random.default_rng(4)
    drawn = [make_glyph(draw_character(char, 60.0, rng).coverage) for char in BYMERGE * 4]
    return np.stack([*drawn, *rng.integers(0, 256, (20, 28, 28), np.uint8)])


def test_votes_and_results_are_those_of_onnxruntime(
    library: ctypes.CDLL, glyphs: NDArray[np.uint8]
) -> None:
    forest = ctypes.byref(ctypes.c_char.in_dll(library, "emnist_forest_edge"))
    artifact, content = open_model("forest-edge")
    runtime = OnnxForest(artifact, content, threads=1)
    expected = np.round(runtime.probabilities(glyphs) * 8 * TREES).astype(int)
    probabilities = softmax(runtime.logits(glyphs) / artifact.temperature)
    for glyph, votes, shares in zip(glyphs, expected, probabilities, strict=True):
        found, result = np.zeros(64, np.uint16), np.zeros(1, RESULT)
        pointers = [ctypes.c_void_p(one.ctypes.data) for one in (glyph, found, result)]
        assert library.emnist_forest_votes(forest, *pointers[:2]) == 0
        assert np.array_equal(found[: len(votes)], votes)
        assert library.emnist_forest_classify(forest, pointers[0], pointers[2]) == 0
        order = np.argsort(-votes, kind="stable")
        assert (result["label"], result["runner_up"]) == (order[0], order[1])
        for field, label in (("confidence", order[0]), ("runner_up_confidence", order[1])):
            assert result[field][0] / 65536 == pytest.approx(shares[label], abs=2e-4)


def test_nulls_are_refused(library: ctypes.CDLL, glyphs: NDArray[np.uint8]) -> None:
    forest = ctypes.byref(ctypes.c_char.in_dll(library, "emnist_forest_edge"))
    glyph = ctypes.c_void_p(glyphs[0].ctypes.data)
    assert library.emnist_forest_classify(forest, glyph, None) == -1
    assert library.emnist_forest_classify(forest, None, glyph) == -1
    assert library.emnist_forest_votes(None, glyph, None) == -1


def test_fewer_trees_are_the_first_ones(tmp_path: Path) -> None:
    _, few = write_forest("forest-edge", 2, tmp_path / "few")
    _, fewer = write_forest("forest-edge", 1, tmp_path / "fewer")
    assert 1.9 < few / fewer < 2.1
    header = (tmp_path / "few" / "emnist_forest_edge.h").read_text()
    assert f"the first 2 of {TREES} trees, {few} bytes" in header


def test_weights_grow_with_votes_from_the_floor() -> None:
    found = weights(9, 0.5)
    assert len(found) == 73
    assert found[0] == round(2**24 * 0.01**2)
    assert found[-1] == 2**24
    assert (np.diff(found.astype(int)) >= 0).all()


def test_what_is_no_forest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"a\.onnx: not a forest"):
        read_ensemble(b"none", "a.onnx")
    with pytest.raises(ModelError, match="has 29 trees"):
        write_forest("forest-edge", 30, tmp_path)
    with pytest.raises(ModelError):
        write_forest("tiny-int8", 1, tmp_path)
