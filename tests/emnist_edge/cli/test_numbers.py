from __future__ import annotations

import click
import pytest

from emnist_edge.cli.numbers import FiniteRange


def test_numbers_in_the_range_are_taken() -> None:
    assert FiniteRange(0, 1).convert("0.5", None, None) == 0.5


@pytest.mark.parametrize("value", ["nan", "-nan", "NaN", "2", "x"])
def test_what_is_no_number_or_outside_is_refused(value: str) -> None:
    with pytest.raises(click.BadParameter):
        FiniteRange(0, 1).convert(value, None, None)
