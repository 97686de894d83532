"""What several fields say together: sums, and the rows of a roster."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from emnist_device.forms.checks import number_of, sum_failures
from emnist_device.forms.reading.candidates import OUTSIDE, Candidates
from emnist_device.forms.roster import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emnist_device.forms.model import Leaf, SumOf
    from emnist_device.forms.roster import Roster

# Of each field, so many candidates count, and of sums so many values, unless they are rarer than
# this.
_FEW, _MANY, _RARE = 8, 500, 1e-9
# What a field says by the picture at least for each of its characters that a roster has otherwise.
_FLOOR = 1e-4
# A roster's row is in doubt where the picture gives it less than this beside what it reads.
_AGAINST = 0.1

#: A number, or None for what is none, -> how probable it is.
Values = dict[Decimal | None, float]


def weigh_sum(
    total: SumOf, leaves: Mapping[str, Leaf], read: dict[str, Candidates]
) -> dict[str, Candidates]:
    """Return the candidates of the fields of a sum, as it lets them be.

    ``read`` are those of each field by itself. Where no candidates make a sum that holds, all are
    in doubt.
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
        for text, own in read[name].texts[:_FEW]:
            value = _number(leaves[name], text)
            signed_value = None if value is None else -value if name == total.field else value
            within = 0.0 if signed_value is None else others.get(-signed_value, 0.0)
            share = own * within / holds if holds > 0 else 0.0
            weighed.append((text, chance * share + (1 - chance) * own))
        found[name] = Candidates.of(weighed, read[name].reason)
    texts = {name: candidates.text for name, candidates in found.items()}
    failure = next(sum_failures(total, leaves, texts), None)
    if failure is None:
        return found
    return {
        name: candidates.scaled(chance).doubted(failure.reason)
        for name, candidates in found.items()
    }


def _number(leaf: Leaf, text: str) -> Decimal | None:
    return number_of(leaf, text) if text.strip() else Decimal(0)


def _values(leaf: Leaf, candidates: Candidates) -> Values:
    """Return the numbers that a field may be."""
    found: Values = {}
    for text, chance in candidates.texts[:_FEW]:
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


def weigh_roster(
    columns: Mapping[str, str], read: Mapping[str, Candidates], roster: Roster
) -> tuple[dict[str, Candidates], int | None]:
    """Return the candidates of fields that a roster has, as it lets them be, and its row.

    The nearest row is that which is most probable by all of its fields together. Where none of
    them says anything, there is none.

    Args:
        columns: field -> its column.
        read: candidates of each field by itself.
        roster: the rows that there are.
    """
    given = {name: read[name] for name in columns if name in read and read[name].text.strip()}
    if not given:
        return {}, None
    tables = {
        name: {plain(text): chance for text, chance in reversed(candidates.texts)}
        for name, candidates in given.items()
    }
    scores = [
        math.prod(_chance(tables[name], plain(row[columns[name]]), given[name]) for name in given)
        for row in roster.rows
    ]
    best = max(range(len(scores)), key=scores.__getitem__)
    picture = math.prod(candidates.probability for candidates in given.values())
    chance = (
        (1 - OUTSIDE)
        * scores[best]
        / ((1 - OUTSIDE) * sum(scores) + OUTSIDE * max(picture - scores[best], 0.0) + 1e-30)
    )
    row = roster.rows[best]
    found = {}
    for name, candidates in given.items():
        wanted = row[columns[name]]
        own = tables[name].get(plain(wanted), 0.0)
        same = plain(wanted) == plain(candidates.text)
        text = candidates.text if same else wanted
        others = [(t, (1 - chance) * p) for t, p in candidates.texts if plain(t) != plain(wanted)]
        made = Candidates.of([(text, chance), *others], candidates.reason)
        if made.text != text:
            made = made.doubted("no row of the roster has it")
        elif not same and own < _AGAINST * candidates.probability:
            made = made.doubted(f"reads {candidates.text}, and the roster has {wanted}")
        found[name] = made
    return found, best


def _chance(table: Mapping[str, float], wanted: str, candidates: Candidates) -> float:
    """Return how probable it is by the picture that a field says ``wanted``."""
    if wanted in table:
        return table[wanted]
    read = plain(candidates.text)
    if len(read) != len(wanted):
        return candidates.probability * _FLOOR ** max(abs(len(read) - len(wanted)), 1) * _FLOOR
    wrong = sum(a != b for a, b in zip(read, wanted, strict=True))
    return candidates.probability * _FLOOR**wrong
