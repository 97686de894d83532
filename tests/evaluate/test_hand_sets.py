from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE
from emnist_edge.dataset.unipen.characters import Texts
from evaluate.hand_parts import Hands
from evaluate.hand_report import form_table, weakest
from evaluate.hand_sets import (
    Cells,
    class_recalls,
    cut_cells,
    measure_cells,
    measure_forms,
    measure_letters,
    pick_letters,
    time_in_turns,
)
from tests.evaluate.test_hands import ALPHABET, model, numbered
from tests.pen_strokes import texts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend

EQUAL = np.full(47, 1 / 47)
PRIOR = np.linspace(1, 400, len(ALPHABET)) / np.linspace(1, 400, len(ALPHABET)).sum()


def test_letters_of_clean_texts_are_picked() -> None:
    found = texts("ab.9", "cD")
    assert "".join(pick_letters(found).labels) == "abcD"
    parted = Texts(found.characters, found.starts, np.array([False, True]))
    assert "".join(pick_letters(parted).labels) == "cD"


def test_letters_are_read_in_their_class_or_of_their_kind() -> None:
    labels = np.array([*"aAcd"])
    found = measure_letters(model("AAC0", BYMERGE, EQUAL), numbered(4), labels)
    assert found == {
        "letters of texts, any of 47": 0.5,
        "letters of texts, kind known": 0.75,  # a 0 is no letter: the first one is, which is no d
    }


def test_of_what_a_cell_may_hold_the_surest_counts() -> None:
    """Three cells: two ways to see the first, nothing found of the second."""
    cells = Cells("form", numbered(3), np.array([0, 0, 2]), np.array([*"Ab0"]))
    for prior, alphabet in ((EQUAL, BYMERGE), (PRIOR, ALPHABET)):
        toy = model("7aO", alphabet, prior)
        sure = toy.predict

        def predict(images: np.ndarray, sure: object = sure) -> np.ndarray:
            answers = sure(images)  # type: ignore[operator]
            answers[0] *= 0.1
            return answers

        surer = type(toy)("toy", alphabet, prior, predict)
        assert measure_cells(surer, cells) == {
            "form, any character": pytest.approx(1 / 3),  # a for A; O for 0
            "form, kind known": pytest.approx(2 / 3),
        }


def test_cells_are_cut_out_as_the_device_does(tmp_path: Path) -> None:
    images = np.full((2, 64, 64), 235, np.uint8)
    cv2.line(images[0], (32, 12), (32, 52), 30, 4)
    cv2.line(images[1], (12, 32), (52, 32), 30, 4)
    np.savez(tmp_path / "box.npz", images=images, labels=np.array(["1", "-"]))
    cells = cut_cells(tmp_path / "box.npz")
    assert cells.name == "box"
    assert cells.labels.tolist() == ["1", "-"]
    first, second = (cells.glyphs[cells.cells == number][0] > 128 for number in (0, 1))
    assert first.any(axis=1).sum() > 3 * first.any(axis=0).sum() > 0
    assert second.any(axis=0).sum() > 3 * second.any(axis=1).sum() > 0


def test_digits_are_read_by_form() -> None:
    forms = np.array(["7 crossed"] * 3 + ["7 plain", "4 open", ""])
    hands = Hands(numbered(6), np.array([*"77774A"]), numbered(1), forms)
    toy = model("7T17YA", BYMERGE, EQUAL)
    found = measure_forms(toy, hands)
    assert found["7 crossed"] == {
        "characters": 3, "kind known": pytest.approx(1 / 3), "any of 47": pytest.approx(1 / 3)
    }  # fmt: skip
    assert found["7 plain"]["any of 47"] == 1
    assert found["elsewhere"]["characters"] == 4
    assert list(found) == ["4 open", "7 plain", "7 crossed", "elsewhere"]
    table = form_table({"toy": found})
    assert "33.3 % / 33.3 %" in table.splitlines()[4]


def test_the_weakest_classes_are_named() -> None:
    labels = np.array([*"a" * 20, *"B" * 20, *"." * 20, *"9" * 19])
    said = [*"a" * 5, *"A" * 15, *"B" * 20, *"." * 10, *"/" * 10, *"0" * 19]
    hands = Hands(numbered(79), labels, numbered(1))
    assert class_recalls(model(said, ALPHABET, PRIOR), hands) == {"a": 0.25, "B": 1, ".": 0.5}
    assert weakest({"a": 0.25, "B": 1.0, ".": 0.5}) == "a 25.0 %, . 50.0 %, B 100.0 %"


def test_models_are_timed_in_turns() -> None:
    ran: list[str] = []

    def named(name: str) -> object:
        def predict(images: np.ndarray) -> np.ndarray:
            assert images.shape == (1, 28, 28)
            ran.append(name)
            return np.zeros((1, 47), np.float32)

        return type(model("A", BYMERGE, EQUAL))(name, BYMERGE, EQUAL, predict)

    times = time_in_turns([named("a"), named("b")], numbered(1)[0])  # type: ignore[list-item]
    assert set(times) == {"a", "b"}
    switches = sum(one != other for one, other in pairwise(ran))
    assert switches > 5
    assert ran.count("a") == ran.count("b")
