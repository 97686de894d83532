from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from emnist_device.box import Box
from emnist_device.decoding import CONTEXTS, Context, Decoding
from emnist_device.text.decode import Decoder
from emnist_device.text.restraint import (
    GROUP_OF,
    GROUPS,
    Claims,
    even_out,
    groups_of,
    hold_to_picture,
    restrain,
    restrain_emissions,
    sum_groups,
    support,
)
from emnist_edge.alphabet import BYCLASS, BYMERGE, CONFUSABLE, fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

# The floor of the decoder: no class is held for impossible.
FLOOR = 1e-3
SHARES = np.random.default_rng(3).dirichlet(np.full(47, 2.0)).tolist()
DECODERS = {
    (context, charset, pattern): Decoder(
        BYMERGE, Decoding(context=context, charset=charset, pattern=pattern), SHARES
    )
    for context in CONTEXTS
    for charset in (None, "digits")
    for pattern in (None, ".*")
}


def group(char: str) -> int:
    return int(GROUP_OF[BYCLASS.index(char)])


@st.composite
def pages(draw: st.DrawFn) -> tuple[NDArray[np.float32], list[list[Box]]]:
    """Draw probabilities, many of them sure and of the same character, and boxes in lines."""
    common = draw(st.integers(0, 46))
    rows, lines = [], []
    for number in range(draw(st.integers(1, 3))):
        x, boxes = 0, []
        for _ in range(draw(st.integers(1, 9))):
            label = common if draw(st.booleans()) else draw(st.integers(0, 46))
            sure = draw(st.sampled_from([0.3, 0.6, 0.85, 0.9, 0.91, 0.95, 0.99, 1.0]))
            other = draw(st.integers(0, 46))
            row = np.full(47, (1 - sure) * 0.1 / 47)
            row[label] += sure
            row[other] += (1 - sure) * 0.9
            rows.append(row)
            tall, wide = draw(st.integers(8, 60)), draw(st.integers(3, 60))
            boxes.append(Box(x, 100 * number + draw(st.integers(0, 40)), wide, tall))
            x = boxes[-1].right + draw(st.sampled_from([2, 6, 40]))
        lines.append(boxes)
    return np.array(rows, np.float32), lines


@pytest.mark.parametrize(("context", "charset", "pattern"), DECODERS)
@settings(max_examples=20, deadline=None)
@given(page=pages())
def test_no_prior_overrules_the_picture_or_makes_it_surer(
    context: str,
    charset: str | None,
    pattern: str | None,
    page: tuple[NDArray[np.float32], list[list[Box]]],
) -> None:
    probabilities, lines = page
    decoder = DECODERS[context, charset, pattern]  # type: ignore[index]
    found = [c for line in decoder.decode(probabilities, lines).lines(61) for c in line.characters]
    open_ = [c in "0123456789" for c in BYCLASS] if charset else [True] * 62
    there = np.isin(np.arange(GROUPS), GROUP_OF[open_])
    evidence = probabilities @ groups_of(BYMERGE) * there
    for character, shown in zip(found, evidence, strict=True):
        total = shown.sum()
        best = int(shown.argmax())
        if total > 0.5 and shown[best] >= 0.9 * total + FLOOR:
            assert group(character.char) == best
        others = [(a.char, a.confidence) for a in character.alternatives]
        for char, confidence in [(character.char, character.confidence), *others]:
            # Of what the charset allows; without one, of all.
            assert total < 0.5 or confidence <= shown[group(char)] / total + FLOOR


@settings(max_examples=100, deadline=None)
@given(
    picture=arrays(np.float64, (2, 5), elements=st.floats(0, 1)),
    claimed=arrays(np.float64, (2, 5), elements=st.floats(0, 1)),
    sure=st.floats(0.9, 1),
)
def test_what_is_sure_stays_and_what_it_leaves_open_is_believed(
    picture: NDArray[np.float64], claimed: NDArray[np.float64], sure: float
) -> None:
    picture[:, 3] = 0
    picture *= (1 - sure) / np.maximum(picture.sum(axis=1, keepdims=True), 1e-9)
    picture[:, 3] = sure
    belief = restrain(picture, claimed)
    assert belief.sum(axis=1) == pytest.approx([1, 1])
    assert (belief.argmax(axis=1) == 3).all()


def test_a_prior_within_its_bounds_is_believed_as_it_is() -> None:
    picture = np.zeros((1, GROUPS))
    picture[0, :3] = 0.6, 0.3, 0.1
    claimed = np.zeros((1, GROUPS))
    claimed[0, :3] = 0.3, 0.65, 0.05
    assert restrain(picture, 7 * claimed) == pytest.approx(claimed)
    claimed[0, :3] = 1e-9, 1, 0
    belief = restrain(picture, claimed)[0]
    assert belief[0] == pytest.approx(1 / (1 + 8 * 0.4 / 0.6))
    assert belief[1] > 100 * belief[2]
    picture[0, :3] = 0.6, 0.39, 0.01
    claimed[0, :3] = 1e-9, 1e-6, 1
    belief = restrain(picture, claimed)[0]
    assert belief[2] / belief[1] == pytest.approx(0.01 / 0.39)


