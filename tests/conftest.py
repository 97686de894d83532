"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset import emnist
from emnist_edge.dataset.emnist import DATA_VARIABLE
from emnist_edge.dataset.unipen.packed import UNIPEN_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from selenium.webdriver import Chrome

    from train import forest, mlp
    from train.cnn import Recipe
    from train.tiers import recipe
    from train.tiers.architectures import Net

# One thread adds up in one order: two runs of a network on one machine give the same.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

# Nothing depends on the clock, nor on luck: what properties are tried with is the same each time.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def emnist_data() -> Path:
    """Folder of the IDX files, or a skip where there is none."""
    candidates = [_DATA, ROOT.parent / "shared" / "emnist"]
    for candidate in candidates:
        if candidate and Path(candidate).is_dir():
            return Path(candidate)
    pytest.skip(f"EMNIST is not at hand: set {DATA_VARIABLE}")


@pytest.fixture(scope="session")
def unipen_data() -> Path:
    """Folder of UNIPEN's packed files, or a skip where there is none."""
    for candidate in (os.environ.get(UNIPEN_VARIABLE), ROOT.parent / "shared" / "unipen"):
        if candidate and Path(candidate).is_dir():
            return Path(candidate)
    pytest.skip(f"UNIPEN is not at hand: set {UNIPEN_VARIABLE}")


