from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from click.testing import CliRunner

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.emnist import Samples
from emnist_edge.dataset.unipen.characters import make_characters
from emnist_edge.dataset.unipen.packed import save
from evaluate import hands
from evaluate.hand_parts import Hands, Model
from evaluate.hand_report import table
from evaluate.hands import draw_hands, measure_emnist, measure_hands, unseen
from tests.pen_strokes import character, cross, texts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

ALPHABET = BYMERGE + "./∅"


def numbered(count: int) -> NDArray[np.uint8]:
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 0, 0] = np.arange(count)
    return images


def model(said: Sequence[str], alphabet: str, prior: NDArray[np.floating], **more: Any) -> Model:
    """Return a model that says ``said`` of images that are numbered, at equal frequencies."""

    def predict(images: NDArray[np.uint8]) -> NDArray[np.float32]:
        indices = [alphabet.index(said[number]) for number in images[:, 0, 0].tolist()]
        answers = (0.01 + np.eye(len(alphabet))[indices]) * prior
        return (answers / answers.sum(axis=1, keepdims=True)).astype(np.float32)

    return Model("toy", alphabet, prior, predict, **more)


def test_hands_are_read_at_equal_frequencies() -> None:
    labels = np.array([*"05aAc", *["."] * 30, *["/"] * 20, "?"])
    read = ["O", "5", "A", "A", "C", *["."] * 15, *["/"] * 15, *["/"] * 20, "."]
    nothing = numbered(58)[56:]  # of which nothing is said, and a letter
    prior = np.linspace(1, 400, len(ALPHABET))
    found = measure_hands(
        model([*read, "∅", "A"], ALPHABET, prior / prior.sum()),
        Hands(numbered(len(labels)), labels, nothing),
    )
    assert found["any of 47"] == pytest.approx(3 / 5)
    assert found["kind known"] == found["digits, kind known"] == 1  # an O is no digit
    assert found["symbols"] == pytest.approx((0.5 + 1) / 2)  # "?" was written once
    assert found["nothing refused"] == 0.5


def test_a_model_without_symbols_is_not_asked_for_them() -> None:
    labels = np.array(["A", "5", "."])
    equal = np.full(47, 1 / 47)
    found = measure_hands(model("A5A", BYMERGE, equal), Hands(numbered(3), labels, numbered(1)))
    assert list(found) == ["any of 47", "kind known", "digits, kind known"]
    assert found["any of 47"] == 1


def test_emnist_is_read_as_bymerge_has_it() -> None:
    labels = np.array([BYMERGE.index(char) for char in "0AAA"], np.uint8)
    samples = Samples(numbered(4), labels, BYMERGE)
    found = measure_emnist(model("OAAA", ALPHABET, np.full(50, 0.02)), samples, np.arange(4))
    assert found["EMNIST"] == pytest.approx(1 - 0.4949, abs=1e-3)  # digits weigh half
    assert found["EMNIST, equal frequencies"] == pytest.approx(0.5)


def test_no_image_is_judged_that_a_run_learned_from() -> None:
    equal = np.full(47, 1 / 47)
    whole = model("A", BYMERGE, equal)
    part = model("A", BYMERGE, equal, trained_on=100, held=np.array([3, 50]))
    held = np.array([3, 40, 99, 100, 120])
    assert unseen([whole], held).tolist() == held.tolist()
    assert unseen([whole, part], held).tolist() == [3, 100, 120]


def test_a_table_has_a_column_for_each_model_and_gaps_where_nothing_is_known() -> None:
    columns = {"small": {"any": 0.5}, "run": {"any": 0.75, "symbols": 0.125}}
    heads, _, *found = map(cells_of, table(columns).splitlines())
    assert heads == ["", "small", "run"]
    assert found == [["any", "50.00 %", "75.00 %"], ["symbols", "-", "12.50 %"]]


def cells_of(line: str) -> list[str]:
    """Return the cells of a row of a table in Markdown."""
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_command_reads_names_and_runs(
    toy_data: Path, toy_tier_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = [character("Aa4.|"[n % 5], *cross(n), writer=n % 3) for n in range(100)]
    save(tmp_path, "heldout", make_characters(written), texts("ab.9", "cd"))
    drawn: list[int] = []

    def draw(things: Sequence[Any], seed: int) -> NDArray[np.uint8]:
        drawn.append(len(things))
        return np.random.default_rng(seed).integers(0, 256, (len(things), 28, 28), np.uint8)

    monkeypatch.setattr(hands, "unipen_glyphs", draw)
    monkeypatch.setattr("train.tiers.penned.Penned.glyphs", lambda _, *given: draw(*given))
    cells, figures = tmp_path / "cells.npz", tmp_path / "figures.json"
    paper = np.full((2, 60, 60), 230, np.uint8)
    paper[:, 10:50, 28:33] = 20
    np.savez(cells, images=paper, labels=np.array(["1", "1"]))
    options = ["--data", str(toy_data), "--unipen", str(tmp_path), "--glyphs", str(tmp_path / "g")]
    options += ["--cells", str(cells), "--json", str(figures)]
    done = CliRunner().invoke(hands.main, ["small-int8", str(toy_tier_run), *options])
    assert done.exit_code == 0, done.output
    first, *lines = done.output.splitlines()
    rows = {row[0]: row[1:] for row in map(cells_of, lines) if len(row) > 1}
    assert first == "UNIPEN: 80 characters; EMNIST: 94 images; percent right"
    assert rows[""] == ["small-int8", str(toy_tier_run)]
    assert {
        "any of 47", "kind known", "digits, kind known", "digits in forms of elsewhere, kind known",
        "letters of texts, any of 47", "letters of texts, kind known", "cells, any character",
        "cells, kind known", "EMNIST", "EMNIST, kind known", "EMNIST, equal frequencies",
    } <= rows.keys()  # fmt: skip
    assert rows["EMNIST"][1] == "100.00 %"  # what it was taught
    assert rows["cells, kind known"][0] == "100.00 %"
    assert rows["4 open"][0] == rows["elsewhere"][0] == "20"  # they enclose no paper
    assert f"{toy_tier_run}: " in done.output  # its weakest classes; times are of exported ones
    assert "small-int8: " in done.output
    assert done.output.count(" ms a character, ") == 1
    content = json.loads(figures.read_text())
    assert content["small-int8"]["figures"]["cells, kind known"] == 1
    assert content["small-int8"]["milliseconds"] > 0
    assert set(content["small-int8"]["recalls"]) == {"A", "a", "4", "."}
    assert drawn == [80, 1500, 4]
    CliRunner().invoke(hands.main, ["small-int8", *options])
    assert drawn == [80, 1500, 4]

    missing = CliRunner().invoke(hands.main, ["nobody", *options])
    assert missing.exit_code == 1
    assert missing.output.count("\n") == 1


def test_only_what_has_a_class_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        hands, "unipen_glyphs", lambda things, _: np.zeros((len(things), 28, 28), np.uint8)
    )
    monkeypatch.setattr(
        "train.tiers.penned.Penned.glyphs",
        lambda _, things, __: np.zeros((len(things), 28, 28), np.uint8),
    )
    found = draw_hands(make_characters([character("A"), character("|"), character(".")]), tmp_path)
    assert found.labels.tolist() == ["A", "."]
    assert len(found.nothing) == 1500
