from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import joblib
import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.detect.maps import OFFSET_UNIT, STRIDE
from emnist_device.detect.network import PageNet
from emnist_edge.artifact import MODELS, read_sidecar
from emnist_edge.drawing.character import stroke_shape
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import DataError, ModelError, ParityError
from export import page as export_page
from export.tflite import convert, load_with_depth_to_space
from tests.conftest import step_by_step
from tests.pen_strokes import texts
from train import page
from train.common import checkpoints
from train.common.data import RunOptions
from train.common.exported import take_exported
from train.pages import crops as page_crops
from train.pages import network as page_network
from train.pages.batches import targets
from train.pages.crops import SIDE, Crops, cut

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from train.pages.texts import TextPages

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

RECIPE = page.PageRecipe(pages=6, validation_pages=2, epochs=2, batch=4)


@contextmanager
def small() -> Iterator[None]:
    """Let the network have two levels, and be trained on pages that are drawn in this process."""
    with (
        pytest.MonkeyPatch.context() as patch,
        joblib.parallel_config("sequential"),
        step_by_step(),
    ):
        # The images of the small data set are no characters: strokes are drawn in their place.
        patch.setattr(page, "EmnistGlyphs", lambda _: stroke_shape)
        patch.setattr(page_network, "WIDTHS", (6, 8))
        patch.setattr(page_network, "DEPTHS", (0, 1))
        yield


