"""Height and baseline: what the place of a character in its line says about it.

A glyph has lost its size: c and C, o and 0 are one shape. On the line, capitals and digits stand as
high as b and d, c and o are about 0.6 of that, and p and y reach below. How high capitals are and
where the baseline runs is not known; all that fit are tried, each as probable as it makes the line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import BYCLASS, DIGITS, LOWER, UPPER

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from emnist_device.page import Box

# Forms: height and lower end in cap heights, how much people vary (standard deviations of the
# logarithm of the height, and of the lower end), and the characters.
_FORMS = (
    (1.0, 0.0, 0.12, 0.09, DIGITS + UPPER + "bdfhklt"),
    (0.6, 0.0, 0.17, 0.09, "acemnorsuvwxz"),
    (0.9, -0.3, 0.15, 0.13, "gpqy"),
    (1.15, -0.3, 0.20, 0.13, "j"),
    (0.85, 0.0, 0.20, 0.09, "i"),
)
_FORM_OF = np.array([next(n for n, form in enumerate(_FORMS) if c in form[4]) for c in BYCLASS])
# This share of characters is written anyhow: these many times the usual deviations.
_ODD, _WIDER = 0.08, 4.0
# Kinds of words and how common they are: digits, capitals, small, capitalized, mixed.
_KINDS = np.array([0.3, 0.3, 0.15, 0.15, 0.1])
_SETS = np.array([[c in kind for c in BYCLASS] for kind in (DIGITS, UPPER, LOWER, BYCLASS)], float)
_FIRST, _REST = [0, 1, 2, 1, 3], [0, 1, 2, 2, 3]
# Cap heights that are tried, for each factor of e; baselines at most. Baselines rise or fall by no
# more than this, and are near a lower end within this share of the usual height.
_PER_E, _BASELINES, _STEEPEST, _NEAR = 14, 10, 0.35, 0.1
# So many characters of a line are looked at together.
_TOGETHER = 80
# Tables of up to this many characters are kept, at some 25 kB each.
_KEPT = 400
# Lines of a page are alike in size: the standard deviation of the logarithm, and the share of lines
# of any size.
_LINE_SPREAD, _OTHER_SIZE = 0.12, 0.1
# Width over height below which a character is one upright stroke: no foot, no serif.
_BARE = 0.32
# How often each of the two characters that EMNIST files under L is one upright stroke.
_BARE_L, _BARE_SMALL_L = 0.03, 0.9


def weigh_shapes(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return factors (N, 62) by which the boxes' shapes tell the two characters of L apart.

    EMNIST files the small l, an upright stroke, under L, which has a foot.
    """
    factors = np.ones((len(boxes), len(BYCLASS)))
    bare = np.array([box.width < _BARE * box.height for box in boxes], bool)
    for char, share in (("L", _BARE_L), ("l", _BARE_SMALL_L)):
        both = (_BARE_L + _BARE_SMALL_L) / 2
        factors[:, BYCLASS.index(char)] = np.where(bare, share / both, (1 - share) / (1 - both))
    return factors


def weigh_places(
    emissions: NDArray[np.float64],
    lines: Sequence[Sequence[Box]],
    words: Sequence[Sequence[int]],
) -> NDArray[np.float64]:
    """Return factors (N, 62) by which height and baseline speak for each of ``BYCLASS``.

    Args:
        emissions: (N, 62), how well each character explains each glyph.
        lines: boxes of each line's characters; N in all.
        words: row indices of each word.
    """
    if not words:
        return np.ones_like(emissions)
    heights = np.log([max(box.height, 1) for boxes in lines for box in boxes])
    low, high = np.quantile(heights, [0.03, 0.97])
    grid = np.arange(low - 0.3, high + 1.0, 1 / _PER_E)
    lines = [
        boxes[start : start + _TOGETHER]
        for boxes in lines
        for start in range(0, len(boxes), _TOGETHER)
    ]
    first = np.zeros(len(emissions), bool)
    first[[word[0] for word in words]] = True
    number = np.empty(len(emissions), int)
    for index, word in enumerate(words):
        number[list(word)] = index

    def look() -> Iterator[_Line]:
        start = 0
        for boxes in lines:
            rows = slice(start, start + len(boxes))
            yield _Line(emissions[rows], boxes, first[rows], number[rows], grid)
            start += len(boxes)

    # Of a large page, the tables of all lines at once would be large: they are made twice.
    tables = list(look()) if len(emissions) <= _KEPT else None
    sizes = np.array([line.sizes() for line in tables or look()])
    counts = np.array([len(boxes) for boxes in lines], float)
    near = np.exp(-0.5 * ((grid[:, None] - grid) / _LINE_SPREAD) ** 2)
    near /= near.sum(axis=1, keepdims=True)
    factors = []
    for index, line in enumerate(tables or look()):
        others = counts * (np.arange(len(counts)) != index)
        alike = others @ sizes @ near / max(others.sum(), 1)
        share = _OTHER_SIZE if others.any() else 1.0
        factors.append(line.factors(np.log(share / len(grid) + (1 - share) * alike)))
    return np.concatenate(factors)


