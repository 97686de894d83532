from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge import Reader
from emnist_edge.dataset.unipen.characters import Texts, make_characters
from emnist_edge.dataset.unipen.packed import load_texts, save
from evaluate import peers
from evaluate.lines import draw_samples, main, read_samples, with_total
from tests.pen_strokes import character, several, texts

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Fake:
    """A peer that reads the same from every picture."""

    name = "fake 1.0"

    def read(self, picture: NDArray[np.uint8]) -> str:
        assert picture.ndim == 3
        return "XXXXXX XXXXXX\n:"


@pytest.fixture
def unipen(tmp_path: Path) -> Path:
    """Folder of a text of twelve X, and of one with a symbol, which is written as an X."""
    save(tmp_path, "heldout", several(), texts("X" * 12, "X" * 12 + ":"))
    return tmp_path


def cells_of(output: str) -> list[dict[str, str]]:
    """Return the rows of all tables in Markdown."""
    rows = []
    head: list[str] = []
    for line in output.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == "reader":
            head = cells
        elif line.startswith("| "):
            rows.append(dict(zip(head, cells, strict=True)))
    return rows


def test_models_and_peers_read_the_same_lines(
    unipen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "PEERS", {"fake": Fake})
    monkeypatch.setattr(peers, "installed", lambda: ["fake"])
    scores, output = tmp_path / "scores.json", tmp_path / "out"
    arguments = ["small-int8", "--unipen", str(unipen), "--pens", "stylus"]
    result = CliRunner().invoke(main, [*arguments, "--json", str(scores), "--output", str(output)])
    assert result.exit_code == 0, result.output
    rows = cells_of(result.output)
    own, with_symbols = (
        next(r for r in rows if (r["reader"], r["pen"], r["drawn"]) == ("small-int8", "stylus", d))
        for d in ("letters and digits", "all")
    )
    assert (own["texts"], own["characters"], own["CER"]) == ("2", "24", "0.00 %")
    assert own["box recall"] == own["box precision"] == "100.00 %"
    # The colon is an X, and read as one.
    assert with_symbols["CER"] == "4.17 %"
    assert with_symbols["CER with symbols"] == "4.00 %"
    peer = next(r for r in rows if r["reader"] == "fake 1.0" and r["drawn"] == "all")
    assert (peer["CER"], peer["CER with symbols"]) == ("0.00 %", "4.00 %")  # one too many
    assert (peer["box recall"], peer["ECE"]) == ("-", "-")
    causes = [row for row in rows if "mark lost" in row and row["pen"] == "stylus"]
    assert [row["mark"] for row in causes] == ["0", "1"]
    assert sorted(path.name for path in output.iterdir()) == ["stylus-symbols-0003.png"]
    content = json.loads(scores.read_text())
    assert content["small-int8"]["stylus all"]["causes"]["mark"] == 1
    assert content["fake 1.0"]["all pens all"]["texts"] == 2


def test_orders_of_lines_do_not_count_but_are_told() -> None:
    """A line below, written first: read from the top, its edits are said to be of the order."""
    found = [
        character("X", *[
            (part * 0.3 + (400 * (place % 6), 900 if place < 6 else 0)).astype(np.int32)
            for part in character("X").strokes
        ])
        for place in range(12)
    ]  # fmt: skip
    labels = [*"ABCDEF", *"XXXXXX"]  # what is read, all X, has six edits in the best order
    named = [character(label, *each.strokes) for label, each in zip(labels, found, strict=True)]
    one = Texts(make_characters(named), np.array([0, 12]), np.ones(1, bool))
    tallies = read_samples(list(draw_samples(one, 1, ["stylus"])), Reader())
    tally = with_total(tallies)["all pens", False]
    assert tally.edits == 6
    assert tally.causes["misread"] == 6
    assert tally.hits == tally.boxes == 12


def test_bad_options_are_said(unipen: Path) -> None:
    pens = CliRunner().invoke(main, ["small-int8", "--pens", "quill"])
    assert pens.exit_code == 2
    assert "'quill' is none of ballpoint" in pens.output
    missing = CliRunner().invoke(main, ["nobody", "--unipen", str(unipen), "--peers", "none"])
    assert missing.exit_code == 1
    assert missing.output.count("\n") == 1


def test_lines_of_real_people_are_read(unipen_data: Path) -> None:
    """On five of the held-out texts: far off where lines are drawn wrongly."""
    samples = list(draw_samples(load_texts("heldout", unipen_data), 5, ["stylus"]))
    tallies = read_samples([sample for sample in samples if not sample[0][1]], Reader())
    row = tallies["stylus", False].row()
    assert (row["CER"] or 1) < 0.25
    assert (row["box recall"] or 0) > 0.85
    assert (row["box precision"] or 0) > 0.85
