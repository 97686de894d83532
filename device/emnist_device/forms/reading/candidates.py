"""What a field may say: texts, each with its probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Probability that what is written does not keep to what the template says of it: people err.
OUTSIDE = 0.02
#: What fields say together is in doubt where the picture gives it less than this beside what it
#: reads.
AGAINST = 0.1
# Texts that are less probable are not kept.
_LEAST = 1e-6


@dataclass(frozen=True)
class Candidates:
    """Texts that a field may have, the most probable first.

    texts: each with its probability, 0..1; together at most 1. reason: why the first is in doubt
    whatever its probability; "" for nothing.
    """

    texts: tuple[tuple[str, float], ...]
    reason: str = ""

    @classmethod
    def of(cls, weighed: Iterable[tuple[str, float]], reason: str = "") -> Candidates:
        """Return those of texts with probabilities; of equal texts, these are added."""
        sums: dict[str, float] = {}
        for text, chance in weighed:
            sums[text] = sums.get(text, 0.0) + float(chance)
        kept = [(text, chance) for text, chance in sums.items() if chance >= _LEAST]
        ranked = sorted(kept, key=lambda each: -each[1])
        return cls(tuple(ranked) or (("", 0.0),), reason)

    @property
    def text(self) -> str:
        """The most probable text."""
        return self.texts[0][0]

    @property
    def probability(self) -> float:
        """How probable it is."""
        return self.texts[0][1]

    def doubted(self, reason: str) -> Candidates:
        """Return the same with a reason of doubt, unless there is one."""
        return Candidates(self.texts, self.reason or reason)

    def first(self, count: int) -> Candidates:
        """Return the ``count`` most probable."""
        return Candidates(self.texts[:count], self.reason)

    def scaled(self, chance: float) -> Candidates:
        """Return the same, each so much less probable."""
        return Candidates(tuple((text, chance * own) for text, own in self.texts), self.reason)


def keep_to(candidates: Candidates, holds: Callable[[str], bool]) -> Candidates:
    """Return ``candidates`` as they are where texts most probably are such that ``holds``.

    Texts of which it does not hold are as much less probable as people err rarely. Where hardly a
    candidate keeps to it, the most probable stays, and is as doubtful as that tells.
    """
    total = sum(chance for _, chance in candidates.texts)
    weighed = [
        (text, chance * (1 - OUTSIDE if holds(text) else OUTSIDE))
        for text, chance in candidates.texts
    ]
    rest = max(1 - total, 0.0) * OUTSIDE  # what is not listed counts as if it did not keep to it
    whole = sum(chance for _, chance in weighed) + rest
    if whole <= 0:
        return candidates
    return Candidates.of(((text, chance / whole) for text, chance in weighed), candidates.reason)


def beside_picture(made: Candidates, read: Candidates, who: str) -> Candidates:
    """Return ``made`` of what was ``read``, in doubt where the picture rather has something else.

    ``who``: what says otherwise, such as "the sum asks for".
    """
    own = dict(read.texts).get(made.text, 0.0)
    if made.text == read.text or own >= AGAINST * read.probability:
        return made
    return made.doubted(f"reads {read.text}, and {who} {made.text}")
