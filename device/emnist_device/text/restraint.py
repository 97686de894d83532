"""What the classifier finds alike, and how far a prior may go beyond it.

A prior never overrules the picture: neighbours, language and height decide between characters that
look alike, such as 0 and O, and between what the classifier is in doubt about. They turn no
character that it is sure of into another, and make none surer than its look-alikes together are by
the picture alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYCLASS, CONFUSABLE, DIGITS, LOWER, UPPER, confusable_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Restraint:
    """How far a prior may go beyond the picture.

    sure: what the classifier gives this probability is not overruled. It is what users are told.
    against_best: a prior lowers the odds of what the classifier finds most probable, against all
        else together, by this factor at most. Under ``sure / (1 - sure)``, so that it overrules
        nothing that is sure: of 1,397 characters of development pages 66 are wrong, with 4 in its
        place 73. With 16 it would be 61, and characters that the classifier is sure of would turn.
    against_others: nor does it change the odds between any other look-alikes and those by more. Of
        9, 30, 100 and 1000, less leaves more errors on pages, and more costs characters that were
        read right in rows of equal ones with one that is not.
    odd: so probable is one of look-alikes that is told from the others of its word, where these are
        read as something else and as surely as ``sure``: a hand that writes them apart. Of rows of
        5 with an S and the like, drawn from strokes and EMNIST, more would leave odd ones turned.
    outside: how often a constraint of the user does not hold for a mark: a speck, a letter among
        digits. By hand: it bounds confidences, and changes no text.
    """

    sure: float = 0.9
    against_best: float = 8.0
    against_others: float = 30.0
    odd: float = 0.75
    outside: float = 0.02


RESTRAINT = Restraint()
# Look-alikes that are shapes of their own where the classifier is that sure: of 250 characters of
# each kind by UNIPEN's writers to learn from, it takes 89 % of L, 45 % of I and 2 % of 1 for what
# they are, and less than 1 % for another of the three; yet 4 % of Z for 2, and 9 % of O for 0.
_TOLD = np.isin(list(BYCLASS), list("1IiLl"))
# A hand is known by so many look-alikes of a word.
_HAND = 3
# Nothing is divided by less; also what decides within a group where no prior does.
_LEAST = 1e-100

_NAMES = confusable_groups(BYCLASS)
_GROUPS = sorted(set(_NAMES))
#: Of each of ``BYCLASS``, the number of the group of characters that look like it: (62,).
GROUP_OF = np.array([_GROUPS.index(name) for name in _NAMES])
#: How many groups there are.
GROUPS = len(_GROUPS)
_MEMBERS = np.zeros((len(BYCLASS), GROUPS))
_MEMBERS[np.arange(len(BYCLASS)), GROUP_OF] = 1
# Columns of ``BYCLASS`` in the order of groups, and where each group starts.
_BY_GROUP = np.argsort(GROUP_OF, kind="stable")
_STARTS = np.searchsorted(GROUP_OF[_BY_GROUP], np.arange(GROUPS))
# Where digits, capitals and small letters start in ``BYCLASS``, and how many there are of each.
_KIND_SIZES = [len(kind) for kind in (DIGITS, UPPER, LOWER)]
_KIND_STARTS = np.cumsum([0, *_KIND_SIZES[:-1]])
# Groups with a digit and letters: columns of either.
_DIGIT_OR_LETTER = [
    (
        _GROUPS.index(group),
        np.array([BYCLASS.index(char) for char in group if char.isdigit()]),
        np.array([k for k, c in enumerate(BYCLASS) if _NAMES[k] == group and not c.isdigit()]),
    )
    for group in CONFUSABLE
    if any(char.isdigit() for char in group)
]
# Groups of more than one class.
_MIXED = [number for number, name in enumerate(_GROUPS) if len(name) > 1]


def groups_of(alphabet: str) -> NDArray[np.float64]:
    """Return (C, groups): 1 for the group of each class of ``alphabet``, else 0."""
    return _MEMBERS[[BYCLASS.index(char) for char in alphabet]]


def sum_groups(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each group the sum of ``values`` (N, 62) over its characters."""
    return np.asarray(np.add.reduceat(values[:, _BY_GROUP], _STARTS, axis=1))


