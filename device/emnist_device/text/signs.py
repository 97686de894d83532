"""Thresholds of when a character is a symbol."""

from __future__ import annotations

from dataclasses import dataclass

from emnist_device.text.restraint import RESTRAINT


@dataclass(frozen=True)
class Signs:
    """When a character is a symbol. Probabilities, if not said otherwise.

    Chosen on texts by UNIPEN's train writers.

    rarer: how much rarer symbols are in what people write, beside letters and digits, than in what
        models learn from, before the page is read.
    alone: the same of what nothing else tells of.
    usual, prior, rounds: how common symbols are, of how many characters that is known before the
        page is read, and how often the page is asked: a page with symbols has more of them.
    least: it has no fewer than this fraction of what is usual.
    low: a character is none of those that are low, or flat, where it is as high as this, in the
        height that a quarter of its line reaches, and higher than wide. By hand.
    technical: how common symbols of programs are beside the others: on development pages, a J
        without its hook is no bracket from here on, and down to 0.03.
    small, stroke: what is lower than the first fraction of the height that a quarter of its line
        reaches is a comma or an apostrophe with the second fraction of the probability that it is a
        stroke of any kind.
    against_best: a prior changes the odds of symbols against letters and digits by this factor at
        most; as of :class:`emnist_device.text.restraint.Restraint`.
    turned: nor is a symbol more probable than this, that looks rather like a letter or digit.
    doubtful: places and neighbours are looked at where a character is so probably a symbol by the
        classifier.
    place: how far the place on the line counts, as a power.
    possible: where a pattern has a symbol, a character may be it that is so probable.
    without_ink: how probable it is that a line lacks the ink of a symbol that its pattern has. By
        hand.
    floor: is left to each class of letters and digits, so that a pattern can ask for any. As of
        :class:`emnist_device.text.evidence.Floors`.
    """

    rarer: float = 0.06
    alone: float = 0.11
    usual: float = 0.04
    prior: float = 5.0
    rounds: int = 2
    least: float = 0.3
    low: float = 0.85
    small: float = 0.55
    stroke: float = 0.5
    against_best: float = RESTRAINT.against_best
    turned: float = 0.6
    doubtful: float = 0.01
    place: float = 0.5
    technical: float = 0.1
    possible: float = 0.005
    without_ink: float = 0.05
    floor: float = 1e-3


SIGNS = Signs()
