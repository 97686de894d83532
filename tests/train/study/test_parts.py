from __future__ import annotations

from itertools import pairwise

from train.study.compare import PAIRS
from train.study.models import ALTERED, GROUPS, NETWORKS
from train.study.parts import GROUPED, PARTS, SECONDS, chosen


def test_parts_are_chosen_by_name_and_by_group() -> None:
    assert chosen(()) == PARTS
    assert chosen(("page", "cnn-2")) == ("cnn-2", "page")
    assert chosen(("folds", "cnn-2")) == ("cnn-2", "folds-forest", "folds-mlp", "folds-cnn")
    assert len(chosen(("protocol",))) == len(GROUPS["protocol"]) == 8


def test_every_group_is_of_parts_and_has_a_name_of_its_own() -> None:
    assert {part for parts in GROUPED.values() for part in parts} <= set(PARTS)
    assert not set(GROUPED) & set(PARTS)


def test_what_is_asked_of_models_comes_after_their_training() -> None:
    order = {part: number for number, part in enumerate(PARTS)}
    trained = max(order[name] for name in NETWORKS)
    assert all(later > trained for later in (order["noise"], order["page"], order["answers"]))
    assert order["answers"] < order["noise"] < order["page"] == len(PARTS) - 1
    assert set(ALTERED) <= set(NETWORKS)
    assert not any("seed" in name for pair in (*PAIRS, *pairwise(ALTERED)) for name in pair)


def test_the_whole_study_is_done_within_ten_hours() -> None:
    assert all(seconds > 0 for seconds in SECONDS.values())
    assert sum(SECONDS.values()) < 10 * 3600
    assert SECONDS["report-1"] > SECONDS["cnn-1"]  # small batches
    assert SECONDS["cnn-4-augmented"] > SECONDS["cnn-4-plain"]
