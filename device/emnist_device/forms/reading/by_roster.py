"""What the fields of a sheet say beside a roster, of which the sheet is one row."""

from __future__ import annotations

import math
from collections import defaultdict
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from emnist_device.forms.reading.candidates import AGAINST, OUTSIDE, Candidates, beside_picture
from emnist_device.forms.roster import plain

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from emnist_device.forms.roster import Roster

#: What the reason of doubt begins with where a sheet was printed for another row than it says.
PRINTED_FOR = "its QR code is that of row "
# What a field says by the picture at least for each of its characters that a roster has otherwise.
_FLOOR = 1e-4
# How probable it is that one cell of a number stays empty, beside that it is as it should be.
_EMPTY = 0.05
# A row of a roster is the nearest where it has more than this of what all are probable.
_ALONE = 0.6
# A row that is less probable than this is rather none of the roster's.
_AS_PROBABLE = 0.5
# The nearest row is named where at least one field has so much of what it has, of 1 for all.
_LIKE = 0.5


def weigh_roster(
    columns: Mapping[str, str],
    read: Mapping[str, Candidates],
    roster: Roster,
    said: Collection[str] = (),
    printed: int | None = None,
) -> tuple[dict[str, Candidates], int | None]:
    """Return the candidates of fields that a roster has, as it lets them be, and its row.

    The nearest row is that which is most probable by all of its fields together. There is none
    where none of them says anything, the picture has what the row has in none of them, or another
    row is as near. What a person said is not weighed against the picture of other fields: where
    rows have it, it is one of these.

    Args:
        columns: field -> its column.
        read: candidates of each field by itself.
        roster: the rows that there are.
        said: fields of which a person said what they have.
        printed: the row that the sheet was printed for, from 1. It decides between rows that fit
            as well; all that say another one are in doubt, unless a person said one of them.
    """
    given = {name: read[name] for name in columns if name in read and read[name].text.strip()}
    if not given:
        return {}, None
    tables = {
        name: {plain(text): chance for text, chance in reversed(candidates.texts)}
        for name, candidates in given.items()
    }
    known = {columns[name]: read[name].text for name in said if name in given}
    scores, whole = _scores(columns, given, tables, roster, known)
    best = max(range(len(scores)), key=scores.__getitem__)
    picture = math.prod(candidates.probability for candidates in given.values())
    share = (1 - OUTSIDE) / (
        (1 - OUTSIDE) * sum(scores) + OUTSIDE * max(picture - scores[best], 0.0) + 1e-30
    )
    row, wanted_of = roster.rows[best], _wanted(roster, best, columns, given)
    chances = {name: share * whole[name][wanted] for name, wanted in wanted_of.items()}
    alone = scores[best] > _ALONE * sum(scores)
    like = any(_is_like(candidates.text, wanted_of[name]) for name, candidates in given.items())
    nearest = _named(row, [columns[name] for name in given]) if alone and like else ""
    found = {
        name: _by_row(row[columns[name]], candidates, tables[name], chances[name], nearest)
        for name, candidates in given.items()
    }
    seen = any(
        tables[name].get(wanted_of[name], 0.0) >= AGAINST * candidates.probability
        or _lacks_one(candidates.text, wanted_of[name])
        for name, candidates in given.items()
    )
    if not seen or printed is None:
        return found, best if seen and alone else None
    if _fits_best(scores, printed - 1):
        return found, printed - 1
    if columns.keys().isdisjoint(said):
        found = _misprinted(found, printed, roster, columns)
    return found, best if alone else None


def _scores(
    columns: Mapping[str, str],
    given: Mapping[str, Candidates],
    tables: Mapping[str, Mapping[str, float]],
    roster: Roster,
    known: Mapping[str, str],
) -> tuple[list[float], dict[str, dict[str, float]]]:
    """Return how well each row fits, and field -> what rows have -> the sum of those that have it.

    Where rows have what is ``known``, others do not fit.
    """
    scores = [0.0] * len(roster.rows)
    whole: dict[str, dict[str, float]] = {name: defaultdict(float) for name in given}
    for number in roster.matching(known) or range(len(roster.rows)):
        wanted_of = _wanted(roster, number, columns, given)
        scores[number] = math.prod(_chance(tables[n], wanted_of[n], given[n]) for n in given)
        for name, wanted in wanted_of.items():
            whole[name][wanted] += scores[number]
    return scores, whole


