from __future__ import annotations

from emnist_edge.tables import NONE, count, markdown, number, percent, plain

HEAD, ROWS = ("model", "kB"), [("tiny-int8", 16), ("base", "1,234.5")]


def test_names_stand_to_the_left_and_figures_to_the_right() -> None:
    assert markdown(HEAD, ROWS).splitlines() == [
        "| model     |      kB |",
        "|-----------|--------:|",
        "| tiny-int8 |      16 |",
        "| base      | 1,234.5 |",
    ]
    assert plain(HEAD, ROWS).splitlines() == [
        "model           kB",
        "tiny-int8       16",
        "base       1,234.5",
    ]


def test_a_table_without_rows_has_its_head() -> None:
    assert markdown(HEAD, []) == "| model | kB |\n|-------|---:|"
    assert plain(("model",), []) == "model"


def test_numbers_are_as_people_read_them() -> None:
    assert (percent(0.98761), percent(0.98761, 1)) == ("98.76 %", "98.8 %")
    assert (number(1234.5678, 2), count(605_120), count(36_029_616)) == (
        "1,234.57", "605 k", "36.0 M",
    )  # fmt: skip
    assert {percent(None), number(None, 2), count(None)} == {NONE}
