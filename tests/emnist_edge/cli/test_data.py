from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from emnist_edge.cli.main import cli
from emnist_edge.dataset.unipen import packed
from emnist_edge.dataset.unipen.characters import make_characters
from emnist_edge.errors import DataError
from tests.emnist_edge.dataset.unipen.test_distribution import write
from tests.pen_strokes import character, cross, stroke, texts

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_left_out_is_counted_by_kind(tmp_path: Path) -> None:
    found = [character("X", *cross(n)) for n in range(3)]
    found += [character("T", stroke((0, 0), (9, 1000))), character("X", *cross(1))]
    for part in ("train", "heldout"):
        packed.save(tmp_path, part, make_characters(found), texts("AB", clean=False))
    result = CliRunner().invoke(cli, ["data", "unipen", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[: len(lines) // 2] == [
        "characters-train: 3 of 5 characters are kept; left out are",
        "        1  a line, where the label is no line",
        "        1  the same points under the same label again",
        "texts-train: 2 of 2 characters are kept",
        "  and 1 of 1 texts, whose size is uncertain or whose words are written over each other",
    ]
    assert [line.replace("heldout", "train") for line in lines[len(lines) // 2 :]] == lines[
        : len(lines) // 2
    ]


def test_a_distribution_is_packed_with_writers_held_out(tmp_path: Path) -> None:
    for number in range(8):
        write(tmp_path / "raw", f"3/app/{number}.dat", f"Otto{number}")
    output = tmp_path / "packed"
    command = ["data", "unipen", str(tmp_path / "raw"), "--output", str(output)]
    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert result.exit_code == 0
    assert "characters-heldout: 2 of 3 characters are kept" in result.stdout
    assert len(packed.load_characters("train", output)) == 21
    assert len(packed.load_texts("heldout", output)) == 1
    assert not any(b"Otto" in path.read_bytes() for path in output.iterdir())
    write(tmp_path / "raw", "3/app/bad.dat", "w", labels='.SEGMENT CHARACTER 9 ? "L"\n')
    result = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert result.exit_code == 1
    assert "bad.dat: has a segment of '9'" in result.stderr
    assert len(packed.load_characters("train", output)) == 21


@pytest.mark.parametrize("packing", [False, True])
def test_what_is_missing_is_named(tmp_path: Path, packing: bool) -> None:
    more = ["--output", str(tmp_path / "packed")] if packing else []
    result = CliRunner().invoke(cli, ["data", "unipen", str(tmp_path / "none"), *more])
    assert isinstance(result.exception, DataError)
    assert "none" in str(result.exception)


def test_fetch_knows_the_six_splits() -> None:
    result = CliRunner().invoke(cli, ["data", "fetch", "everything"])
    assert result.exit_code == 2
    for split in ("byclass", "bymerge", "balanced", "letters", "digits", "mnist"):
        assert split in result.stderr
