from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from emnist_edge.errors import DataError, FormError, OutputError
from emnist_edge.files import (
    open_regular,
    read_file,
    read_within,
    write_json,
    writing_to,
    written_whole,
)


def write(path: Path, text: str) -> None:
    with written_whole(path) as part:
        part.write_text(text)


def test_what_could_not_be_written_whole_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    write(path, "1")

    def write_half() -> None:
        with written_whole(path) as part:
            assert part.suffix == path.suffix
            part.write_text("{half of it")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_text() == "1"
    assert list(tmp_path.iterdir()) == [path]
    write(path, "2")
    assert path.read_text() == "2"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_take_its_place_is_not_left_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "taken.json"
    (folder / "by a folder").mkdir(parents=True)
    with pytest.raises(OSError, match="taken"):
        write(folder, "1")
    assert list(tmp_path.iterdir()) == [folder]


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link, real = tmp_path / "link.json", tmp_path / "kept" / "real.json"
    link.symlink_to("kept/real.json")
    for text in ("1", "2"):  # the first time, there is nothing yet
        write(link, text)
        assert link.is_symlink()
        assert real.read_text() == text
    assert list(real.parent.iterdir()) == [real]


def test_a_pipe_that_nobody_writes_to_is_no_file_to_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(DataError, match=r"pipe\.yaml: is no file; write a list to one"):
        read_within(tmp_path / "pipe.yaml", 9, DataError, what="a list", larger="is too large")


def test_what_cannot_be_read_is_named_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "count.txt"
    with pytest.raises(DataError, match=r"count\.txt: not there; count again"):
        read_file(path, lambda path: int(path.read_text()), "count again")
    path.write_text("a few")
    with pytest.raises(DataError, match=r"count\.txt: damaged; count again"):
        read_file(path, lambda path: int(path.read_text()), "count again")
    path.write_text("12")
    assert read_file(path, lambda path: int(path.read_text()), "count again") == 12


def test_only_files_are_opened_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path("/dev/zero")):
        with pytest.raises(FormError, match=f"^{path}: is no file; move it away$"):
            open_regular(path, FormError, "move it away")
        with pytest.raises(FormError, match="is no file; write words to one"):
            read_within(path, 9, FormError, what="words", larger="is larger")
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none", FormError, "")
    with pytest.raises(FormError, match=r"cannot be read \(embedded null"):
        open_regular(tmp_path / "a\0", FormError, "")
    (tmp_path / "a").write_bytes(b"12")
    assert read_within(tmp_path / "a", 2, FormError, what="words", larger="is larger") == b"12"
    with pytest.raises(FormError, match="a: is larger"):
        read_within(tmp_path / "a", 1, FormError, what="words", larger="is larger")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("by a file")
    message = r"taken: cannot be written to \(File exists\)"
    with pytest.raises(OutputError, match=message), writing_to(taken):
        taken.mkdir()


def test_figures_are_written_as_json_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    write_json(path, {"text": "é", "loss": 0.5})
    assert json.loads(path.read_bytes()) == {"text": "é", "loss": 0.5}
    with pytest.raises(OutputError, match=r"metrics\.json: a figure for it is not finite"):
        write_json(path, {"loss": float("nan")})
    assert json.loads(path.read_bytes())["loss"] == 0.5
    assert list(tmp_path.iterdir()) == [path]
    write_json(path, {"name": "\udcff.png"})  # a name of a file that is no text
    assert json.loads(path.read_bytes()) == {"name": "\udcff.png"}
    with pytest.raises(OutputError, match=r"absent/metrics\.json: cannot be written \(No such"):
        write_json(tmp_path / "absent" / "metrics.json", {})
