from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.runtime.engine import BATCH, Engine, softmax
from emnist_edge import artifact, packages
from emnist_edge.dataset import emnist
from emnist_edge.drawing.pages import draw_character
from emnist_edge.errors import ModelError, RuntimeMissingError
from emnist_edge.glyph import make_glyph

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def drawn_glyphs(text: str) -> NDArray[np.uint8]:
    rng = np.random.default_rng(7)
    return np.stack([make_glyph(draw_character(char, 60, rng).coverage) for char in text])


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(artifact.DEFAULT_MODEL)


@pytest.mark.parametrize("model", [shipped.name for shipped in artifact.installed()])
def test_shipped_models_read_drawn_characters(model: str) -> None:
    text = "3478ABEHKMNRTX"
    engine = Engine(model)
    alphabet = engine.artifact.alphabet
    probabilities = engine.probabilities(drawn_glyphs(text))
    assert probabilities.shape == (len(text), len(alphabet))
    assert probabilities.dtype == np.float32
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    read = [alphabet[k] for k in probabilities.argmax(axis=1)]
    assert sum(a == b for a, b in zip(read, text, strict=True)) >= len(text) - 1


@pytest.mark.parametrize("count", [0, 1, 2, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH + 5])
def test_any_batch_gives_what_one_at_a_time_gives(engine: Engine, count: int) -> None:
    glyphs = drawn_glyphs("A7k")[np.arange(count) % 3]
    together = engine.probabilities(glyphs)
    assert together.shape == (count, len(engine.artifact.alphabet))
    for row, glyph in zip(together[-3:], glyphs[-3:], strict=True):
        assert row == pytest.approx(engine.probabilities(glyph[None])[0], abs=1e-6)


def test_threads_do_not_change_the_outcome(engine: Engine) -> None:
    glyphs = drawn_glyphs("B8e")
    two = Engine(artifact.DEFAULT_MODEL, threads=2).probabilities(glyphs)
    assert two == pytest.approx(engine.probabilities(glyphs), abs=1e-6)


@pytest.mark.parametrize(
    "glyphs",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((1, 28, 27), np.uint8),
        np.zeros((1, 28, 28), np.float32),
    ],
)
def test_other_arrays_are_refused(engine: Engine, glyphs: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        engine.probabilities(glyphs)


def copy_model(folder: Path, **changes: Any) -> Path:
    """Copy the default model to ``folder`` with fields of its sidecar replaced."""
    for suffix in (".tflite", ".json"):
        shutil.copy(artifact.MODELS / f"{artifact.DEFAULT_MODEL}{suffix}", folder)
    sidecar = folder / f"{artifact.DEFAULT_MODEL}.json"
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | changes))
    return sidecar.with_suffix(".tflite")


@pytest.mark.parametrize(
    "changes",
    [{"alphabet": "ABC", "class_shares": []}, {"input_type": "float32"}],
    ids=["alphabet", "input type"],
)
def test_a_model_that_its_sidecar_does_not_describe_is_refused(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    with pytest.raises(ModelError, match="do not fit its sidecar"):
        Engine(copy_model(tmp_path, **changes))


def test_a_file_that_is_no_model_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import hashlib

    content = b"no model" * 100
    path = copy_model(tmp_path, sha256=hashlib.sha256(content).hexdigest())
    path.write_bytes(content)
    with pytest.raises(ModelError, match="the runtime refuses it"):
        Engine(path)
    assert capfd.readouterr().err == ""


def test_damage_that_shows_only_when_it_runs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("node 9\nfailed to prepare")

    damaged = Engine(artifact.DEFAULT_MODEL)
    monkeypatch.setattr(damaged._runtime._interpreter, "resize_tensor_input", fail)  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match=r"refuses it \(node 9 failed to prepare\); export"):
        damaged.probabilities(drawn_glyphs("B8e"))


def test_the_temperature_of_the_sidecar_is_applied(tmp_path: Path, engine: Engine) -> None:
    glyphs = drawn_glyphs("S5Z2")
    warm = Engine(copy_model(tmp_path, temperature=5.0)).probabilities(glyphs)
    assert (warm.max(axis=1) < engine.probabilities(glyphs).max(axis=1)).all()


def test_no_runtime_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: None)
    for module in packages.RUNTIMES:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(RuntimeMissingError, match="no TFLite runtime is installed; run: pip"):
        Engine(artifact.DEFAULT_MODEL)


def test_the_runtime_is_silent() -> None:
    code = "from emnist_edge import Reader; Reader()"
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": ""},
    )
    assert (run.stdout, run.stderr) == ("", "")


def test_softmax_of_large_logits() -> None:
    assert softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]], np.float32)) == pytest.approx(
        np.array([[0.5, 0.5], [0.0, 1.0]])
    )


def test_accuracy_in_the_sidecar_is_what_the_shipped_file_does(emnist_data: Path) -> None:
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", emnist_data).first(6000)
    for shipped in artifact.installed():
        probabilities = Engine(shipped.name).read_letters(samples.images)
        accuracy = (probabilities.argmax(axis=1) == samples.labels).mean()
        # Three standard deviations of a sample of 6,000.
        assert accuracy == pytest.approx(shipped.accuracy["test"]["accuracy"], abs=0.012)
