from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.page_net import OFFSET_UNIT, STRIDE, PageNet
from emnist_edge.artifact import read_sidecar
from emnist_edge.character import stroke_shape
from emnist_edge.drawing import draw_page
from emnist_edge.errors import DataError, ParityError
from export import page as export_page
from export.tflite import load_with_depth_to_space
from train import page
from train.crops import cut

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = page.PageRecipe(pages=12, validation_pages=6, epochs=2, batch=4)


@pytest.fixture(scope="module")
def run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a short training on a few pages."""
    output = tmp_path_factory.mktemp("toy-page")
    with pytest.MonkeyPatch.context() as patch:
        # The images of the small data set are no characters: strokes are drawn in their place.
        patch.setattr(page, "EmnistGlyphs", lambda _: stroke_shape)
        page.train(RECIPE, output, toy_files, None, None, resume=False)
    return output


def test_training_learns_and_records_what_it_did(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    first, last = metrics["history"]
    assert last["loss"] < 0.8 * first["loss"]
    assert metrics["recipe"]["pages"] == 12
    assert metrics["crops"]["training"] > metrics["crops"]["validation"] > 0
    assert metrics["parameters"] < 260_000


def test_pages_drawn_once_serve_again(
    run: Path, toy_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw_no_more(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(page, "draw_crops", draw_no_more)
    before = json.loads((run / "metrics.json").read_text())
    assert page.train(RECIPE, run, toy_files, None, None, resume=True) == before


def test_a_run_goes_on_from_another_with_its_crops(
    run: Path, toy_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "EmnistGlyphs", lambda _: stroke_shape)
    options = {
        "output": tmp_path / "next",
        "data": toy_files,
        "pages": 4,
        "epochs": 1,
        "seed": 7,
        "start": run / "model.keras",
        "with": run,
    }
    result = CliRunner().invoke(page.main, [f"--{key}={value}" for key, value in options.items()])
    assert result.exit_code == 0, result.output
    before = json.loads((run / "metrics.json").read_text())
    metrics = json.loads((tmp_path / "next" / "metrics.json").read_text())
    with np.load(tmp_path / "next" / "crops-training.npz") as own:
        assert metrics["crops"]["training"] == len(own["boxes"]) + before["crops"]["training"]
    assert metrics["recipe"]["others"] == [{"pages": 12, "seed": 1}]
    assert metrics["started_from"]["recipe"] == before["recipe"]
    assert metrics["history"][0]["loss"] < before["history"][0]["loss"]


def test_the_export_is_integer_takes_any_size_and_does_the_same(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_page, "MOST_DROP", 100.0)
    export_page.export(run, tmp_path, tmp_path / "MODEL_CARD.md")
    artifact = read_sidecar(tmp_path / "page-int8.json")
    assert artifact.alphabet == ""
    assert artifact.bytes < 300_000
    net = PageNet(tmp_path / "page-int8.tflite")
    model = load_with_depth_to_space(run / "model.keras")
    with np.load(run / "crops-validation.npz") as crops:
        contrast = crops["contrast"][0, 16:-16, 16:-16]
    for _ in range(2):
        trained, exported = export_page.trained_maps(model, contrast), net(contrast)
        difference = np.abs(trained.coverage.astype(int) - exported.coverage)
        assert difference.mean() < 8
        assert np.abs(trained.offset - exported.offset).mean() < 0.5
        assert net(np.zeros((37, 301), np.uint8)).coverage.shape == (36, 300)
    assert "## Page network" in (tmp_path / "MODEL_CARD.md").read_text()


def test_an_export_that_finds_less_is_not_written(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_page, "MOST_DROP", -1.0)
    with pytest.raises(ParityError, match="points of F1"):
        export_page.export(run, tmp_path, tmp_path / "MODEL_CARD.md")
    assert not list(tmp_path.iterdir())


def test_targets_point_from_each_ink_to_the_middle_of_its_character() -> None:
    drawn = draw_page("MN", size=(300, 200), height=60, seed=4)
    crops = cut(drawn.picture, drawn.lines[0].characters, np.random.default_rng(1))
    wanted = page.targets(crops, np.array([0]))
    assert wanted["ink"].shape == (1, 128, 128, STRIDE**2)
    rows, columns = np.nonzero(wanted["offset"][0, ..., 2])
    offset = wanted["offset"][0, rows, columns, :2] * OFFSET_UNIT
    to = np.column_stack([columns, rows]) * STRIDE + STRIDE / 2 + offset
    boxes = crops.boxes[0][crops.boxes[0, :, 2] > 0]
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    assert np.abs(to[:, None] - middles).max(axis=2).min(axis=1).max() < 0.01
    peaks = np.argwhere(wanted["middle"][0, ..., 0] == 1)[:, ::-1]
    assert np.array_equal(np.sort(peaks, axis=0), np.sort(np.floor(middles / STRIDE), axis=0))


def test_no_run_says_what_to_run(tmp_path: Path) -> None:
    result = CliRunner().invoke(export_page.main, ["--run", str(tmp_path)])
    assert result.exit_code == 1
    assert "python -m train.page" in result.output


def test_a_missing_data_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="emnist-bymerge-train-images"):
        page.train(RECIPE, tmp_path / "run", tmp_path, None, None, resume=False)