def restrain(picture: NDArray[np.float64], claimed: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what to believe of look-alikes, (N, groups), rows sum to 1.

    Args:
        picture: (N, groups), what the classifier says; 0 for what there cannot be.
        claimed: (N, groups), the same once priors are taken into account, in any unit.
    """
    rows = np.arange(len(picture))
    best = picture.argmax(axis=1)
    most, of_best = picture[rows, best], claimed[rows, best]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        change = claimed / of_best[:, None] * (most[:, None] / np.maximum(picture, _LEAST))
        change[of_best <= 0] = RESTRAINT.against_others
        belief = picture * np.clip(change, 1 / RESTRAINT.against_others, RESTRAINT.against_others)
        belief[rows, best] = 0
        others, rest = belief.sum(axis=1), picture.sum(axis=1) - most
        odds = np.clip(
            most / others,
            most / rest / RESTRAINT.against_best,
            most / rest * RESTRAINT.against_best,
        )
        odds[(others <= _LEAST) | (rest <= _LEAST)] = np.inf
        belief *= (1 / (1 + odds) / np.maximum(others, _LEAST))[:, None]
        belief[rows, best] = 1 / (1 + 1 / odds)
    return belief


def restrain_emissions(
    emissions: NDArray[np.float64], picture: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ``emissions`` (N, 62), largest 1, within what ``picture`` (N, groups) leaves open.

    What height, shape and the frequencies of classes say of look-alikes stays as it is.
    """
    claimed = np.maximum.reduceat(emissions[:, _BY_GROUP], _STARTS, axis=1)
    scale = restrain(picture, claimed) / np.where(claimed > 0, claimed, np.inf)
    emissions = emissions * scale[:, GROUP_OF]
    return np.asarray(emissions / emissions.max(axis=1, keepdims=True))


def restrain_kinds(
    weighed: NDArray[np.float64], picture: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return emissions that are ``weighed`` by kind, (N, 62), within what ``picture`` leaves open.

    What looks like none of the best of ``picture`` (N, groups) becomes less likely, if need be; all
    of a kind by as much, so that what asks for one kind finds it as it was.
    """
    rows = np.arange(len(picture))
    best = picture.argmax(axis=1)
    most = picture[rows, best]
    alike = best[:, None] == GROUP_OF
    odds = RESTRAINT.against_best * (picture.sum(axis=1) - most) / np.maximum(most, _LEAST)
    limit = odds * np.where(alike, weighed, 0).max(axis=1)
    others = np.maximum.reduceat(np.where(alike, 0, weighed), _KIND_STARTS, axis=1)
    scale = np.minimum(1, limit[:, None] / np.maximum(others, _LEAST))
    held = np.where(alike, weighed, weighed * np.repeat(scale, _KIND_SIZES, axis=1))
    return np.asarray(held / held.max(axis=1, keepdims=True))


def overrules(
    picture: NDArray[np.float64], labels: NDArray[np.intp], others: NDArray[np.intp]
) -> bool:
    """Return whether ``labels`` (N,) contradict what is sure by the picture, and ``others`` do not.

    ``others`` (N,) is what could be read instead; ``picture`` is (N, groups).
    """
    best = picture.argmax(axis=1)
    sure = picture.max(axis=1) >= RESTRAINT.sure * picture.sum(axis=1)
    return bool((sure & (GROUP_OF[others] == best) & (GROUP_OF[labels] != best)).any())


@dataclass(frozen=True)
class Claims:
    """What N characters are by all that is known of them, before it is held to the picture.

    marginals: (N, 62) probabilities. labels: (N,), what is to be printed. bound: (N,), whether a
    user's constraint leaves nothing else. possible: (groups,), those that the charset has. sure:
    (N, 62), see :func:`find_sure`.
    """

    marginals: NDArray[np.float64]
    labels: NDArray[np.intp]
    bound: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    sure: NDArray[np.bool_]


def find_sure(probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of ``BYCLASS`` each may be, (N, 62), where the classifier tells look-alikes.

    ``probabilities`` (N, 62) are of each one's class, 0 for what there cannot be. Where it is sure
    of one of :data:`_TOLD`, no other is left.
    """
    sure = (probabilities >= RESTRAINT.sure) & _TOLD
    return np.asarray(sure | ~sure.any(axis=1, keepdims=True))


def find_odd(probabilities: NDArray[np.float64], words: Sequence[range]) -> NDArray[np.bool_]:
    """Return which of ``BYCLASS`` each may be, (N, 62), where a word's hand tells look-alikes.

    That is where one is read as another class than the rest of the word's look-alikes, three or
    more in all, and no other of them is. Of it and of them, what it is read as is left.

    Args:
        probabilities: (N, 62) of each one's class, 0 for what there cannot be.
        words: which characters make each word.
    """
    left = np.ones(probabilities.shape, bool)
    most, best = probabilities.max(axis=1), probabilities.argmax(axis=1)
    group = GROUP_OF[best]
    long = [np.arange(word.start, word.stop) for word in words if len(word) >= _HAND]
    for rows, number in product(long, _MIXED):
        own = rows[group[rows] == number]
        if len(own) < _HAND:
            continue
        kinds, counts = np.unique(best[own], return_counts=True)
        if len(kinds) == 2 and counts.min() == 1:
            is_odd = best[own] == kinds[counts.argmin()]
            usual = float(np.median(most[own[~is_odd]]))
            if usual >= RESTRAINT.sure and most[own[is_odd]].min() >= RESTRAINT.odd:
                left[own] = probabilities[own] >= most[own][:, None]
    return left


def hold_to_picture(
    picture: NDArray[np.float64], emissions: NDArray[np.float64], claims: Claims
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return what is left of ``claims``: confidences (N, 62) and what to print, (N,).

    Where priors alone go too far, that is the character of the group that ``picture`` (N, groups)
    shows which is the most probable by them and ``emissions`` (N, 62). Confidences of a character
    sum to 1 at most: what is missing is doubt about all.
    """
    claimed = sum_groups(claims.marginals)
    possible = np.where(claims.bound[:, None], claimed > 0, claims.possible)
    seen = picture * claims.possible
    belief = np.where(claims.bound[:, None], claimed, restrain(seen, claimed))
    rows = np.arange(len(seen))
    best, printed = seen.argmax(axis=1), GROUP_OF[claims.labels]
    swayed = claimed[rows, printed] > claimed[rows, best]
    swayed |= seen[rows, best] >= RESTRAINT.sure * seen.sum(axis=1)
    over = swayed & (belief[rows, printed] <= belief[rows, best]) & ~claims.bound
    within = claims.marginals + _LEAST * emissions
    own = best[:, None] == GROUP_OF
    labels = np.where(over, np.where(own, within, -1).argmax(axis=1), claims.labels)
    turned = own[rows, labels] & ~claims.sure[rows, labels] & ~claims.bound
    within = np.where(turned[:, None], _as_sure(within, claims.sure), within)
    labels = np.where(turned, np.where(own, within, -1).argmax(axis=1), labels)
    within /= np.maximum(sum_groups(within), _LEAST**2)[:, GROUP_OF]
    return within * np.minimum(belief, support(picture, possible))[:, GROUP_OF], labels


def _as_sure(within: NDArray[np.float64], sure: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return ``within`` (N, 62) with those of ``sure`` (N, 62) as sure in each group as need be."""
    parts = [np.where(sure, within, 0), np.where(sure, 0, within)]
    fractions = [part / np.maximum(sum_groups(part), _LEAST**2)[:, GROUP_OF] for part in parts]
    return np.asarray(RESTRAINT.sure * fractions[0] + (1 - RESTRAINT.sure) * fractions[1])


def support(picture: NDArray[np.float64], possible: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how sure each group may be at most, (N, groups), by ``picture`` alone.

    ``possible`` (N, groups) are those that the user's constraints allow. What else the picture
    speaks for counts against all of them, as far as constraints may not hold.
    """
    inside = picture * possible
    allowed = inside.sum(axis=1, keepdims=True)
    total = (1 - RESTRAINT.outside) * allowed + RESTRAINT.outside * (1 - allowed).clip(0)
    return np.asarray((1 - RESTRAINT.outside) * inside / total)


def even_out(emissions: NDArray[np.float64], word: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return ``emissions`` (N, 62) by which digit or letter is told once for all look-alikes.

    What makes one 1 look like an I makes all of a word's: they are by one hand. Of those that look
    alike in a word, whose numbers are ``word`` (N,), all together say no surer than one of them
    does on average whether they are digits or letters.
    """
    emissions = emissions.copy()
    top = GROUP_OF[emissions.argmax(axis=1)]
    for group, digits, letters in _DIGIT_OR_LETTER:
        rows = np.flatnonzero(top == group)
        if len(rows) < 2:
            continue
        counts = np.bincount(word[rows], minlength=1)[word[rows]]
        rows, counts = rows[counts > 1], counts[counts > 1]
        if not len(rows):
            continue
        parts = [emissions[np.ix_(rows, columns)] for columns in (digits, letters)]
        most = np.stack([part.max(axis=1) for part in parts])
        relative = most / most.max(axis=0)
        less = 1 / counts - 1
        for columns, part, ratio in zip((digits, letters), parts, relative, strict=True):
            change = np.where(ratio > 0, ratio, 1) ** less
            emissions[np.ix_(rows, columns)] = part * change[:, None]
    return emissions
