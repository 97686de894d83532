from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.benchmark.latency import draw_glyphs
from emnist_device.benchmark.probe import Rules
from emnist_edge.artifact import installed, open_model
from evaluate import runtimes
from evaluate.runtimes import alternate, bare_interpreter, compare, libraries
from evaluate.scoring.sets import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

TINY = Rules(warm_runs=1, warm_seconds=0, runs=2, seconds=0)


def test_a_bare_interpreter_gives_the_classes_of_the_engine() -> None:
    pytest.importorskip("ai_edge_litert")
    glyphs = draw_glyphs()[:24]
    for name in ("mlp-int8", "mlp-float32"):
        row = compare(name, "litert", bare_interpreter("litert", open_model(name)[1]), glyphs, TINY)
        assert (row.same, row.glyphs) == (24, 24)
        assert row.milliseconds > 0
        assert row.engine_milliseconds > 0


def test_another_class_is_counted() -> None:
    glyphs = draw_glyphs()[:10]

    def zero(ones: NDArray[np.uint8]) -> NDArray[Any]:
        return np.eye(1, 47, dtype=np.float32).repeat(len(ones), 0)

    row = compare("mlp-int8", "always-0", zero, glyphs, TINY)
    assert row.same < 10


def test_works_alternate_and_warm_runs_do_not_count() -> None:
    now = 0.0
    seen: list[str] = []

    def spend(name: str, seconds: float) -> None:
        nonlocal now
        now += 100.0 if len(seen) < 2 else seconds
        seen.append(name)

    works: Any = [lambda _: spend("one", 1.0), lambda _: spend("other", 3.0)]
    assert alternate(works, draw_glyphs()[:2], TINY, lambda: now) == [1000.0, 3000.0]
    assert seen == ["one", "other"] * 3


def test_what_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    artifacts = {artifact.name: artifact for artifact in installed()}
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if "lite" in name else object)
    found = dict(libraries(artifacts["forest-edge"], tmp_path))
    assert found == {"scikit-learn": f"no trained model in {tmp_path / 'forest'}; make train"}
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    found = dict(libraries(artifacts["cnn-int8"], tmp_path))
    assert found["litert"] == "ai_edge_litert is not installed"
    assert found["keras"] == "keras is not installed"


def test_a_trained_forest_is_compared(toy_forest_run: Path) -> None:
    (path,) = sorted(toy_forest_run.glob("*.joblib"))[:1]
    answers = runtimes.sklearn_forest(path)(draw_glyphs()[:3])
    assert answers.shape == (3, 47)
    assert np.allclose(answers.sum(axis=1), 1)


@pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend
def test_a_trained_network_is_compared(toy_mlp_run: Path) -> None:
    answers = runtimes.keras_model(toy_mlp_run / "model.keras")(draw_glyphs()[:3])
    assert answers.shape == (3, 47)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-5)


def test_drawn_pages_can_be_scored(tmp_path: Path) -> None:
    from evaluate.drawn import write_pages

    assert write_pages(tmp_path, 1, 0) == 5
    rows = read_rows(tmp_path)
    assert {row["kind"] for row in rows} >= {"clean scan"}
    assert all((tmp_path / row["file"]).is_file() and row["transcription"] for row in rows)