CHROMIUM = (
    "headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
    "disable-background-networking", "disable-component-update", "disable-sync",
    "disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chrome]:
    """Headless Chromium, for all tests of a process."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium is not at hand: chromium, chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in CHROMIUM:
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chrome = webdriver.Chrome(options=options, service=Service(driver))
    yield chrome
    chrome.quit()


@pytest.fixture
def chrome(chromium: Chrome) -> Chrome:
    """Headless Chromium as large as a desktop's, with an empty page, and nothing in its log."""
    chromium.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.set_window_size(1280, 1400)
    chromium.get("about:blank")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    return chromium


_DATA = os.environ.pop(DATA_VARIABLE, None)  # tests that want the real data ask for the fixture


@contextmanager
def stopped_after_an_epoch() -> Iterator[None]:
    """Stop the training inside once the first epoch's checkpoint is written, which is said."""

    class StoppedError(Exception):
        pass

    def stop(message: str, *, err: bool = False) -> None:
        if not err:  # which says what begins
            raise StoppedError(message)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("click.echo", stop)
        with pytest.raises(StoppedError, match="epoch 1"):
            yield


@contextmanager
def step_by_step() -> Iterator[None]:
    """Run networks operation by operation: to compile a short training takes longer than it."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write ``array`` as an IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    path.write_bytes(header + array.tobytes())


def toy_images(labels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return images (N, 28, 28), each filled with the pattern of its class, and some noise.

    A pattern is told by its parts wherever they are, as by networks that average over places.
    """
    patterns = np.random.default_rng(0).integers(0, 2, (100, 7, 7), dtype=np.uint8)
    images = rng.integers(0, 40, (len(labels), 28, 28), dtype=np.uint8)
    return images + 215 * np.tile(patterns, (1, 4, 4))[labels]


#: Of the 188 test images of the small data set, these many have another's label.
MISLABELLED = 8


@pytest.fixture(scope="session")
def toy_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a small data set in files with the names of ByMerge's."""
    folder = tmp_path_factory.mktemp("toy-emnist")
    rng = np.random.default_rng(5)
    for stem, count in (("bymergepart-train", 940), ("bymerge-test", 188)):
        labels = rng.permutation(np.arange(count) % 47).astype(np.uint8)
        images = toy_images(labels, rng)
        if stem == "bymerge-test":
            labels[:MISLABELLED] = (labels[:MISLABELLED] + 1) % 47
        write_idx(folder / f"emnist-{stem}-images-idx3-ubyte", images.transpose(0, 2, 1).copy())
        write_idx(folder / f"emnist-{stem}-labels-idx1-ubyte", labels)
    mapping = "".join(f"{index} {ord(char)}\n" for index, char in enumerate(BYMERGE))
    (folder / "emnist-bymerge-mapping.txt").write_text(mapping)
    return folder


def waive_official_numbers(patch: pytest.MonkeyPatch) -> None:
    """Let files of any number of images and any hash stand for ByMerge's."""
    waived = emnist.Split("bymerge", 47, None, None, "bymerge")
    patch.setitem(emnist.SPLITS, "bymerge", waived)
    patch.setattr(emnist, "KNOWN_SHA256", {})


@pytest.fixture
def toy_data(toy_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the small data set, with the official numbers and hashes of ByMerge waived."""
    waive_official_numbers(monkeypatch)
    return toy_files


def teach_networks(patch: pytest.MonkeyPatch) -> None:
    """Let networks know the small data set without training: see :mod:`tests.taught`."""
    from tests.taught import teach

    waive_official_numbers(patch)
    patch.setattr("train.common.loop.train_epoch", teach)


@pytest.fixture
def taught_data(toy_data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the small data set, which networks know without training."""
    teach_networks(monkeypatch)
    return toy_data


@pytest.fixture(scope="session")
def toy_run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of the CNN, as if trained on the small data set."""
    from train import cnn
    from train.common.data import RunOptions

    output = tmp_path_factory.mktemp("toy-run")
    with pytest.MonkeyPatch.context() as patch:
        teach_networks(patch)
        cnn.train(toy_recipe(), RunOptions(output, toy_files))
    return output


def toy_recipe() -> Recipe:
    """Return the recipe of the CNN on the small data set."""
    from train.cnn import Recipe

    return Recipe(epochs=3, batch=50, learning_rate=0.003)


def last_weights(run: Path) -> list[NDArray[np.float32]]:
    """Return the weights of the last checkpoint in the folder ``run``."""
    from train.common import checkpoints

    model, _ = checkpoints.latest(run)
    assert model is not None
    return list(model.get_weights())


@pytest.fixture(scope="session")
def toy_mlp_run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of the networks of one hidden layer, as if trained on the small data set."""
    from train import mlp
    from train.common.data import RunOptions

    output = tmp_path_factory.mktemp("toy-mlp")
    with pytest.MonkeyPatch.context() as patch:
        teach_networks(patch)
        mlp.train(toy_mlp_recipe(), RunOptions(output, toy_files))
    return output


def toy_mlp_recipe() -> mlp.Recipe:
    """Return the recipe of the networks of one hidden layer on the small data set."""
    from train.mlp import Recipe

    return Recipe(epochs=3, batch=20, learning_rate=0.003, units=32)


@pytest.fixture(scope="session")
def toy_tier_run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of the smallest tier, as if trained on the small data set."""
    from train import tier
    from train.common.data import RunOptions

    output = tmp_path_factory.mktemp("toy-tier")
    with pytest.MonkeyPatch.context() as patch:
        teach_networks(patch)
        tier.train("tiny", toy_net(), toy_tier_recipe(), RunOptions(output, toy_files))
    return output


@pytest.fixture(scope="session")
def toy_tier_models(
    toy_tier_run: Path, toy_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Folder of the smallest tier, as it is exported, and its card."""
    from export import tier

    output = tmp_path_factory.mktemp("toy-tiers")
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        tier.export("tiny", toy_tier_run, output, output / "MODEL_CARD.md", toy_files)
    return output


def toy_net() -> Net:
    """Return a small architecture."""
    from train.tiers.architectures import Net

    return Net(8, ((16,), (24, 48)), separable=True)


def toy_tier_recipe() -> recipe.Recipe:
    """Return the recipe of a tier on the small data set."""
    from train.tiers.recipe import Recipe

    return Recipe(epochs=3, batch=40, learning_rate=0.01, augmentation=None)


@pytest.fixture(scope="session")
def toy_forest_run(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output folder of forests grown on the small data set."""
    from train import forest
    from train.common.data import RunOptions

    output = tmp_path_factory.mktemp("toy-forest")
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        forest.train(toy_forest_recipe(), RunOptions(output, toy_files))
    return output


@pytest.fixture(scope="session")
def toy_models(
    toy_files: Path,
    toy_run: Path,
    toy_mlp_run: Path,
    toy_forest_run: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Folder of the CNN, the network of one hidden layer and the forest as exported; their card."""
    from export import cnn, forest, mlp

    output = tmp_path_factory.mktemp("toy-models")
    card = output / "MODEL_CARD.md"
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        cnn.export(toy_run, output, card, toy_files)
        mlp.export(toy_mlp_run, output, card, toy_files)
        forest.export(toy_forest_run, output, card, toy_files)
    return output


def toy_forest_recipe() -> forest.Recipe:
    """Return the recipe of the small forests."""
    from train import forest

    return forest.Recipe(
        trees=8,
        sweep_trees=4,
        depths=(3, 10),
        edges=(forest.Edge(4, 28), forest.Edge(60, 28)),
        edge_nodes=3000,
        edge_trees=10,
    )
