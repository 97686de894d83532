from __future__ import annotations

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
