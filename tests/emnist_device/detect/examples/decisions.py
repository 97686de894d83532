"""Examples of what is decided by probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.detect.classes import weigh_classes
from emnist_device.detect.decision import (
    Found,
    confidence_of,
    is_sure,
    refuse,
    surest,
    which_look_alike,
)
from emnist_device.detect.grouping import Blob
from emnist_device.detect.layout import Layout
from emnist_device.image.turns import legibility
from emnist_edge.alphabet import NOTHING
from tests.emnist_device.detect.examples.found import FOUND
from tests.emnist_device.detect.examples.registry import decides

if TYPE_CHECKING:
    from emnist_device.detect.thresholds import Thresholds


def ends(t: Thresholds, confidence: float) -> bool:
    empty = np.zeros((1, 1), np.uint8)
    layout = Layout((), empty.astype(np.int32), empty, 1.0)
    found = Found(layout, np.zeros((0, 28, 28), np.uint8), np.zeros((0, 2), np.float32), confidence)
    return is_sure([found], decisions=t.decisions)


@decides("Decisions")
def a_mark_read_surely_is_one_character(t: Thresholds) -> bool:
    return ends(t, 0.99)


@decides("Decisions")
def a_mark_read_with_doubt_may_be_several(t: Thresholds) -> bool:
    return not ends(t, 0.7)


def remain(t: Thresholds, nothing: float) -> int:
    """Return how many characters are left of one that is none with probability ``nothing``."""
    empty = np.zeros((90, 90), np.uint8)
    layout = Layout(((Blob(FOUND, 1, 500),),), empty.astype(np.int32), empty, 1.0)
    probabilities = np.array([[1 - nothing, nothing]], np.float32)
    found = Found(layout, np.zeros((1, 28, 28), np.uint8), probabilities, 1.0)
    return len(refuse(found, "A" + NOTHING, decisions=t.decisions).layout.blobs)


@decides("Decisions")
def what_is_surely_no_character_is_refused(t: Thresholds) -> bool:
    return remain(t, 0.97) == 0


@decides("Decisions")
def what_may_be_a_character_is_kept(t: Thresholds) -> bool:
    return remain(t, 0.6) == 1


def bars_win(t: Thresholds, bars: float, letter: float) -> bool:
    """Say whether what looks like bars wins against what looks like a letter, both so surely."""
    alphabet = "E="
    empty = np.zeros((90, 90), np.uint8)
    layout = Layout(((Blob(FOUND, 1, 500),),), empty.astype(np.int32), empty, 1.0)
    alike = which_look_alike(alphabet, decisions=t.decisions)
    seen = ([0.0, bars], [letter, 0.0])
    glyphs = np.zeros((1, 28, 28), np.uint8)
    read = [np.array([row], np.float32) for row in seen]
    found = [Found(layout, glyphs, row, confidence_of(row, alike)) for row in read]
    return surest(found) is found[0]


@decides("Decisions")
def a_letter_wins_against_the_bars_that_its_counters_make(t: Thresholds) -> bool:
    return not bars_win(t, 0.97, 0.6)


@decides("Decisions")
def bars_win_against_what_is_no_letter(t: Thresholds) -> bool:
    return bars_win(t, 0.97, 0.3)


def digit_wins(t: Thresholds, digit: float, letter: float) -> bool:
    """Say whether a digit wins against a letter, both so surely, where all are digits."""
    may_be = np.array([True, False])
    alike = which_look_alike("1R", decisions=t.decisions)
    counts = weigh_classes("1R", may_be, t.decisions.foreign)
    empty = np.zeros((90, 90), np.uint8)
    layout = Layout(((Blob(FOUND, 1, 500),),), empty.astype(np.int32), empty, 1.0)
    rows = [np.array([seen], np.float32) for seen in ([0.0, letter], [digit, 0.0])]
    glyphs = np.zeros((1, 28, 28), np.uint8)
    found = [Found(layout, glyphs, row, confidence_of(row * counts, alike)) for row in rows]
    return surest(found) is found[1]


@decides("Decisions")
def a_doubtful_digit_wins_against_a_letter_where_all_are_digits(t: Thresholds) -> bool:
    return digit_wins(t, 0.16, 0.99)


@decides("Decisions")
def what_is_hardly_a_digit_loses_against_a_sure_letter(t: Thresholds) -> bool:
    return not digit_wins(t, 0.07, 0.99)


def legible(t: Thresholds, probability: float) -> float:
    read = np.full((6, 1), probability, np.float32)
    return legibility(read, 1, thresholds=t.legibility)


@decides("Legibility")
def characters_read_surely_speak_for_the_way_up(t: Thresholds) -> bool:
    return legible(t, 0.8) > 0


@decides("Legibility")
def characters_read_with_doubt_speak_against_it(t: Thresholds) -> bool:
    return legible(t, 0.45) < 0
