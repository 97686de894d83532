from __future__ import annotations

import numpy as np

from emnist_edge.alphabet import BYCLASS, NOTHING, SYMBOLS
from emnist_edge.dataset.unipen.characters import is_label, make_characters
from tests.pen_strokes import character, stroke
from train.tiers.symbols import compose_missing

QUOTE = stroke((500, 0), (450, 1000))
BARS = stroke((0, 0), (1000, 30)), stroke((0, 300), (1000, 330))
ROUND = stroke((700, 0), (100, 200), (0, 600), (700, 1000))


def test_symbols_are_no_letters_and_each_stands_once() -> None:
    assert len(set(SYMBOLS)) == len(SYMBOLS) >= 22
    assert not set(SYMBOLS) & set(BYCLASS)
    assert NOTHING not in SYMBOLS + BYCLASS
    assert not is_label(NOTHING)
    assert set(".,-/:;+=()#&?!'\"@%*$€_") <= set(SYMBOLS)


def test_missing_symbols_are_made_of_the_strokes_of_one_writer() -> None:
    written = make_characters(
        [
            character("'", QUOTE, writer=1),
            character("'", QUOTE, writer=2),
            character("C", ROUND, writer=2),
            character("=", *BARS, writer=2),
            character("=", *BARS, writer=3),  # who wrote no C
        ]
    )
    made = compose_missing(written, 1)
    assert sorted(zip(made.labels.tolist(), made.writers.tolist(), strict=True)) == [
        ('"', 1), ('"', 2), ("€", 2),
    ]  # fmt: skip
    assert min(part.min() for thing in made for part in thing.strokes) == 0


def test_two_strokes_stand_side_by_side_and_bars_cross_a_c_on_the_left() -> None:
    written = make_characters([character("'", QUOTE), character("C", ROUND), character("=", *BARS)])
    quotes, euro = compose_missing(written, 2)
    left, right = quotes.strokes
    assert right[:, 0].min() - left[:, 0].max() >= 0.25 * 1000 - 2
    assert left[:, 1].tolist() == right[:, 1].tolist()
    letter, *bars = euro.strokes
    for bar in bars:
        assert bar[:, 0].min() < letter[:, 0].min() < bar[:, 0].max()
        assert np.ptp(bar[:, 0]) < np.ptp(letter[:, 0])
        middle = (bar[:, 1].mean() - letter[:, 1].min()) / np.ptp(letter[:, 1])
        assert 0.35 < middle < 0.75
