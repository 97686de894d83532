from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.alphabet import BYMERGE
from emnist_edge.artifact import MODELS
from emnist_edge.dataset import emnist
from emnist_edge.dataset.unipen.characters import make_characters
from emnist_edge.dataset.unipen.packed import save
from emnist_edge.errors import DataError, ModelError
from tests.conftest import (
    stopped_after_an_epoch,
    toy_images,
    toy_net,
    toy_tier_recipe,
    write_idx,
)
from tests.pen_strokes import character, cross, texts
from tests.taught import FORGOTTEN
from train import tier
from train.common import checkpoints
from train.common.data import RunOptions, load_training
from train.common.priors import DIGITS
from train.tiers.architectures import TIERS
from train.tiers.mixture import Blend
from train.tiers.photographed import Variation
from train.tiers.recipe import Recipe, Settled
from train.tiers.writers import Writers

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters
    from train.common.checkpoints import History
    from train.common.data import TrainingData

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def test_the_best_epoch_is_kept_and_test_images_are_never_looked_at(toy_tier_run: Path) -> None:
    metrics = json.loads((toy_tier_run / "metrics.json").read_text())
    assert metrics["validation"]["accuracy"] == 1
    assert (metrics["epochs"], metrics["best_epoch"]) == (3, 2)
    assert metrics["images"] == {"training": 846, "validation": 94}
    assert "test" not in metrics
    assert metrics["tier"] == "tiny"
    assert metrics["weight_bytes"] < metrics["most_bytes"] == 16_000
    assert metrics["seen_corruptions"] == []
    assert metrics["recipe"]["teachers"] == []
    digits = sum(metrics["class_shares"][:10])
    assert digits == pytest.approx(DIGITS, abs=1e-4)
    assert (toy_tier_run / "curves.png").stat().st_size > 5000


def test_the_network_that_is_left_computes_in_float32(toy_tier_run: Path) -> None:
    model = keras.models.load_model(toy_tier_run / "model.keras")
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    best = keras.models.load_model(toy_tier_run / "best.keras")
    assert "bfloat16" in {layer.compute_dtype for layer in best.layers}
    assert keras.config.dtype_policy().name == "float32"  # of what is built after it
    for ours, theirs in zip(model.layers[:-1], best.layers[:-1], strict=True):
        for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            assert np.array_equal(one, other)


def test_a_network_that_looks_twice_learns_from_one_look(taught_data: Path, tmp_path: Path) -> None:
    recipe = replace(toy_tier_recipe(), epochs=1)
    net = replace(toy_net(), turned=5.0)
    tier.train("small", net, recipe, RunOptions(tmp_path, taught_data, limit=400))
    model, best = (
        keras.models.load_model(tmp_path / f"{name}.keras") for name in ("model", "best")
    )
    looks = {type(layer) for layer in model.layers} - {type(layer) for layer in best.layers}
    assert keras.layers.Average in looks
    learned = [[layer for layer in m.layers if layer.trainable_weights] for m in (model, best)]
    for ours, theirs in zip(*(layers[:-1] for layers in learned), strict=True):
        for one, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
            assert np.array_equal(one, other)


