"""What several fields say together: sums, and the rows of a roster."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from emnist_device.forms.checks import number_of, sum_failures
from emnist_device.forms.reading.by_roster import weigh_roster
from emnist_device.forms.reading.candidates import OUTSIDE, Candidates, beside_picture

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from emnist_device.forms.model import FormPage, Leaf, SumOf, Template
    from emnist_device.forms.roster import Roster

# Of each field, so many candidates count, and of sums so many values, unless they are rarer than
# this.
_FEW, _MANY, _RARE = 8, 500, 1e-9
# Where a sum fails, fields that are so probably why are in doubt, and none is surer than the second
# before it did. On four sheets of UNIPEN's held-out hands, 33 of 163 are, and all 8 that are wrong.
_BLAMED, _LEAST_DOUBT = 0.01, 1e-3
# A sum asks for nothing to which the picture gives less than this beside what it reads.
_UNLIKE = 0.01

#: A number, or None for what is none, -> how probable it is.
Values = dict[Decimal | None, float]


@dataclass(frozen=True)
class Weighed:
    """What the fields of a page say together.

    read: candidates of each. alone: of those that a sum or a roster has, what each says by itself.
    row: of the roster, from 1, or None.
    """

    read: dict[str, Candidates]
    alone: dict[str, Candidates]
    row: int | None


def weigh_together(
    template: Template,
    page: FormPage,
    read: Mapping[str, Candidates],
    roster: Roster | None,
    said: Collection[str] = (),
    printed: int | None = None,
) -> Weighed:
    """Return what the fields of ``page`` say by sums and ``roster``.

    ``read`` are the candidates of each field by itself; those ``said`` by a person have one.
    ``printed``: the row of the roster that its QR code says, from 1.
    """
    leaves = {leaf.name: leaf for leaf in page.leaves()}
    found, names, row = dict(read), set[str](), None
    for each in template.sums:
        own = {each.field, *each.parts}
        if own <= leaves.keys():
            found |= weigh_sum(each, leaves, found)
            names |= own
    if roster is not None:
        made, row = weigh_roster(template.roster_columns, found, roster, said, printed)
        found |= made
        names |= template.roster_columns.keys() & leaves.keys()
    alone = {name: read[name] for name in leaves if name in names}
    return Weighed(found, alone, None if row is None else row + 1)


def weigh_sum(
    total: SumOf, leaves: Mapping[str, Leaf], read: dict[str, Candidates]
) -> dict[str, Candidates]:
    """Return the candidates of the fields of a sum, as it lets them be.

    ``read`` are those of each field by itself. A sum decides between what the picture has alike: a
    field of which the picture is sure stays as it is. Where no such candidates make a sum that
    holds, all that may be why are in doubt.
    """
    names = [*total.parts, total.field]
    if not read[total.field].text:
        return {}
    tables = [_values(leaves[name], read[name]) for name in names]
    signed = [*tables[:-1], {None if v is None else -v: p for v, p in tables[-1].items()}]
    before, after = _sums(signed), _sums(signed[::-1])[::-1]
    holds = before[-1].get(Decimal(0), 0.0)
    chance = (1 - OUTSIDE) * holds / ((1 - OUTSIDE) * holds + OUTSIDE * max(1 - holds, 0.0))
    found = {}
    for number, name in enumerate(names):
        others = _added(before[number], after[number + 1])
        weighed = []
        for text, own in _alike(read[name]):
            value = _number(leaves[name], text)
            signed_value = None if value is None else -value if name == total.field else value
            within = 0.0 if signed_value is None else others.get(-signed_value, 0.0)
            share = own * within / holds if holds > 0 else 0.0
            weighed.append((text, chance * share + (1 - chance) * own))
        rest = [each for each in read[name].texts if each not in _alike(read[name])]
        made = Candidates.of([*weighed, *rest], read[name].reason)
        found[name] = beside_picture(made, read[name], "the sum asks for")
    texts = {name: candidates.text for name, candidates in found.items()}
    failure = next(sum_failures(total, leaves, texts), None)
    if failure is None:
        return found
    return _blamed(total, read, found, failure.reason)


def _blamed(
    total: SumOf, read: Mapping[str, Candidates], found: Mapping[str, Candidates], reason: str
) -> dict[str, Candidates]:
    """Return ``found`` where a sum fails for ``reason``: what may be why is in doubt.

    One of its fields is wrong at least: each so probably as it is the least sure of them. The total
    is in doubt in any case, as whoever filled it in may have added wrongly.
    """
    doubts = {name: max(1 - read[name].probability, _LEAST_DOUBT) for name in found}
    whole = sum(doubts.values())
    made = {}
    for name, candidates in found.items():
        share = doubts[name] / whole
        if name == total.field:
            made[name] = candidates.doubted(reason)
        elif share >= _BLAMED:
            made[name] = candidates.doubted(f"{total.field} {reason}")
        else:
            made[name] = candidates.scaled(1 - share)
    return made


def _alike(candidates: Candidates) -> list[tuple[str, float]]:
    """Return the texts between which the picture leaves a choice, with their probabilities."""
    least = _UNLIKE * candidates.probability
    return [each for each in candidates.texts[:_FEW] if each[1] >= least]


def _number(leaf: Leaf, text: str) -> Decimal | None:
    return number_of(leaf, text) if text.strip() else Decimal(0)


def _values(leaf: Leaf, candidates: Candidates) -> Values:
    """Return the numbers that a field may be."""
    found: Values = {}
    for text, chance in _alike(candidates):
        value = _number(leaf, text)
        found[value] = found.get(value, 0.0) + chance
    return found


def _sums(tables: Sequence[Values]) -> list[Values]:
    """Return how probable each sum of the first 0, 1, 2, ... of ``tables`` is."""
    sums: list[Values] = [{Decimal(0): 1.0}]
    for table in tables:
        sums.append(_added(sums[-1], table))
    return sums


def _added(one: Values, other: Values) -> Values:
    """Return how probable each sum of two numbers is."""
    found: Values = {}
    for a, p in one.items():
        for b, q in other.items():
            if a is not None and b is not None and p * q >= _RARE:
                found[a + b] = found.get(a + b, 0.0) + p * q
    return dict(sorted(found.items(), key=lambda each: -each[1])[:_MANY])
