from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.benchmark.parts import Parts
from emnist_edge.errors import OutputError

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = {"seed": 1, "models": {"toy": "ab"}, "suites": ["noise"]}


def measured() -> tuple[Any, dict[str, Any]]:
    return {"hash": "ab"}, {"predicted": np.arange(6, dtype=np.uint8).reshape(2, 3)}


def test_a_part_is_measured_once(tmp_path: Path) -> None:
    parts = Parts(tmp_path, SETTINGS, resume=False)
    assert not parts.has("noise-blur")
    parts.finish("noise-blur", measured)
    again = Parts(tmp_path, SETTINGS, resume=True)
    assert again.has("noise-blur")
    again.finish("noise-blur", lambda: pytest.fail("measured twice"))
    assert again.read("noise-blur") == {"hash": "ab"}
    assert np.array_equal(again.read_arrays("noise-blur")["predicted"], [[0, 1, 2], [3, 4, 5]])


def test_a_part_that_was_stopped_is_none(tmp_path: Path) -> None:
    parts = Parts(tmp_path, SETTINGS, resume=False)

    def stopped() -> tuple[Any, dict[str, Any]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        parts.finish("noise-blur", stopped)
    assert not parts.has("noise-blur")
    # Nor is one whose arrays were written and whose figures were not.
    (tmp_path / "parts" / "noise-blur.npz").write_bytes(b"half")
    assert not parts.has("noise-blur")
    parts.finish("noise-blur", measured)
    assert parts.read_arrays("noise-blur")["predicted"].shape == (2, 3)


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    Parts(tmp_path, SETTINGS, resume=False)
    with pytest.raises(OutputError, match="holds a benchmark already; go on with it by --resume"):
        Parts(tmp_path, SETTINGS, resume=False)


def test_other_settings_are_named_and_not_mixed(tmp_path: Path) -> None:
    Parts(tmp_path, SETTINGS, resume=False)
    other = {**SETTINGS, "seed": 2, "models": {"toy": "cd"}}
    with pytest.raises(OutputError, match=r"other settings \(models, seed\)"):
        Parts(tmp_path, other, resume=True)


def test_resume_starts_where_there_is_nothing(tmp_path: Path) -> None:
    Parts(tmp_path / "new" / "folder", SETTINGS, resume=True)
    found = json.loads((tmp_path / "new" / "folder" / "parts" / "settings.json").read_text())
    assert found == SETTINGS


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"PK\x03\x04"])
def test_damaged_parts_are_named(tmp_path: Path, content: bytes) -> None:
    parts = Parts(tmp_path, SETTINGS, resume=False)
    parts.finish("noise-blur", measured)
    for suffix in (".json", ".npz"):
        (tmp_path / "parts" / f"noise-blur{suffix}").write_bytes(content)
    with pytest.raises(OutputError, match=r"noise-blur\.json: cannot be read .*; delete it"):
        parts.read("noise-blur")
    with pytest.raises(OutputError, match=r"noise-blur\.npz: cannot be read .*; delete it"):
        parts.read_arrays("noise-blur")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file: cannot be written .*; name another folder"):
        Parts(tmp_path / "file", SETTINGS, resume=False)
