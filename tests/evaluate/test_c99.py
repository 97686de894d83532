from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset import emnist
from emnist_edge.drawing.character import draw_character
from emnist_edge.glyph import make_glyph
from evaluate import c99
from export.c99.host import find_compiler, reference_logits

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> emnist.Samples:
    """Drawn glyphs in place of the test images; skips without a compiler."""
    if find_compiler() is None:
        pytest.skip("no C compiler: install gcc or clang")
    random = np.random.default_rng(1)
    glyphs = [make_glyph(draw_character(char, 60.0, random).coverage) for char in BYMERGE]
    labels = np.arange(len(BYMERGE), dtype=np.uint8)
    samples = emnist.Samples(np.stack(glyphs), labels, BYMERGE)
    monkeypatch.setattr(emnist, "load", lambda *_: samples)
    return samples


def test_the_c_build_is_measured_beside_the_reference(drawn: emnist.Samples) -> None:
    compiler = find_compiler()
    assert compiler is not None
    found = c99.evaluate("mlp-int8", drawn, compiler)
    assert (found.images, found.unequal) == (len(drawn), 0)
    assert found.other_class == found.reference_other
    assert 0.3 < found.accuracy < 1  # drawn characters, not EMNIST's
    assert found.microseconds > 0


def test_an_accuracy_that_is_not_the_files_ends_in_an_error() -> None:
    arguments = ["mlp"]
    result = CliRunner().invoke(c99.main, arguments)
    assert result.exit_code == 1  # of drawn characters
    assert "| mlp-int8 |" in result.stdout
    assert CliRunner().invoke(c99.main, [*arguments, "--limit", "20"]).exit_code == 0


def test_one_other_output_ends_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def other(content: bytes, glyphs: NDArray[np.uint8]) -> NDArray[np.int8]:
        found = reference_logits(content, glyphs)
        found[3, 5] += 1
        return found

    monkeypatch.setattr(c99, "reference_logits", other)
    result = CliRunner().invoke(c99.main, ["mlp", "--limit", "10"])
    assert result.exit_code == 1
    assert "mlp-int8: 10 images, 1 unequal" in result.stderr


def test_a_run_goes_on_from_what_was_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(c99, "_PIECE", 20)
    counts = tmp_path / "counts"
    arguments = ["mlp", "--resume", str(counts), "--output", str(tmp_path / "found.json")]
    CliRunner().invoke(c99.main, arguments)
    lines = counts.read_text().splitlines(keepends=True)
    assert len(lines) == 3
    whole = figures(tmp_path / "found.json")
    counts.write_text("".join(lines[:2]) + lines[2][:-9])  # stopped while it was written

    def never(content: bytes, glyphs: NDArray[np.uint8]) -> NDArray[np.int8]:
        assert len(glyphs) == 7  # the last piece alone
        return reference_logits(content, glyphs)

    monkeypatch.setattr(c99, "reference_logits", never)
    CliRunner().invoke(c99.main, arguments)
    assert figures(tmp_path / "found.json") == whole


def figures(path: Path) -> dict[str, object]:
    """Return what a run found, but for the time that it took."""
    (found,) = json.loads(path.read_text())
    return {name: value for name, value in found.items() if name != "microseconds"}


def test_counts_of_another_build_are_not_taken(tmp_path: Path) -> None:
    counts = tmp_path / "counts"
    row = {"digest": "of another", "start": 0, "counts": {"images": 47, "unequal": 5}}
    counts.write_text(json.dumps(row) + "\n")
    result = CliRunner().invoke(c99.main, ["mlp", "--resume", str(counts)])
    assert "mlp-int8: 47 images, 0 unequal" in result.stderr