@pytest.fixture(scope="module")
def run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a short training on a few pages."""
    output = tmp_path_factory.mktemp("toy-page")
    with small():
        page.train(RECIPE, RunOptions(output, toy_files))
    return output


def test_what_a_training_did_is_recorded(run: Path) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    assert len(metrics["history"]) == 2
    assert all(np.isfinite(row["val_loss"]) for row in metrics["history"])
    assert metrics["recipe"]["pages"] == 6
    assert metrics["crops"]["training"] > metrics["crops"]["validation"] > 0


def test_the_network_learns_what_is_drawn(run: Path) -> None:
    """The middle of a few crops, shown again and again."""
    with np.load(run / "crops-training.npz") as archive, small():
        crops = Crops(**archive)
        keras.utils.set_random_seed(1)
        network = page_network.build(64)
    pixels, cells = slice(32, 96), slice(16, 48)
    images = crops.contrast[:4, pixels, pixels, None].astype(np.float32)
    wanted = {
        name: values[:, cells, cells] for name, values in targets(crops, np.arange(4)).items()
    }
    network.compile(
        keras.optimizers.Adam(0.01),
        loss=page_network.LOSSES,
        loss_weights=page_network.LOSS_WEIGHTS,
        jit_compile=False,
    )
    losses = [
        float(network.train_on_batch(images, wanted, return_dict=True)["loss"]) for _ in range(30)
    ]
    assert losses[-1] < 0.6 * losses[0]


def test_the_network_is_small() -> None:
    assert page_network.build(SIDE).count_params() < 260_000


def test_quantization_ranges_are_set_by_crops_that_were_trained_on(run: Path) -> None:
    crops = {
        name: np.load(run / f"{name}.npz")["contrast"]
        for name in ("calibration", "crops-training", "crops-validation")
    }
    # The first has 0 and 255 in its corner.
    chosen, trained, held = ({crop[1:].tobytes() for crop in crops[name]} for name in crops)
    assert chosen <= trained
    assert not trained & held
    assert crops["calibration"].min() == 0
    assert crops["calibration"].max() == 255


def test_pages_drawn_once_serve_again(
    run: Path, toy_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def draw_no_more(*_: object) -> None:
        raise AssertionError("drawn again")

    monkeypatch.setattr(page, "draw_crops", draw_no_more)
    before = json.loads((run / "metrics.json").read_text())
    assert page.train(RECIPE, RunOptions(run, toy_files, resume=True)) == before


def test_a_run_goes_on_from_another_with_its_crops(
    run: Path, toy_files: Path, tmp_path: Path
) -> None:
    others = [{"pages": 6, "seed": 1}]
    recipe = replace(RECIPE, pages=1, validation_pages=1, epochs=1, seed=7, learning_rate=0.0)
    recipe, output = replace(recipe, others=others), tmp_path / "next"
    start = run / "model.keras"
    with small():
        page.train(recipe, RunOptions(output, toy_files), start, [run])
    before = json.loads((run / "metrics.json").read_text())
    metrics = json.loads((output / "metrics.json").read_text())
    for part in ("training", "validation"):
        with np.load(output / f"crops-{part}.npz") as own:
            assert metrics["crops"][part] == len(own["boxes"]) + before["crops"][part]
    assert metrics["recipe"]["others"] == others
    assert metrics["started_from"]["recipe"] == before["recipe"]
    # At a learning rate of zero weights stay what they were.
    weights = [
        checkpoints.load(path, page_network.CUSTOM_OBJECTS).trainable_variables
        for path in (start, output / "model.keras")
    ]
    for one, other in zip(*weights, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(other))


def test_a_run_goes_on_from_an_exported_network(run: Path, toy_files: Path, tmp_path: Path) -> None:
    model = load_with_depth_to_space(run / "model.keras")
    with np.load(run / "calibration.npz") as seen:
        content = convert(model, seen["contrast"])
    start = tmp_path / "page-int8.tflite"
    start.write_bytes(content)
    known = {"recipe": {"pages": 6}, "crops": {"training": 9}, "split": "toy"}
    digest = hashlib.sha256(content).hexdigest()
    sidecar = replace(read_sidecar(MODELS / "page-int8.json"), sha256=digest, provenance=known)
    sidecar.write(tmp_path)
    with np.load(run / "crops-training.npz") as archive, small():
        crops = Crops(**archive)
        went_on = page_network.build(SIDE)
        take_exported(went_on, start, crops.contrast)
        recipe = replace(RECIPE, epochs=1, learning_rate=0.0)
        metrics = page.train(recipe, RunOptions(tmp_path / "next", toy_files), start)
    assert metrics["started_from"] == {name: known[name] for name in ("recipe", "crops")}
    pictures = crops.contrast[:8, ..., None].astype(np.float32)
    before, whole, trains = (
        np.asarray(net(pictures, training=training)["ink"])
        for net, training in ((model, False), (went_on, False), (went_on, True))
    )
    spread = before.std()
    assert np.abs(whole - before).mean() < 0.05 * spread  # weights in int8
    assert np.abs(trains - before).mean() < 0.3 * spread  # of a batch, not of all


def test_an_exported_network_that_is_damaged_is_refused_before_pages_are_drawn(
    toy_files: Path, tmp_path: Path
) -> None:
    start = tmp_path / "page-int8.tflite"
    content = bytearray((MODELS / start.name).read_bytes())
    content[100_000:100_012] = b"\xff" * 12
    start.write_bytes(content)
    output = RunOptions(tmp_path / "next", toy_files)
    with pytest.raises(ModelError, match="no such sidecar"):
        page.train(RECIPE, output, start)
    read_sidecar(MODELS / "page-int8.json").write(tmp_path)
    with pytest.raises(ModelError, match="its SHA-256 is not the one"):
        page.train(RECIPE, output, start)
    assert not output.output.exists()


def test_another_run_that_cannot_be_started_from_is_refused_before_pages_are_drawn(
    toy_tier_run: Path, toy_files: Path, tmp_path: Path
) -> None:
    output = RunOptions(tmp_path / "next", toy_files)
    damaged = tmp_path / "model.keras"
    damaged.write_bytes(b"PK" * 100)
    wrong = {damaged: "damaged", toy_tier_run / "model.keras": "of another network"}
    for start, what in wrong.items():
        with pytest.raises(DataError, match=what):
            page.train(RECIPE, output, start)
    assert not output.output.exists()


def test_what_is_no_exported_page_network_is_refused(run: Path, tmp_path: Path) -> None:
    other = MODELS / "tiny-int8.tflite"
    damaged = tmp_path / "page.tflite"
    damaged.write_bytes(b"TFL3" * 100)
    with np.load(run / "crops-training.npz") as archive, small():
        contrast = archive["contrast"]
        network = page_network.build(SIDE)
        with pytest.raises(DataError, match="of another network"):
            take_exported(network, other, contrast)
        for path, what in ((damaged, "damaged"), (tmp_path / "none.tflite", "not there")):
            with pytest.raises(DataError, match=f"{what}; give the TFLite file"):
                take_exported(network, path, contrast)


def test_the_command_passes_on_what_it_is_told(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []

    def train(*arguments: object) -> object:
        told.extend(arguments)
        return {"history": [{"val_loss": 0.125}]}

    monkeypatch.setattr(page, "train", train)
    start = run / "model.keras"
    options = {"output": tmp_path, "pages": 40, "epochs": 3, "seed": 7, "start": start, "with": run}
    result = CliRunner().invoke(page.main, [f"--{key}={value}" for key, value in options.items()])
    assert result.output == f"{tmp_path}: validation loss 0.1250\n"
    recipe, *rest = told
    assert recipe == page.PageRecipe(
        pages=40,
        validation_pages=2,
        epochs=3,
        seed=7,
        start=hashlib.sha256(start.read_bytes()).hexdigest(),
        others=[{"pages": 6, "seed": 1}],
    )
    assert rest == [RunOptions(tmp_path), start, (run,), None]


def test_pages_of_unipens_texts_join_those_of_emnist(
    toy_files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[tuple[str, bool]] = []

    def draw_text_crops(seed: int, pages: range, texts: TextPages) -> Crops:
        _, _, characters = texts(np.random.default_rng(seed))
        drawn.append(("".join(c.char for c in characters), seed == RECIPE.seed))
        return real(seed, pages, texts)

    real = page_crops.draw_text_crops
    monkeypatch.setattr(page, "draw_text_crops", draw_text_crops)
    recipe = replace(RECIPE, pages=2, validation_pages=1, texts=2, validation_texts=1)
    words = [f"{letter}{letter}" for letter in "ABCDEFGHIJKLMNOP"]
    data = RunOptions(tmp_path, toy_files).load_training(0.1, 1)
    with small():
        none = replace(recipe, texts=0, validation_texts=0)
        alone, _ = page.draw(data, none, tmp_path, texts(*words))
        (tmp_path / "crops-training.npz").unlink()
        (tmp_path / "crops-validation.npz").unlink()
        crops, held = page.draw(data, recipe, tmp_path, texts(*words))
    assert len(crops) > len(alone)
    assert len(held) > 0
    assert [trains for _, trains in drawn] == [True, False]
    # Who is held back does not train.
    apart = page._held_back(texts(*words))
    assert apart.sum() == 2
    for line, trains in drawn:
        word = line[:2]
        assert apart[words.index(word)] != trains


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
    other = (MODELS / "page-int8.tflite").read_bytes()
    monkeypatch.setattr(export_page, "convert", lambda *_: other)
    finds = iter([export_page.Finds(0.9, 0.8), export_page.Finds(0.91, 0.79)])
    monkeypatch.setattr(export_page, "score_maps", lambda *_: next(finds))
    with pytest.raises(ParityError, match=r"loses 1\.00 points of F1 where 0\.5"):
        export_page.export(run, tmp_path, tmp_path / "MODEL_CARD.md")
    assert not list(tmp_path.iterdir())


def test_targets_point_from_each_ink_to_the_middle_of_its_character() -> None:
    drawn = draw_page("MN", size=(300, 200), height=60, seed=4)
    crops = cut(drawn.picture, drawn.lines[0].characters, np.random.default_rng(1))
    wanted = targets(crops, np.array([0]))
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
        page.train(RECIPE, RunOptions(tmp_path / "run", tmp_path))


def test_too_few_pages_to_train_on_are_refused(toy_files: Path, tmp_path: Path) -> None:
    options = ["--pages=1", f"--data={toy_files}", f"--output={tmp_path}"]
    with small():
        result = CliRunner().invoke(page.main, options)
    assert result.exit_code == 1
    assert "do not fill a batch of 16; draw more pages" in result.output