class _Line:
    """One line under all hypotheses: cap heights of ``grid`` (G,) and baselines (B,).

    fits: (G, B, N, forms) densities. terms: (kinds, G, B, N) logarithms of how well each kind of
    word explains each character, ink and place.
    """

    def __init__(
        self,
        emissions: NDArray[np.float64],
        boxes: Sequence[Box],
        first: NDArray[np.bool_],
        number: NDArray[np.int64],
        grid: NDArray[np.float64],
    ) -> None:
        height = np.log([max(box.height, 1) for box in boxes])
        above = _above_baselines(boxes)
        cap = np.exp(grid)[:, None, None]
        self.fits = np.stack(
            [
                _density(
                    (height - grid[:, None] - np.log(tall))[:, None] / spread,
                    (above / cap - low) / drop,
                )
                / (spread * drop)
                for tall, low, spread, drop, _ in _FORMS
            ],
            axis=-1,
        )
        by_form = np.zeros((len(_SETS), len(boxes), len(_FORMS)))
        for form in range(len(_FORMS)):
            members = form == _FORM_OF
            by_form[:, :, form] = _SETS[:, members] @ emissions[:, members].T
        by_form /= _SETS.sum(axis=1)[:, None, None]
        mass = np.where(first[:, None], by_form[_FIRST], by_form[_REST])
        self.terms = np.log(np.einsum("gbnf,knf->kgbn", self.fits, mass).clip(1e-300))
        self.words = [np.flatnonzero(number == word) for word in np.unique(number)]

    def sizes(self) -> NDArray[np.float64]:
        """Return the probability of each cap height (G,) that the line alone tells."""
        total = np.sum(self._of_words(), axis=0)
        share = np.exp(total - total.max())
        return np.asarray(share.sum(axis=1) / share.sum())

    def factors(self, prior: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (N, 62): the fit of each character, whose size the others of the line tell.

        ``prior`` (G,) are logarithms of how probable each cap height is by what other lines tell.
        """
        of_words = self._of_words()
        total = prior[:, None] + sum(of_words)
        fit = np.empty((self.fits.shape[2], len(_FORMS)))
        for word, own in zip(self.words, of_words, strict=True):
            together = self.terms[..., word].sum(axis=-1)
            for row in word:
                rest = total - own + _mix(together - self.terms[..., row])
                share = np.exp(rest - rest.max())
                fit[row] = np.einsum("gb,gbf->f", share / share.sum(), self.fits[:, :, row])
        fit /= fit.max(axis=1, keepdims=True)
        return np.asarray(fit[:, _FORM_OF])

    def _of_words(self) -> list[NDArray[np.float64]]:
        """Return for each word how well each hypothesis explains it, logarithms (G, B)."""
        return [_mix(self.terms[..., word].sum(axis=-1)) for word in self.words]


def _mix(of_kinds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logarithm (G, B) of the mean over kinds of words, of logarithms (kinds, G, B)."""
    joint = of_kinds + np.log(_KINDS)[:, None, None]
    most = joint.max(axis=0)
    return np.asarray(most + np.log(np.exp(joint - most).sum(axis=0)))


def _density(height: NDArray[np.float64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the density of standardized deviations, with heavy tails for odd characters."""
    square = -0.5 * (height**2 + lower**2)
    return np.asarray((1 - _ODD) * np.exp(square) + _ODD / _WIDER**2 * np.exp(square / _WIDER**2))


def _above_baselines(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return how far each lower end is above each baseline that the line may have, (B, N) pixels.

    Baselines are tried that run level through a lower end, or through two of them that lie apart;
    those that most lower ends are near to come first, and others that are much like them are left.
    """
    x = np.array([box.x + box.width / 2 for box in boxes])
    y = np.array([box.bottom for box in boxes], float)
    height = float(np.median([max(box.height, 1) for box in boxes]))
    i, j = np.triu_indices(len(boxes), 1)
    far = x[j] - x[i] > height
    slopes = (y[j] - y[i])[far] / (x[j] - x[i])[far]
    steep = np.abs(slopes) > _STEEPEST
    slope = np.concatenate([np.zeros(len(boxes)), slopes[~steep]])
    start = np.concatenate([np.arange(len(boxes)), i[far][~steep]])
    above = y[start, None] + slope[:, None] * (x - x[start, None]) - y
    support = np.exp(-0.5 * (above / (_NEAR * height)) ** 2).sum(axis=1)
    found: list[NDArray[np.float64]] = []
    for index in np.argsort(-support, kind="stable"):
        row = above[index]
        if all(np.abs(row - other).max() > _NEAR * height / 2 for other in found):
            found.append(row)
            if len(found) == _BASELINES:
                break
    return np.array(found)
