"""A network with classes for symbols and for what is no character goes the whole way."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from emnist_device.runtime.engine import Engine
from emnist_edge import Decoding, Reader
from emnist_edge.alphabet import BYCLASS, BYMERGE, NOTHING, SYMBOLS
from emnist_edge.artifact import read_sidecar
from emnist_edge.cli.main import cli
from emnist_edge.dataset import emnist
from emnist_edge.dataset.unipen.characters import make_characters
from emnist_edge.dataset.unipen.packed import save
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import DataError, ParityError
from emnist_edge.scoring.metrics import balance
from export import network, tier
from export.run import read_run
from tests.conftest import (
    MISLABELLED,
    teach_networks,
    toy_images,
    toy_net,
    toy_tier_recipe,
    waive_official_numbers,
)
from tests.pen_strokes import character, cross, texts
from train.common.data import RunOptions
from train.tiers.mixture import Blend
from train.tiers.writers import Writers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_edge.dataset.unipen.characters import Characters

pytestmark = pytest.mark.filterwarnings("default")  # TensorFlow's are not ours to mend

ALPHABET = BYMERGE + SYMBOLS + NOTHING
#: What each of eight writers wrote: letters, and all symbols but the two that are put together.
WRITTEN = "aC57" + "".join(char for char in SYMBOLS if char not in '"€')


@pytest.fixture(scope="module")
def run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of a network of all classes, as if trained on two small data sets."""
    from train import tier as training

    folder = tmp_path_factory.mktemp("toy-symbols")
    written = [
        character(label, *cross(len(WRITTEN) * writer + place), writer=writer)
        for writer in range(8)
        for place, label in enumerate(WRITTEN)
    ]
    save(folder, "train", make_characters(written), texts("ab"))
    rng = np.random.default_rng(8)

    def draw(characters: Characters, seed: int) -> NDArray[np.uint8]:
        labels = [ALPHABET.index(label.upper() if label != "a" else "a")
                  for label in characters.labels.tolist()]  # fmt: skip
        return toy_images(np.array(labels, np.uint8), rng)

    def draw_nothing(_: object, things: Sequence[Any], seed: int) -> NDArray[np.uint8]:
        return toy_images(np.full(len(things), ALPHABET.index(NOTHING), np.uint8), rng)

    with pytest.MonkeyPatch.context() as patch:
        teach_networks(patch)
        patch.setattr("train.tiers.written.unipen_glyphs", draw)
        patch.setattr("train.tiers.penned.Penned.glyphs", draw_nothing)
        blend = Blend(symbols=True, drawings=1, nothings=12, held=5, counters=0)
        writers = Writers(folder, blend)
        options = RunOptions(folder / "run", toy_files)
        training.train("tiny", toy_net(), toy_tier_recipe(), options, (), writers)
    return folder / "run"


