"""What is read together, words or lines for which a pattern holds, and what that is read as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emnist_device.text.kind_words import chances_of
from emnist_device.text.restraint import overrules, restrain_kinds
from emnist_device.text.sources import Either, Words, weigh_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_device.text.automaton import Reading, Source
    from emnist_device.text.constraints import Constraints
    from emnist_device.text.evidence import Evidence
    from emnist_device.text.kind_words import KindWord
    from emnist_device.text.pattern.pattern import Pattern
    from emnist_device.text.spacing import Spaced, Stretch
    from emnist_device.text.word_kinds import Context

# Nothing is divided by less.
_LEAST = 1e-100


@dataclass(frozen=True)
class Unit:
    """Letters and digits that are read together.

    rows: of the page's letters and digits. emissions: (n, 62), how well each of ``BYCLASS``
    explains each of them. source: what they come from. reading: what they are read as. matched:
    whether they fulfil what was asked for, None where nothing was. bound: whether they can be
    nothing else than what was asked for; what neighbours tell is a prior otherwise.
    """

    rows: range
    emissions: NDArray[np.float64]
    source: Source
    reading: Reading
    matched: bool | None = None
    bound: bool = False


class Asked(NamedTuple):
    """Labels (K, n) of all characters of ``unit``, of which ``part`` are looked at."""

    unit: Unit
    labels: NDArray[np.intp]
    part: range

    def only(self, kept: NDArray[np.bool_]) -> Asked:
        """Return what is asked about the labels that are ``kept``, (K,)."""
        return self._replace(labels=self.labels[kept])


def find_coherences(asked: Sequence[Asked]) -> list[NDArray[np.float64]]:
    """Return how much more probable labels are together than one by one, (K,) of each asked.

    Characters of a word tell of one another. All units are of one page.
    """
    found = [np.ones(len(each.labels)) for each in asked]
    apart = [_take_apart(each) for each in asked]
    numbers = [number for number, (known, _) in enumerate(apart) if known.any()]
    sought = [asked[number].only(apart[number][0]) for number in numbers]
    for number, chances in zip(numbers, _find_chances(sought), strict=True):
        known, alone = apart[number]
        found[number][known] = chances / alone[known]
    return found


def _take_apart(asked: Asked) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return which labels (K,) neighbours tell of, and how probable they are one by one, (K,)."""
    rows = np.arange(asked.part.start, asked.part.stop)
    alone = asked.unit.reading.marginals[rows, asked.labels[:, rows]]
    apart = alone.prod(axis=1)
    # A long row of doubtful ones is too small to tell.
    known = (alone.min(axis=1) > _LEAST) & (apart > 0) & (len(rows) > 1)
    return known, apart


def _find_chances(asked: Sequence[Asked]) -> list[NDArray[np.float64]]:
    """Return how probable labels are for the characters that are looked at, (K,) of each asked."""
    found = [np.zeros(0)] * len(asked)
    words: list[tuple[int, KindWord]] = []
    for number, each in enumerate(asked):
        reading = each.unit.reading
        if len(each.part) < each.labels.shape[1] or reading.word is None:
            found[number] = _by_evidence(each)
        elif len(each.labels) == 1 and reading.best == tuple(each.labels[0].tolist()):
            found[number] = np.array([reading.chance])
        else:
            words.append((number, reading.word))
    chances = chances_of([word for _, word in words], [asked[number].labels for number, _ in words])
    for (number, _), own in zip(words, chances, strict=True):
        found[number] = own
    return found


def _by_evidence(asked: Asked) -> NDArray[np.float64]:
    """Return how probable labels are for the characters that are looked at, by their source."""
    unit, labels, part = asked
    fixed = unit.emissions.copy()
    fixed[part] = 0
    levels = []
    for row in labels:
        fixed[part, row[part]] = unit.emissions[part, row[part]]
        levels.append(unit.source.evidence(fixed) - unit.reading.evidence)
        fixed[part, row[part]] = 0
    return np.exp(np.minimum(levels, 0.0))


@dataclass(frozen=True)
class Passage:
    """What is printed together: letters and digits with the symbols among them.

    stretch: where all of it stands. units: its letters and digits; none where it is of symbols
    alone. pattern: what is printed between them; None for a space in each gap. matched: whether it
    fulfils what was asked for, None where nothing was.
    """

    stretch: Stretch
    units: tuple[Unit, ...]
    pattern: Pattern | None = None
    matched: bool | None = None


