"""How common symbols are, by what the page shows of them."""

from __future__ import annotations

import numpy as np
import pytest

from emnist_device.text.rates import TECHNICAL, Rates
from emnist_device.text.signs import SIGNS
from emnist_edge.alphabet import SYMBOLS


def rates_of(page: dict[str, int], symbols: str = SYMBOLS, asked: str = "") -> dict[str, float]:
    """Return how common symbols are on a page of 100 characters that has so many of some."""
    chances = np.zeros((100, len(symbols)))
    first = 0
    for symbol, count in page.items():
        chances[first : first + count, symbols.index(symbol)] = 1
        first += count
    return dict(zip(symbols, Rates(symbols, asked).of_page(chances).tolist(), strict=True))


def test_before_the_page_is_read_symbols_are_as_common_as_usual() -> None:
    rates = Rates(SYMBOLS)
    assert rates.of_page(np.zeros((0, len(SYMBOLS)))) == pytest.approx(SIGNS.rarer)
    for symbol, common in zip(SYMBOLS, rates.common.tolist(), strict=True):
        assert common == (SIGNS.technical if symbol in TECHNICAL else 1)


def test_a_page_with_usual_symbols_has_more_of_all_usual_ones() -> None:
    few, many = rates_of({"/": 2}), rates_of({"/": 20})
    for symbol in SYMBOLS:
        assert (many[symbol] > few[symbol]) is (symbol not in TECHNICAL)
    assert many["-"] == many["/"]


def test_a_symbol_of_programs_tells_of_itself_alone() -> None:
    rates = rates_of({"^": 5})
    assert rates["^"] > SIGNS.rarer
    assert all(rates[symbol] < SIGNS.rarer for symbol in SYMBOLS if symbol != "^")


def test_brackets_come_in_pairs() -> None:
    """Eight letters J without a hook are no closing brackets."""
    none, alone, both = rates_of({}), rates_of({"]": 8}), rates_of({"[": 4, "]": 4})
    assert alone["]"] == alone["["] == none["]"] < SIGNS.rarer
    assert both["["] == both["]"] > SIGNS.rarer
    assert rates_of({"{": 4, "]": 4})["{"] == none["{"]


def test_what_is_asked_for_by_name_is_as_common_as_others() -> None:
    rates = Rates(SYMBOLS, "[]")
    common = dict(zip(SYMBOLS, rates.common.tolist(), strict=True))
    assert (common["["], common["{"]) == (1, SIGNS.technical)
    assert rates_of({"]": 8}, asked="[]")["]"] == rates_of({"]": 8}, asked="[]")["/"]


def test_models_with_few_symbols_or_none_have_no_rates_of_others() -> None:
    assert Rates("").of_page(np.zeros((3, 0))).shape == (0,)
    assert set(rates_of({"]": 4}, ".]")) == {".", "]"}  # the other bracket is not told
    assert rates_of({"]": 4}, ".]")["]"] > SIGNS.rarer
