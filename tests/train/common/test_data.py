from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge.errors import DataError, OutputError
from train.common.data import RunOptions, hold_back, load_training, open_run, read_json

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_share_of_each_class_is_held_back() -> None:
    labels = np.repeat(np.arange(5, dtype=np.uint8), [1000, 100, 50, 30, 10])
    kept, held = hold_back(labels, 0.1, seed=3)
    assert sorted([*kept, *held]) == list(range(len(labels)))
    assert np.bincount(labels[held]).tolist() == [100, 10, 5, 3, 1]
    assert np.array_equal(held, hold_back(labels, 0.1, seed=3)[1])
    assert not np.array_equal(held, hold_back(labels, 0.1, seed=4)[1])


def test_the_part_at_hand_is_taken(toy_data: Path) -> None:
    data = load_training(None, toy_data, 200, 0.1, seed=1)
    assert data.split == "bymergepart"
    assert len(data.samples) == len(data.kept) + len(data.held) == 200
    assert data.record()["limit"] == 200
    with pytest.raises(DataError, match="emnist-bymerge-train"):
        load_training("bymerge", toy_data, None, 0.1, seed=1)


def test_a_run_goes_on_with_its_own_recipe_and_data_only(toy_data: Path, tmp_path: Path) -> None:
    data = load_training(None, toy_data, None, 0.1, seed=1)
    output, done = tmp_path / "run", tmp_path / "run" / "tanh" / "done.json"

    def begin(depths: tuple[int, ...], *, resume: bool) -> dict[str, object]:
        return open_run(
            RunOptions(output, resume=resume), data, {"depths": depths}, ("*/done.json",)
        )

    run = begin((1, 2), resume=True)
    assert read_json(output / "run.json")["split"] == run["split"]
    with np.load(output / "validation.npz") as archive:
        assert np.array_equal(archive["indices"], data.held)
    done.parent.mkdir()
    done.touch()
    begin((1, 2), resume=True)
    with pytest.raises(DataError, match="another recipe"):
        begin((1, 3), resume=True)
    assert done.exists()
    begin((1, 3), resume=False)
    assert not done.exists()


@pytest.mark.parametrize("content", [None, b"", b'{"epochs": ', b"\xff"])
def test_a_damaged_json_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "history.json"
    if content is not None:
        path.write_bytes(content)
    what = "not there" if content is None else "damaged"
    with pytest.raises(DataError, match=rf"history\.json: {what}; train anew"):
        read_json(path)


def test_a_folder_that_cannot_be_made_is_named(toy_data: Path, tmp_path: Path) -> None:
    data = load_training(None, toy_data, 200, 0.1, seed=1)
    output = tmp_path / "taken"
    output.write_text("by a file")
    with pytest.raises(OutputError, match="taken: cannot be written to"):
        open_run(RunOptions(output), data, {"epochs": 2}, ("history.json",))
    with pytest.raises(OutputError, match="run: cannot be written to"):
        open_run(RunOptions(output / "run", resume=True), data, {"epochs": 2}, ("history.json",))
