"""Word context: a zero among letters is an O, a one among digits is no I.

Shapes such as 0/O, 1/I/L, 2/Z and 5/S carry no difference; the company they keep does. Each word is
of a kind: digits, capitals, small letters, capitalized, mixed, a row of one character or a series
as on sheets of samples, or an English word in one of three cases. How common each kind is on a page
is estimated from the page itself (expectation maximization over a mixture of the kinds).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.ngrams import NGrams, load_ngrams
from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Shares of kinds on a page, and for how many words' worth that belief counts.
_SHARES = {"digits": 0.36, "capitals": 0.12, "small": 0.06, "capitalized": 0.04, "mixed": 0.14}
# Rows of digits, of capitals, of small letters; series of each.
_CHAIN_SHARES = (0.03, 0.02, 0.005, 0.01, 0.02, 0.005)
# English in capitals, in small letters, capitalized.
_ENGLISH_SHARES = (0.1, 0.06, 0.06)
_PRIOR_WORDS, _ROUNDS = 3.0, 4
# In a row the next character is the same, in a series the next one, but for this share; it is of
# the same kind in any case.
_BREAK = 0.03
# An English word that is less probable than other kinds by this factor, as a logarithm, is not
# looked at; and none has more letters.
_HOPELESS, _LONGEST = 25.0, 40
# Nothing is divided by less.
_LEAST = 1e-300

# Of each kind, what its words begin with and go on with.
_SETS = {
    "digits": (DIGITS, DIGITS),
    "capitals": (UPPER, UPPER),
    "small": (LOWER, LOWER),
    "capitalized": (UPPER, LOWER),
}
_SMALL, _CAPITAL = (np.array([BYCLASS.index(char) for char in kind]) for kind in (LOWER, UPPER))
# Digits, capitals and small letters of rows, then of series, as rows of ones among zeros; and each
# of them as likely as the others.
_ALIKE = np.array(
    2 * [[char in kind for char in BYCLASS] for kind in (DIGITS, UPPER, LOWER)], float
)
_EVEN = _ALIKE / _ALIKE.sum(axis=1, keepdims=True)
# For each of the chains, which character follows each, and which is before it.
_CHAINS, _SELF = np.arange(6)[:, None], np.arange(len(BYCLASS))
_NEXT_DIGIT = np.concatenate([np.roll(_SELF[:10], -1), _SELF[10:]])
_AFTER = np.array([*[_SELF] * 3, _NEXT_DIGIT, *[np.roll(_SELF, -1)] * 2])
_BEFORE = np.argsort(_AFTER, axis=1)

#: Of one word, for each kind: the logarithm of the evidence (kinds,), and the probability of each
#: character at each place (kinds, N, 62).
Kinds = tuple["NDArray[np.float64]", "NDArray[np.float64]"]


class Context:
    """The kinds of words, each with all strings of that kind.

    Args:
        background: (62,) how common each character is in mixed words; sums to 1.
        kind: see :class:`emnist_device.decoding.Decoding`; ``none`` knows mixed words only.
    """

    def __init__(self, background: NDArray[np.float64], kind: str) -> None:
        named = {} if kind == "none" else _SETS
        uniform = [
            [[(char in chars) / len(chars) for char in BYCLASS] for chars in pair]
            for pair in named.values()
        ]
        self._weights = np.array([*uniform, [background, background]])  # (kinds, first/rest, 62)
        self._chains = kind != "none"
        self._ngrams = load_ngrams() if kind == "english" else None
        shares = [_SHARES[name] for name in (*named, "mixed")]
        shares += list(_CHAIN_SHARES) if self._chains else []
        shares += list(_ENGLISH_SHARES) if self._ngrams else []
        self.prior = np.array(shares) / sum(shares)

    def read(self, emissions: NDArray[np.float64]) -> Kinds:
        """Read one word by each kind; ``emissions`` (N, 62) say how well characters explain it."""
        levels, joint, mass = self._by_sets(emissions)
        evidence, found = [levels], [joint / np.maximum(mass, _LEAST)]
        if self._chains:
            levels, chars = _read_chains(emissions)
            evidence.append(levels)
            found.append(chars)
        if self._ngrams is not None:
            best = float(np.concatenate(evidence).max())
            levels, letters = _read_english(self._ngrams, emissions, best)
            evidence.append(levels)
            found.append(letters)
        return np.concatenate(evidence), np.concatenate(found)

    def evidence(self, emissions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the first of what :meth:`read` does, in less time."""
        evidence = [self._by_sets(emissions)[0]]
        if self._chains:
            evidence.append(_follow_chains(emissions)[0])
        if self._ngrams is not None:
            best = float(np.concatenate(evidence).max())
            levels, live, letters, _ = _spell(emissions, best)
            if len(live):
                levels[live] = self._ngrams.evidence(letters)
            evidence.append(levels)
        return np.concatenate(evidence)

    def _by_sets(
        self, emissions: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return evidence (K,) of the kinds that are sets, each character's part, and its sum."""
        joint = self._weights[:, 1, None] * emissions
        joint[:, 0] = self._weights[:, 0] * emissions[0]
        mass = joint.sum(axis=2, keepdims=True)
        with np.errstate(divide="ignore"):
            return np.log(mass[..., 0]).sum(axis=1), joint, mass


def mix_kinds(evidence: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the shares of the kinds on a page, (kinds,), from each word's evidence (W, kinds)."""
    shares = prior
    for _ in range(_ROUNDS):
        posterior = posterior_kinds(evidence, shares)
        shares = (_PRIOR_WORDS * prior + posterior.sum(axis=0)) / (_PRIOR_WORDS + len(evidence))
    return shares


def posterior_kinds(
    evidence: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability of each kind, of logarithms (..., kinds) and the kinds' shares."""
    with np.errstate(divide="ignore"):
        joint = evidence + np.log(shares)
    posterior = np.exp(joint - joint.max(axis=-1, keepdims=True))
    return np.asarray(posterior / posterior.sum(axis=-1, keepdims=True))


def _read_chains(
    emissions: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return evidence (6,) and marginals (6, N, 62) of rows and of series.

    Both are of digits, of capitals, or of small letters.
    """
    level, ahead = _follow_chains(emissions)
    own = _ALIKE * emissions[:, None]  # (N, 6, 62)
    after = np.ones_like(_EVEN)
    for place in range(len(own) - 1, -1, -1):
        through = ahead[place] * after
        ahead[place] = through / np.maximum(through.sum(axis=1, keepdims=True), _LEAST)
        rest = own[place] * after
        spread = (rest * _EVEN).sum(axis=1, keepdims=True)
        after = (1 - _BREAK) * _follow(rest, -1) + _BREAK * _ALIKE * spread
        after /= np.maximum(after.max(axis=1, keepdims=True), _LEAST)
    return level, ahead.transpose(1, 0, 2)


def _follow_chains(
    emissions: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return evidence (6,) of rows and series, and (N, 6, 62) what each place and those before say.

    See :func:`_read_chains`.
    """
    state, level = _EVEN, np.zeros(len(_EVEN))
    ahead = np.empty((len(emissions), *_EVEN.shape))
    for place, row in enumerate(_ALIKE * emissions[:, None]):
        if place:
            state = (1 - _BREAK) * _follow(state, 1) + _BREAK * _EVEN * state.sum(1, keepdims=True)
        state = state * row
        total = state.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore"):
            level = level + np.log(total[:, 0])
        state = state / np.maximum(total, _LEAST)
        ahead[place] = state
    return _of_one_hand(level, len(emissions)), ahead


def _of_one_hand(level: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """Return evidence (6,) of chains as it is worth where all characters are by one hand.

    What makes one 1 look like an I makes all of a row of them: whether a row or series is of digits
    or of letters, all its characters say no surer than one of them does on average. What rows and
    series have against words that are neither stays.
    """
    parts = level.reshape(2, 3)
    whole = np.logaddexp.reduce(parts, axis=1, keepdims=True)
    if not np.isfinite(whole).all():
        return level
    apart = (parts - whole) / places
    return np.asarray(whole + apart - np.logaddexp.reduce(apart, axis=1, keepdims=True)).ravel()


def _follow(values: NDArray[np.float64], step: int) -> NDArray[np.float64]:
    """Move what each character (6, 62) has to the one after it (``step`` 1) or before it (-1).

    In rows that is the same one. After 9 comes 0; after Z and z what is no letter of the kind.
    """
    return values[_CHAINS, _BEFORE if step > 0 else _AFTER]


def _read_english(
    ngrams: NGrams, emissions: NDArray[np.float64], best: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return evidence (3,) and marginals (3, N, 62) of words in capitals, in small letters, both.

    Words that cannot explain ``emissions`` nearly as well as ``best`` are not looked at.
    """
    levels, live, letters, columns = _spell(emissions, best)
    found = np.zeros((3, *emissions.shape))
    if len(live):
        levels[live], probabilities = ngrams.read(letters)
        of_live = found[live]
        np.put_along_axis(of_live, columns, probabilities, axis=2)
        found[live] = of_live
    return levels, found


def _spell(
    emissions: NDArray[np.float64], best: float
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Return how English words in capitals, in small letters and both would be spelled.

    Returns:
        Evidence of the three where none is looked at, which of them are worth a look (L,), their
        letters' emissions (L, N, 26), and where these are among ``emissions``'s.
    """
    columns = np.tile(_SMALL, (3, len(emissions), 1))
    columns[0], columns[2, 0] = _CAPITAL, _CAPITAL
    letters = np.take_along_axis(emissions[None], columns, axis=2)
    # No string is explained better than by the best character of each place.
    with np.errstate(divide="ignore"):
        bound = np.log(letters.max(axis=2)).sum(axis=1)
    live = np.flatnonzero((bound > best - _HOPELESS) & (len(emissions) <= _LONGEST))
    return np.full(3, -np.inf), live, letters[live], columns[live]