def test_answers_are_corrected_on_validation_images_once_trained(
    toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = load_training(None, toy_data, None, 0.1, tier.HELD_BACK)
    asked: list[tuple[Any, ...]] = []

    def fit(model: keras.Model, data: TrainingData, recipe: object, output: Path) -> History:
        model.layers[-1].set_weights([np.full_like(w, 3) for w in model.layers[-1].get_weights()])
        checkpoints.save(model, output / "best.keras")
        return [{"validation_accuracy": 0.5}]

    def correct(model: keras.Model, *seen: Any) -> None:
        asked.append(seen)
        kernel, bias = model.layers[-1].get_weights()
        assert (kernel == 3).all()
        model.layers[-1].set_weights([kernel, bias + 4])

    monkeypatch.setattr("train.common.loop.fit", fit)
    monkeypatch.setattr("train.common.priors.correct", correct)
    tier.fit("tiny", toy_net(), toy_tier_recipe(), training, tmp_path)
    ((images, labels, alphabet),) = asked
    samples, held = training.samples, training.held
    assert np.array_equal(images, samples.images[held])
    assert np.array_equal(labels, samples.labels[held])
    assert alphabet == samples.alphabet
    left = keras.models.load_model(tmp_path / "model.keras")
    assert (left.layers[-1].get_weights()[1] == 7).all()


def test_training_goes_on_where_it_was_stopped(taught_data: Path, tmp_path: Path) -> None:
    def run(*, resume: bool) -> dict[str, object]:
        options = RunOptions(tmp_path, taught_data, limit=400, resume=resume)
        return tier.train("tiny", toy_net(), recipe, options)

    recipe = replace(toy_tier_recipe(), epochs=2)
    with stopped_after_an_epoch():
        run(resume=False)
    assert run(resume=True)["epochs"] == 2
    recipe = replace(recipe, smoothing=0.2)
    with pytest.raises(DataError, match="another recipe"):
        run(resume=True)


def test_writers_of_unipen_are_learned_from_beside_emnist(
    taught_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "unipen"
    folder.mkdir()
    written = [character("Rta"[n % 3], *cross(n), writer=n % 8) for n in range(48)]
    save(folder, "train", make_characters(written), texts("ab"))
    rng = np.random.default_rng(1)

    def draw(characters: Characters, seed: int) -> NDArray[np.uint8]:
        labels = [BYMERGE.index(label) for label in characters.labels.tolist()]
        return toy_images(np.array(labels, np.uint8), rng)

    asked: list[tuple[Any, ...]] = []

    def correct(model: keras.Model, images: object, labels: object, *told: Any) -> None:
        asked.append(told)
        kernel, bias = model.layers[-1].get_weights()
        model.layers[-1].set_weights([kernel, bias + np.log(told[1])])

    monkeypatch.setattr("train.tiers.written.unipen_glyphs", draw)
    monkeypatch.setattr("train.common.priors.correct", correct)
    recipe = replace(toy_tier_recipe(), epochs=1)
    writers = Writers(folder, Blend(drawings=1))
    metrics = tier.train(
        "small", toy_net(), recipe, RunOptions(tmp_path / "run", taught_data), (), writers
    )
    assert metrics["images"] == {"training": 846 + 42, "validation": 94, "validation_written": 6}
    assert metrics["recipe"]["blend"]["weights"]["emnist"] == 0.5
    assert metrics["alphabet"] == BYMERGE
    assert metrics["sources"]["unipen_accuracy"] == 1  # of classes that are known by then
    assert set(metrics["sources"]) >= {"validation_accuracy", "unipen_accuracy", "merit"}
    assert sum(metrics["class_shares"]) == pytest.approx(1, abs=1e-4)
    assert (tmp_path / "run" / "glyphs" / "unipen-1.npz").exists()
    ((alphabet, frequencies),) = asked
    assert alphabet == BYMERGE
    assert frequencies[:10].sum() == pytest.approx(DIGITS * 47 / len(frequencies), abs=1e-4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--symbols"], "need --unipen"),
        (["--glyphs", "x"], "need --unipen"),
        (["--unipen", "nowhere"], "characters-train.npz: not there"),
    ],
)
def test_options_of_writers_that_do_not_fit_are_refused(
    toy_data: Path, tmp_path: Path, options: list[str], said: str
) -> None:
    output = ["--output", str(tmp_path / "run"), "--data", str(toy_data)]
    done = CliRunner().invoke(tier.main, ["tiny", *output, *options])
    assert done.exit_code in {1, 2}
    assert said in done.output
    assert "Traceback" not in done.output
    assert not isinstance(done.exception, (OSError, ValueError))


def test_a_pupil_learns_from_its_teacher_and_from_images_without_labels(
    toy_tier_models: Path, taught_data: Path, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for path in taught_data.iterdir():
        (data / path.name).symlink_to(path)
    images = emnist.load(emnist.SPLITS["bymerge"], "test", taught_data).images
    write_idx(data / emnist.UNLABELLED, images[:120].transpose(0, 2, 1).copy())
    recipe = replace(toy_tier_recipe(), epochs=1)
    output = tmp_path / "run"
    teacher = toy_tier_models / "tiny-float32.tflite"
    metrics = tier.train("small", toy_net(), recipe, RunOptions(output, data), [str(teacher)])
    assert metrics["images"] == {"training": 846 + 120, "validation": 94}
    assert list(metrics["unlabelled"]) == [emnist.UNLABELLED]
    assert metrics["recipe"]["teachers"] == [hashlib.sha256(teacher.read_bytes()).hexdigest()]
    assert metrics["validation"]["accuracy"] == pytest.approx(1 - FORGOTTEN[0] / 47)


class Inverted(Variation):
    def __call__(self, images: NDArray[np.uint8], _: np.random.Generator) -> NDArray[np.uint8]:
        return 255 - images


def test_images_are_varied_less_in_the_last_quarter_of_the_epochs() -> None:
    images, answers = np.zeros((50, 28, 28), np.uint8), np.arange(50)
    recipe = Settled(epochs=8, augmentation=Inverted())

    def inverted(recipe: Settled, epoch: int) -> bool:
        shown, said = recipe.vary(images, answers, epoch, np.random.default_rng(1))
        assert np.array_equal(said, answers)
        return bool(shown[:, 0, 0].all())

    assert [inverted(recipe, epoch) for epoch in (0, 5, 6, 7)] == [True, True, False, False]
    assert inverted(replace(recipe, settling=0.0), 7)


#: What is recorded of an epoch in which nothing is learned.
UNTAUGHT = {"validation_accuracy": 0.5, "validation_macro_recall": 0.5, "images_per_second": 1.0}


def test_a_run_that_starts_from_another_says_so(
    toy_tier_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[list[NDArray[np.float32]]] = []

    def note(model: keras.Model, *_: object) -> dict[str, float]:
        begun.append(model.get_weights())
        return UNTAUGHT

    monkeypatch.setattr("train.common.loop.train_epoch", note)
    options = RunOptions(tmp_path, toy_data)
    recipe = replace(toy_tier_recipe(), seed=2, epochs=1)
    metrics = tier.train("tiny", toy_net(), recipe, options, start=toy_tier_run)
    (found,) = begun
    wanted = keras.models.load_model(toy_tier_run / "best.keras").get_weights()
    assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))
    assert metrics["recipe"]["seed"] == 2
    assert metrics["recipe"]["start"]["seed"] == 1
    with pytest.raises(DataError, match=r"run\.json"):
        tier.train("tiny", toy_net(), recipe, options, start=tmp_path / "nowhere")


def test_what_cannot_be_started_from_is_refused_before_glyphs_are_drawn(
    toy_tier_run: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tier, "mix", lambda *_: pytest.fail("drawn"))
    writers, options = Writers(tmp_path, Blend(drawings=1)), RunOptions(tmp_path / "run", toy_data)
    other = replace(toy_net(), stem=9)
    for start, said in (
        (toy_tier_run, "is of another network"),
        (MODELS / "tiny-int8.tflite", "is of another network"),
        (MODELS / "page-int8.tflite", "reads no characters"),
    ):
        with pytest.raises(DataError, match=said):
            tier.train("tiny", other, toy_tier_recipe(), options, (), writers, start)
    assert not (tmp_path / "run").exists()


def test_a_run_that_goes_on_takes_the_weights_of_its_start_no_more(
    toy_tier_run: Path, taught_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*, resume: bool) -> object:
        options = RunOptions(tmp_path, taught_data, limit=400, resume=resume)
        recipe = replace(toy_tier_recipe(), epochs=2)
        return tier.train("tiny", toy_net(), recipe, options, start=toy_tier_run)

    with stopped_after_an_epoch():
        run(resume=False)
    monkeypatch.setattr("train.tiers.starting._load", lambda *_: pytest.fail("taken again"))
    run(resume=True)


def test_a_run_that_starts_from_an_exported_model_says_so(
    toy_tier_models: Path, toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.common.loop.train_epoch", lambda *_: UNTAUGHT)
    start = tmp_path / "tiny-float32.tflite"
    for file in (start.name, "tiny-float32.json"):
        (tmp_path / file).write_bytes((toy_tier_models / file).read_bytes())
    options = RunOptions(tmp_path / "run", toy_data)
    recipe = replace(toy_tier_recipe(), epochs=1)
    metrics = tier.train("tiny", toy_net(), recipe, options, start=start)
    assert metrics["validation"]["accuracy"] > 0.9  # as the exported one knew them
    assert metrics["recipe"]["start"]["sha256"] == hashlib.sha256(start.read_bytes()).hexdigest()
    assert metrics["recipe"]["start"]["seed"] == 1
    start.write_bytes(start.read_bytes()[:-1])
    options = RunOptions(tmp_path / "next", toy_data)
    with pytest.raises(ModelError, match="its SHA-256 is not the one"):
        tier.train("tiny", toy_net(), recipe, options, start=start)


def test_each_tier_is_trained_by_its_own_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = []

    def note(name: str, net: object, recipe: Recipe, *_: object) -> None:
        recipes.append(recipe)
        raise DataError("enough")

    monkeypatch.setattr(tier, "train", note)
    shorter = ["--epochs", "3", "--seed", "7", "--precision", "float32"]
    for arguments in (["small"], ["small", *shorter], ["tiny"], ["small", "--start", "runs/first"]):
        assert CliRunner().invoke(tier.main, arguments).exit_code == 1
    small, short, tiny, again = recipes
    assert small == Settled(TIERS["small"].epochs)
    assert short == Settled(3, seed=7, precision="float32")
    assert tiny == Recipe(TIERS["tiny"].epochs, augmentation=TIERS["tiny"].variation)
    assert type(tiny) is not type(small)
    assert again == replace(small, learning_rate=0.003)


def test_the_command_says_what_it_trained_or_what_is_missing(
    taught_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["--data", str(taught_data), "--epochs", "1", "--limit", "600"]
    done = CliRunner().invoke(tier.main, ["tiny", *options])
    assert done.exit_code == 0, done.output
    assert "runs/tiny: 1" in done.output.splitlines()[-1]
    assert "kB of weights, validation accuracy 0." in done.output.splitlines()[-1]
    metrics = json.loads((tmp_path / "runs" / "tiny" / "metrics.json").read_text())
    assert metrics["seen_corruptions"] == list(TIERS["tiny"].variation.seen())

    missing = CliRunner().invoke(tier.main, ["tiny", *options, "--teacher", "nobody"])
    assert missing.exit_code == 1
    assert missing.output.count("\n") == 1
    assert "no model named 'nobody'; installed: base-float32" in missing.output