@pytest.fixture(scope="module")
def models(run: Path, toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the network as it is exported, and its card."""
    output = tmp_path_factory.mktemp("toy-symbols-models")
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        tier.export("tiny", run, output, output / "MODEL_CARD.md", toy_files)
    return output


@pytest.fixture
def converted(models: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let conversion give the files of ``models``. Returns what set int8's ranges."""
    seen: list[Any] = []

    def convert(_: object, calibration: NDArray[np.uint8] | None) -> bytes:
        kind = "float32" if calibration is None else "int8"
        if calibration is not None:
            seen.append(calibration)
        return (models / f"tiny-{kind}.tflite").read_bytes()

    monkeypatch.setattr(network, "convert", convert)
    return seen


def test_the_sidecar_has_all_classes_and_figures_of_each_source(models: Path, run: Path) -> None:
    artifact = read_sidecar(models / "tiny-int8.json")
    metrics = json.loads((run / "metrics.json").read_text())
    assert artifact.alphabet == metrics["alphabet"] == ALPHABET
    assert len(artifact.class_shares) == len(ALPHABET)
    assert artifact.accuracy["test"]["accuracy"] == pytest.approx(1 - MISLABELLED / 188, abs=1e-6)
    assert list(artifact.recall["test"]) == list(BYMERGE)
    wrong = 188 * (1 - artifact.accuracy["test"]["accuracy"])
    missed = sum(round(4 * (1 - found)) for found in artifact.recall["test"].values())
    assert missed == round(wrong) == MISLABELLED
    written = artifact.accuracy["written"]
    assert written["samples"] == len(WRITTEN) + 2 + 5
    assert written["unipen_accuracy"] == written["symbols_macro_recall"] == 1
    assert written["nothing_refused"] == 1
    assert set(artifact.recall["written"]) == set("aC57" + SYMBOLS + NOTHING)
    facts = artifact.provenance
    assert facts["sources"] == metrics["sources"]
    assert facts["unipen"] == metrics["unipen"]
    assert facts["test_looks"] == 1
    assert facts["images"]["labelled"] == 940
    assert set(facts["parity_written"]) == {"unipen", "symbols", "nothing"}
    assert facts["parity_written"]["symbols"]["samples"] == len(SYMBOLS)
    assert set(facts["range_images"]) == {"emnist", "unipen", "symbols", "nothing"}
    assert min(facts["range_images"].values()) >= 12


def test_the_card_attributes_and_names_what_is_weak(models: Path) -> None:
    card = (models / "MODEL_CARD.md").read_text()
    for said in (
        "doi 10.5281/zenodo.1195803", "CC BY 4.0", "Guyon et al. 1994",
        "940 of 697,932 training images of ByMerge", f"`{SYMBOLS}`", f"`{NOTHING}`",
        "| `tiny` ", "equally common", "| `€` ",
    ):  # fmt: skip
        assert said in card, said
    recall = read_sidecar(models / "tiny-int8.json").recall["test"]
    weakest = min(recall, key=lambda char: recall[char])
    (line,) = [row for row in card.splitlines() if row.startswith("- `tiny-int8`: ")]
    assert f"`tiny-int8`: `{weakest}` {100 * recall[weakest]:.2f} %" in line
    head = card.partition("## Tiny")[0]
    assert f"`{BYMERGE}`" in head
    assert len([row for row in card.splitlines() if row.startswith("| `tiny-int8`")]) == 5


def test_probabilities_are_of_all_classes_and_letters_are_picked(
    models: Path, toy_data: Path
) -> None:
    engine = Engine(models / "tiny-float32.tflite")
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    whole = engine.probabilities(samples.images)
    assert whole.shape == (188, len(ALPHABET))
    letters = engine.read_letters(samples.images)
    assert letters.shape == (188, 47)
    assert letters.sum(axis=1) == pytest.approx(1)
    assert letters == pytest.approx(whole[:, :47] / whole[:, :47].sum(axis=1, keepdims=True))
    shown = ["/", NOTHING]
    labels = np.array([ALPHABET.index(char) for char in shown], np.uint8)
    found = engine.probabilities(toy_images(labels, np.random.default_rng(1)))
    assert [ALPHABET[label] for label in found.argmax(axis=1)] == shown


def test_pages_and_cells_are_read_in_what_is_a_character(models: Path, tmp_path: Path) -> None:
    model = models / "tiny-int8.tflite"
    picture = draw_page("AB 12", size=(400, 200), height=60, seed=3).picture
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), picture)
    for options in ([], ["--single"]):
        done = CliRunner().invoke(
            cli, ["classify", "--json", "--model", str(model), *options, str(path)]
        )
        assert done.exit_code == 0, done.output
        (row,) = [json.loads(line) for line in done.stdout.splitlines()]
        text = row["text"].replace(" ", "").replace("\n", "")
        assert text
        assert set(text) <= set(BYCLASS + SYMBOLS)
        assert NOTHING not in done.stdout
    cell = Reader(model).read_character(picture[:, :100])
    assert cell is not None
    found = {cell.char, *(other.char for other in cell.alternatives)}
    assert found <= set(BYCLASS + SYMBOLS)


def test_a_charset_may_be_of_symbols(models: Path) -> None:
    reader = Reader(models / "tiny-int8.tflite", decoding=Decoding(charset="-/"))
    picture = draw_page("AB 12", size=(400, 200), height=60, seed=4).picture
    assert set("".join(reader.read(picture).text.split())) <= set("-/")


