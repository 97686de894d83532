from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.context import weigh_by_word
from emnist_edge.alphabet import BYMERGE

if TYPE_CHECKING:
    from collections.abc import Sequence


def rows(*characters: dict[str, float]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return probabilities with the given ones set and the rest spread evenly."""
    table = np.zeros((len(characters), len(BYMERGE)), np.float32)
    for row, given in zip(table, characters, strict=True):
        row[:] = (1 - sum(given.values())) / (len(BYMERGE) - len(given))
        for char, probability in given.items():
            row[BYMERGE.index(char)] = probability
    return table


def text(table: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> str:
    return "".join(BYMERGE[k] for k in table.argmax(axis=1))


def weigh(
    table: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    words: Sequence[Sequence[int]],
    bare: Sequence[int] = (),
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return weigh_by_word(table, words, np.isin(np.arange(len(table)), list(bare)), BYMERGE)


ZERO_OR_O = {"0": 0.55, "O": 0.44}
O_OR_ZERO = {"0": 0.3, "O": 0.69}


def test_a_zero_among_letters_is_an_o_and_an_o_among_digits_a_zero() -> None:
    letters = rows({"H": 0.99}, {"E": 0.99}, {"L": 0.9}, ZERO_OR_O)
    digits = rows({"4": 0.99}, {"7": 0.99}, {"2": 0.99}, O_OR_ZERO)
    assert text(weigh(letters, [range(4)])) == "HELO"
    assert text(weigh(digits, [range(4)])) == "4720"


def test_a_mixed_code_is_left_as_it_is() -> None:
    code = rows({"L": 0.97}, {"7": 0.995}, {"A": 0.99}, {"U": 0.99})
    assert text(weigh(code, [range(4)])) == "L7AU"


def test_a_page_of_numbers_sways_a_lone_character() -> None:
    sure = [{"3": 0.99}, {"8": 0.99}, {"4": 0.99}] * 4
    table = rows(*sure, {"0": 0.4, "O": 0.59})
    words = [range(3 * n, 3 * n + 3) for n in range(4)]
    assert text(weigh(table, [*words, [12]]))[-1] == "0"


def test_an_upright_stroke_among_capitals_is_an_i_and_an_l_with_a_foot_stays() -> None:
    stroke = {"L": 0.6, "I": 0.3, "1": 0.09}
    capitals = rows({"B": 0.99}, {"R": 0.99}, stroke, {"N": 0.99}, {"G": 0.99})
    assert text(weigh(capitals, [range(5)], bare=[2])) == "BRING"
    assert text(weigh(capitals, [range(5)])) == "BRLNG"
    small = rows({"b": 0.99}, {"e": 0.99}, stroke, {"t": 0.99})
    assert text(weigh(small, [range(4)], bare=[2])) == "beLt"


def test_rows_stay_probabilities() -> None:
    table = np.random.default_rng(1).dirichlet(np.full(47, 0.1), 20).astype(np.float32)
    weighed = weigh(table, [range(7), range(7, 20)], bare=range(0, 20, 3))
    assert weighed.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert (weighed >= 0).all()


def test_nothing_to_weigh() -> None:
    empty = np.zeros((0, 47), np.float32)
    assert weigh(empty, []).shape == (0, 47)