def _fits_best(scores: Sequence[float], number: int) -> bool:
    """Say whether there is a row ``number``, from 0, and none fits better."""
    return 0 <= number < len(scores) and scores[number] == max(scores)


def _misprinted(
    found: Mapping[str, Candidates], printed: int, roster: Roster, columns: Mapping[str, str]
) -> dict[str, Candidates]:
    """Return ``found`` of another row than ``printed``, from 1: all are in doubt."""
    reason = f"{PRINTED_FOR}{printed}, which the roster has not"
    if 0 < printed <= len(roster.rows):
        row = _named(roster.rows[printed - 1], [columns[name] for name in found])
        reason = f"{PRINTED_FOR}{printed} of the roster: {row}"
    return {name: each.doubted(reason) for name, each in found.items()}


def _wanted(
    roster: Roster, number: int, columns: Mapping[str, str], names: Iterable[str]
) -> dict[str, str]:
    """Return what row ``number`` of ``roster`` has for the fields ``names``, plain."""
    row = roster.rows[number]
    return {name: plain(row[columns[name]]) for name in names}


def _named(row: Mapping[str, str], columns: Iterable[str]) -> str:
    """Return what a row of a roster has in ``columns``, for a message."""
    return ", ".join(f"{column} {row[column]}" for column in dict.fromkeys(columns))


def _is_like(text: str, wanted: str) -> bool:
    """Say whether half of what was read is what a row has."""
    return SequenceMatcher(None, plain(text), wanted, autojunk=False).ratio() >= _LIKE


def _by_row(
    wanted: str, candidates: Candidates, table: Mapping[str, float], chance: float, nearest: str
) -> Candidates:
    """Return the candidates of a field beside its row, which has ``wanted``.

    ``table``: how probable each plain text of ``candidates`` is. ``chance``: how probable the row
    is, and others that have the same. ``nearest``: what messages call it; "" where none is, or
    another is as near.
    """
    told = f"; nearest: {nearest}" if nearest else ""
    text = candidates.text if plain(wanted) == plain(candidates.text) else wanted
    others = [(t, (1 - chance) * p) for t, p in candidates.texts if plain(t) != plain(wanted)]
    share = chance + (1 - chance) * table.get(plain(wanted), 0.0)
    made = Candidates.of([(text, share), *others], candidates.reason)
    if made.text != text:
        return made.doubted(f"no row of the roster has it{told}")
    if chance < _AS_PROBABLE:
        return made.doubted(f"no row of the roster has it beside the other fields{told}")
    return beside_picture(made, candidates, "the roster has")


def _chance(table: Mapping[str, float], wanted: str, candidates: Candidates) -> float:
    """Return how probable it is by the picture that a field says ``wanted``."""
    if wanted in table:
        return table[wanted]
    if _lacks_one(candidates.text, wanted):
        return candidates.probability * _EMPTY
    read = plain(candidates.text)
    if len(read) != len(wanted):
        return candidates.probability * _FLOOR ** max(abs(len(read) - len(wanted)), 1) * _FLOOR
    wrong = sum(a != b for a, b in zip(read, wanted, strict=True))
    return candidates.probability * _FLOOR**wrong


def _lacks_one(text: str, wanted: str) -> bool:
    """Say whether ``text`` is the number ``wanted``, of which one cell was left empty."""
    if not wanted.isdigit() or len(wanted) < 2:
        return False
    if len(text) == len(wanted):
        return text.count(" ") == 1 and all(
            a in {" ", b} for a, b in zip(text, wanted, strict=True)
        )
    return len(text) == len(wanted) - 1 and text in {wanted[1:], wanted[:-1]}