def test_ranges_are_set_by_each_source_alike_and_by_nothing_held_back(
    run: Path, toy_data: Path, tmp_path: Path, converted: list[Any]
) -> None:
    tier.export("tiny", run, tmp_path, tmp_path / "card.md", toy_data)
    (images,) = converted
    told = read_run(run, "train.tier", toy_data)
    assert told.written is not None
    held = {image.tobytes() for image in told.written.images[told.written.held]}
    held |= {image.tobytes() for image in told.images}
    assert not held & {image.tobytes() for image in images}
    shown = {image.tobytes() for image in images}
    for source in ("unipen", "symbols", "nothing"):
        assert {image.tobytes() for image in told.written.learned(source, 12)} <= shown


def test_a_file_that_loses_symbols_is_not_written(
    run: Path, toy_data: Path, tmp_path: Path, converted: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """EMNIST's images are read as before: only the gate of the source can tell."""
    plain = Engine.probabilities

    def without_slash(self: Engine, glyphs: NDArray[np.uint8]) -> NDArray[np.float32]:
        found = plain(self, glyphs)
        found[:, ALPHABET.index("/")] = 0
        return found / found.sum(axis=1, keepdims=True)

    monkeypatch.setattr(Engine, "probabilities", without_slash)
    with pytest.raises(ParityError, match=r"tiny-int8 on symbols loses 3\.33 points"):
        tier.export("tiny", run, tmp_path / "models", tmp_path / "card.md", toy_data)
    assert list((tmp_path / "models").iterdir()) == []


def test_without_the_other_glyphs_emnist_alone_is_measured_and_that_is_said(
    run: Path,
    toy_data: Path,
    tmp_path: Path,
    converted: list[Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    (copy / "written.npz").unlink()
    output = tmp_path / "models"
    artifact, _ = tier.export("tiny", copy, output, tmp_path / "card.md", toy_data)
    assert "has no written.npz; EMNIST alone is measured" in capsys.readouterr().out
    assert set(artifact.provenance["range_images"]) == {"emnist"}
    assert "written" not in artifact.accuracy
    assert artifact.provenance["sources"]
    assert "ranges were set on EMNIST's images alone" in (tmp_path / "card.md").read_text()
    again, _ = tier.export("tiny", copy, output, tmp_path / "card.md", toy_data)
    assert again.provenance["test_looks"] == 2


@pytest.mark.parametrize("spoilt", ["held", "labels", "images"])
def test_glyphs_that_do_not_fit_the_run_are_named(
    run: Path, toy_data: Path, tmp_path: Path, spoilt: str
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    with np.load(run / "written.npz") as archive:
        arrays = dict(archive)
    if spoilt == "held":
        del arrays["held"]
    elif spoilt == "labels":
        arrays["labels"][0] = len(ALPHABET)
    else:
        arrays["images"] = arrays["images"][1:]
    np.savez(copy / "written.npz", **arrays)
    with pytest.raises(DataError, match=r"written\.npz: .*--resume"):
        read_run(copy, "train.tier", toy_data)


def test_classes_that_do_not_begin_with_those_of_emnist_are_refused(
    run: Path, toy_data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run, copy)
    metrics = json.loads((copy / "metrics.json").read_text())
    metrics["alphabet"] = SYMBOLS + BYMERGE
    (copy / "metrics.json").write_text(json.dumps(metrics))
    with pytest.raises(DataError, match="do not begin with EMNIST's"):
        read_run(copy, "train.tier", toy_data)


def test_balanced_figures_are_of_the_47_at_their_shares(models: Path, toy_data: Path) -> None:
    artifact = read_sidecar(models / "tiny-float32.json")
    engine = Engine(models / "tiny-float32.tflite")
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", toy_data)
    shares = np.array(artifact.class_shares[:47])
    equal = balance(engine.read_letters(samples.images), shares / shares.sum())
    right = equal.argmax(axis=1) == samples.labels
    recall = np.mean([right[samples.labels == label].mean() for label in range(47)])
    assert artifact.accuracy["test"]["balanced_recall"] == pytest.approx(recall, abs=1e-6)
