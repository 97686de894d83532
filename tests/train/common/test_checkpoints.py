from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest

from emnist_edge.errors import DataError
from train.common import checkpoints

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

FIRST, SECOND = {"loss": 0.5}, {"loss": 0.25}


class KilledError(Exception):
    """In place of the signal, which would end the tests, too."""


def network(weight: float) -> keras.Model:
    inputs = keras.Input((1,))
    outputs = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(inputs)
    model = keras.Model(inputs, outputs)
    model.set_weights([np.array([[weight]], np.float32)])
    return model


def test_what_is_kept_last_is_gone_on_from(tmp_path: Path) -> None:
    assert checkpoints.latest(tmp_path) == (None, [])
    checkpoints.keep(network(1), [FIRST], tmp_path)
    checkpoints.keep(network(2), [FIRST, SECOND], tmp_path)
    model, history = checkpoints.latest(tmp_path)
    assert model is not None
    assert model.get_weights()[0].item() == 2
    assert history == [FIRST, SECOND]
    assert len(list(tmp_path.glob("*.keras"))) == 1


def while_saving(patch: pytest.MonkeyPatch) -> None:
    def save(model: keras.Model, path: Path) -> None:
        path.write_bytes(b"PK half a model")
        raise KilledError

    patch.setattr(keras.Model, "save", save)


def between_model_and_history(patch: pytest.MonkeyPatch) -> None:
    def write_json(path: Path, content: object) -> None:
        raise KilledError

    patch.setattr(checkpoints, "write_json", write_json)


@pytest.mark.parametrize("killed", [while_saving, between_model_and_history])
def test_an_epoch_whose_checkpoint_is_not_complete_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: Callable[[pytest.MonkeyPatch], None]
) -> None:
    checkpoints.keep(network(1), [FIRST], tmp_path)
    with monkeypatch.context() as patch:
        killed(patch)
        with pytest.raises(KilledError):
            checkpoints.keep(network(2), [FIRST, SECOND], tmp_path)
    model, history = checkpoints.latest(tmp_path)
    assert model is not None
    assert model.get_weights()[0].item() == 1
    assert history == [FIRST]
    checkpoints.keep(network(3), [FIRST, SECOND], tmp_path)
    model, history = checkpoints.latest(tmp_path)
    assert model is not None
    assert model.get_weights()[0].item() == 3
    assert len(history) == 2


def test_a_model_that_could_not_be_saved_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoints.save(network(1), tmp_path / "best.keras")
    while_saving(monkeypatch)
    with pytest.raises(KilledError):
        checkpoints.save(network(2), tmp_path / "best.keras")
    kept = keras.models.load_model(tmp_path / "best.keras")
    assert kept.get_weights()[0].item() == 1


@pytest.mark.parametrize("content", [None, b"", b"PK half a model"])
def test_a_checkpoint_that_is_missing_or_damaged_is_named(
    tmp_path: Path, content: bytes | None
) -> None:
    checkpoints.keep(network(1), [FIRST], tmp_path)
    path = tmp_path / "epoch-1.keras"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    what = "not there" if content is None else "damaged"
    with pytest.raises(DataError, match=rf"epoch-1\.keras: {what}; train anew"):
        checkpoints.latest(tmp_path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_checkpoint_that_is_cut_is_named(tmp_path: Path, share: float) -> None:
    checkpoints.keep(network(1), [FIRST], tmp_path)
    path = tmp_path / "epoch-1.keras"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(DataError, match=r"epoch-1\.keras: damaged; train anew"):
        checkpoints.latest(tmp_path)
