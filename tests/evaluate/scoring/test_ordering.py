from __future__ import annotations

from evaluate.scoring.ordering import best_order, find_place


def test_the_place_of_a_part_is_where_it_is_most_alike() -> None:
    assert find_place("harborbrake", "harbor") == 6
    assert find_place("harborbrake", "brxke") == 11
    assert find_place("harbor", "") == 0


def test_lines_are_put_in_the_order_of_the_truth() -> None:
    assert best_order("HARBOR\n4816", ["4816", "HARBXR"]) == [1, 0]
    assert best_order("HARBOR BRAKE", ["brake", "harbor"]) == [1, 0]  # halves of one line
    assert best_order("HARBOR\n4816", ["HARBXR", "4816"]) == [0, 1]


def test_lines_that_gain_nothing_stay() -> None:
    assert best_order("AB\nCD", ["XY", "WV"]) == [0, 1]
    assert best_order("AB", []) == []
