"""The program that runs networks as C beside tflite-micro, for which another answers here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.emnist import Samples
from emnist_edge.drawing.character import draw_character
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.glyph import make_glyph
from evaluate import c99_peers
from evaluate.document import marks
from export.c99.host import find_compiler, reference_logits
from train.common.data import TrainingData

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BEGIN, END = marks("evaluate.c99_peers")
#: Says the mean of its input, and that its arena took 4711 bytes.
RUNTIME = """
import sys
import numpy as np
class Interpreter:
    @classmethod
    def from_file(cls, path):
        return cls()
    def set_input(self, pixels, index):
        assert (pixels.dtype, pixels.shape, index) == (np.int8, (1, 28, 28, 1), 0)
        self.said = int(pixels.astype(int).mean())
    def invoke(self):
        pass
    def get_output(self, index):
        return np.full((1, 47), self.said, np.int8)
    def print_allocations(self):
        print("[RecordingMicroAllocator] Arena allocation total 4711 bytes", file=sys.stderr)
"""


@pytest.fixture(autouse=True)
def glyphs(monkeypatch: pytest.MonkeyPatch) -> NDArray[np.uint8]:
    """Drawn glyphs in place of the training images; skips without a compiler."""
    if find_compiler() is None:
        pytest.skip("no C compiler: install gcc or clang")
    random = np.random.default_rng(1)
    drawn = [make_glyph(draw_character(char, 60.0, random).coverage) for char in BYMERGE[:12]]
    samples = Samples(np.stack(drawn), np.arange(12, dtype=np.uint8), BYMERGE)
    data = TrainingData("drawn", samples, None, np.arange(0), np.arange(12))
    monkeypatch.setattr(c99_peers, "load_training", lambda *_: data)
    return samples.images


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of tflite-micro's name, in the way of Python's imports."""
    folder = tmp_path / "packages"
    (folder / "tflite_micro").mkdir(parents=True)
    (folder / "tflite_micro" / "__init__.py").touch()
    runtime = folder / "tflite_micro" / "runtime.py"
    runtime.write_text(RUNTIME, encoding="utf-8")
    (folder / "tflite_micro-0.1.dist-info").mkdir()
    (folder / "tflite_micro-0.1.dist-info" / "METADATA").write_text(
        "Name: tflite-micro\nVersion: 0.1\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return runtime


def test_the_c_equals_the_reference_and_the_table_is_written(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    arguments = ["mlp", "--images", "5", "--document", str(document)]
    result = CliRunner().invoke(c99_peers.main, arguments)
    assert result.exit_code == 0, result.output
    ours, reference = result.stdout.splitlines()[2:]
    assert "C99" in ours
    assert "5 of 5" in ours
    assert "reference kernels" in reference
    assert document.read_text("utf-8") == f"{BEGIN}\n\n{result.stdout}\n{END}\n"


def test_one_other_output_ends_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(content: bytes, glyphs: NDArray[np.uint8]) -> NDArray[np.int8]:
        found = reference_logits(content, glyphs)
        found[3, 5] += 1
        return found

    monkeypatch.setattr(c99_peers, "reference_logits", other)
    result = CliRunner().invoke(c99_peers.main, ["mlp"])
    assert result.exit_code == 1
    assert "11 of 12" in result.stdout


@pytest.mark.usefixtures("stand_in")
def test_tflite_micro_is_given_the_reference_s_input(glyphs: NDArray[np.uint8]) -> None:
    ran = c99_peers.run_tflite_micro(b"1234", glyphs, sys.executable)
    means = (glyphs.astype(int) - 128).mean(axis=(1, 2)).astype(np.int8)
    assert np.array_equal(ran.logits, np.repeat(means[:, None], 47, axis=1))
    assert (ran.library, ran.size, ran.memory) == ("tflite-micro 0.1", 4, 4711)
    assert ran.microseconds


def test_an_arena_of_unknown_size_is_an_error(stand_in: Path, glyphs: NDArray[np.uint8]) -> None:
    stand_in.write_text(RUNTIME.replace("total", "of"), encoding="utf-8")
    with pytest.raises(EmnistEdgeError, match="does not say what its arena takes"):
        c99_peers.run_tflite_micro(b"", glyphs, sys.executable)