def test_what_is_sure_stays_though_no_one_of_its_look_alikes_leads() -> None:
    picture = np.full((1, GROUPS), 1e-4)
    picture[0, group("0")] = 0.95
    marginals = np.zeros((1, 62))
    for char, value in (("0", 0.2), ("O", 0.35), ("7", 0.45)):
        marginals[0, BYCLASS.index(char)] = value
    labels, bound = marginals.argmax(axis=1), np.zeros(1, bool)
    claims = Claims(
        marginals, labels, bound, np.ones(GROUPS, bool), np.ones((len(labels), 62), bool)
    )
    _, read = hold_to_picture(picture, marginals, claims)
    assert BYCLASS[read[0]] == "O"


def test_emissions_keep_what_is_told_of_look_alikes() -> None:
    picture = np.full((1, GROUPS), 1e-4)
    picture[0, group("0")] = 0.95
    emissions = np.full((1, 62), 1e-9)
    for char, value in (("0", 0.02), ("O", 0.01), ("7", 1.0)):
        emissions[0, BYCLASS.index(char)] = value
    held = dict(zip(BYCLASS, restrain_emissions(emissions, picture)[0], strict=True))
    assert held["0"] == 1
    assert held["O"] == pytest.approx(0.5)
    assert held["7"] < 0.5


def test_groups_are_look_alikes_in_either_case() -> None:
    for name in CONFUSABLE:
        assert len({group(char) for char in name}) == 1
    assert group("l") == group("1") == group("i")
    assert group("c") == group("C") != group("6")
    table = np.random.default_rng(0).random((2, 62))
    assert sum_groups(table).sum(axis=1) == pytest.approx(table.sum(axis=1))
    assert (groups_of(BYMERGE).argmax(axis=1) == [group(char) for char in BYMERGE]).all()
    assert {group(char) for char in BYCLASS} == {group(fold(char)) for char in BYCLASS}


def test_what_speaks_for_none_that_is_allowed_counts_against_all() -> None:
    picture = np.zeros((3, GROUPS))
    picture[0, [group("4"), group("A")]] = 0.01, 0.99
    picture[1, [group("4"), group("A")]] = 0.55, 0.45
    picture[2, group("4")] = 1
    digits = np.isin(np.arange(GROUPS), GROUP_OF[:10])
    sure = support(picture, np.broadcast_to(digits, picture.shape))[:, group("4")]
    assert sure[0] < 0.4
    assert 0.95 < sure[1] < sure[2] == pytest.approx(1)
    everything = np.ones_like(picture, bool)
    assert support(picture, everything) == pytest.approx(picture)


def test_digit_or_letter_is_told_once_for_all_of_a_hand() -> None:
    table = np.full((5, 62), 1e-4)
    for row in range(4):
        table[row, BYCLASS.index("1")] = 0.2
        table[row, BYCLASS.index("l")] = 1.0
        table[row, BYCLASS.index("I")] = 0.5
    table[4, BYCLASS.index("2")] = 1.0
    even = even_out(table, np.array([0, 0, 0, 1, 0]))
    one, small, capital = (BYCLASS.index(char) for char in "1lI")
    assert (even[:3, one].prod() / even[:3, small].prod()) == pytest.approx(0.2)
    assert even[:3, capital] == pytest.approx(0.5)
    assert even[3:] == pytest.approx(table[3:])  # of another word, of another look


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("text", ["LLLLAL", "LLLLL", "L1L1", "1L", "LI1", "IIIAI"])
def test_a_sure_one_i_or_l_is_not_turned_by_its_row(text: str, context: Context) -> None:
    rows = np.full((len(text), 47), 0.0003, np.float32)
    for row, char in zip(rows, text, strict=True):
        row[[BYMERGE.index(other) for other in "1IL"]] += 0.02
        row[BYMERGE.index(char)] += 0.93
    rows /= rows.sum(axis=1, keepdims=True)
    boxes = [Box(40 * n, 0, 17, 60) for n in range(len(text))]  # an L as narrow has a foot
    (line,) = DECODERS[context, None, None].decode(rows, [boxes]).lines(3)
    assert "".join(fold(char.char) for char in line.characters) == text
    assert all(char.confidence < 1 for char in line.characters)
    assert text != "LLLLAL" or line.text == text  # a narrow one is no small l
    (line,) = DECODERS[context, "digits", None].decode(rows, [boxes]).lines(3)
    assert {char.char for char in line.characters} <= set("0123456789")


def test_look_alikes_of_one_shape_are_left_to_what_is_beside_them() -> None:
    rows = np.full((4, 47), 0.0003, np.float32)
    for row, char, other in zip(rows, "R00M", "BOON", strict=True):
        row[BYMERGE.index(char)], row[BYMERGE.index(other)] = 0.91, 0.08
    boxes = [Box(60 * n, 0, 45, 60) for n in range(4)]
    (line,) = Decoder(BYMERGE, Decoding()).decode(rows, [boxes]).lines(3)
    assert line.text == "ROOM"