@dataclass(frozen=True)
class UnitReader:
    """Cuts a page's lines into passages and units, and reads each.

    constraints: what is known of the text. outside: how probable words are that its lexicon lacks,
    0..1. context: the kinds of words.
    """

    constraints: Constraints
    outside: float
    context: Context

    def read(
        self, evidence: Evidence | None, lines: Sequence[Spaced]
    ) -> tuple[tuple[Passage, ...], ...]:
        """Return the passages of each line of a page; without letters and digits, no evidence."""
        if evidence is None:
            return tuple(tuple(self._of_symbols(part) for part in line.stretches) for line in lines)
        emissions = evidence.emissions
        kinds = self.context.read(emissions, np.array([len(word) for word in evidence.words]))
        frequencies = self.context.find_frequencies(kinds)
        readings = kinds.readings(frequencies)
        weighed = emissions
        if self.constraints.pattern is not None:
            marginals = np.concatenate([reading.marginals for reading in readings])
            weighed = restrain_kinds(weigh_kinds(emissions, marginals), evidence.seen)
        page = _Page(
            self.constraints,
            self.outside,
            Words(self.context, frequencies),
            evidence.seen,
            emissions,
            weighed,
        )
        rest = iter(readings)
        return tuple(tuple(page.cut(line, [next(rest) for _ in line.line.words])) for line in lines)

    def _of_symbols(self, stretch: Stretch) -> Passage:
        """Return the passage of symbols alone, which no letter or digit tells of."""
        return Passage(stretch, (), matched=None if self.constraints.pattern is None else False)


@dataclass(frozen=True)
class _Page:
    """A page whose kinds of words are known.

    free: what words come from that fulfil nothing. seen: (N, groups), what the classifier says of
    look-alikes that may occur. emissions: (N, 62). weighed: the same where a pattern holds.
    """

    constraints: Constraints
    outside: float
    free: Words
    seen: NDArray[np.float64]
    emissions: NDArray[np.float64]
    weighed: NDArray[np.float64]

    def cut(self, line: Spaced, readings: Sequence[Reading]) -> list[Passage]:
        """Return the passages of ``line``; ``readings`` are those of its words by their kinds."""
        pattern = self.constraints.pattern
        if pattern is not None and self.constraints.holds_for_line(line.stretches, line.line):
            return [self._by_pattern(pattern, line.line)]
        rest = iter(readings)
        return [self._passage(part, [next(rest) for _ in part.words]) for part in line.stretches]

    def _passage(self, stretch: Stretch, readings: Sequence[Reading]) -> Passage:
        """Return what ``stretch`` is; ``readings`` are those of its words by their kinds."""
        pattern = self.constraints.pattern
        if pattern is not None and self.constraints.fits(stretch):
            return self._by_pattern(pattern, stretch)
        units = tuple(
            self._word(rows, reading) for rows, reading in zip(stretch.words, readings, strict=True)
        )
        kept = [unit.matched for unit in units if unit.matched is not None]
        matched = all(kept) if kept else None
        return Passage(stretch, units, matched=matched if pattern is None else False)

    def _word(self, rows: range, reading: Reading) -> Unit:
        """Return the unit of a word, which is ``reading`` where nothing else is asked for."""
        if self.constraints.pattern is not None or not self.constraints.fits_word(rows):
            own = self.emissions[rows.start : rows.stop]
            return Unit(rows, own, self.free, reading, matched=False)
        return self._by_lexicon(rows, self.free, reading)

    def _by_pattern(self, pattern: Pattern, stretch: Stretch) -> Passage:
        """Return the passage of ``stretch``, which ``pattern`` holds for."""
        source = pattern.around(stretch.gaps, stretch.symbols)
        rows = stretch.letters
        reading = source.read(self.weighed[rows.start : rows.stop])
        unit = self._by_lexicon(rows, source, reading)
        return Passage(stretch, (unit,), pattern, unit.matched)

    def _by_lexicon(self, rows: range, source: Source, reading: Reading) -> Unit:
        """Return the unit of ``rows``, from the lexicon, if there is one, or else ``source``."""
        own = self.weighed[rows.start : rows.stop]
        known = self.constraints
        if known.lexicon is not None:
            either = Either(known.lexicon, source, self.outside)
            joined = either.join(known.lexicon.read(own), reading)
            # Within a pattern, a word that may be another is taken or left as a whole.
            may_be_left = known.pattern is not None and self.outside > 0
            if not (may_be_left and self._overruled(rows, joined, reading)):
                source, reading = either, joined
        bound = bool(known.lengths)
        return Unit(rows, own, source, reading, matched=bound or None, bound=bound)

    def _overruled(self, rows: range, listed: Reading, other: Reading) -> bool:
        """Say whether ``listed`` overrules the picture where ``other`` lets it be."""
        seen = self.seen[rows.start : rows.stop]
        return overrules(seen, np.array(listed.best), np.array(other.best))
