"""Which fields of all sheets of a file of results are accepted, once all are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emnist_device.batch.claims import find_claims
from emnist_device.batch.tasks import title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from emnist_device.batch.claims import Claim, Row
    from emnist_device.batch.results import Results
    from emnist_device.batch.sheets import SheetFormat


@dataclass(frozen=True)
class Tally:
    """What became of the sheets of a file of results.

    sheets, refused: how many were read, and were not. accepted, doubtful: fields. expected: how
    many of the accepted are expected to be wrong. threshold: their least probability. claims: rows
    of rosters for which several sheets are taken.
    """

    sheets: int
    refused: int
    accepted: int
    doubtful: int
    expected: float
    threshold: float
    claims: tuple[Claim, ...] = ()


def settle(
    results: Results,
    form: SheetFormat,
    accept: float,
    columns: Mapping[str, frozenset[str]] | None = None,
) -> Tally:
    """Mark the fields of ``results`` that are accepted, and return how many there are.

    As many are as can be while a share of ``accept`` at most is expected to be wrong; but none that
    tells the row of a roster where that is another sheet's as well.

    Args:
        results: of sheets.
        form: how they are written.
        accept: share of wrong ones.
        columns: name of a form -> its fields that hold columns of a roster.

    Raises:
        EmnistEdgeError: the file cannot be written anew.
    """
    from emnist_device.forms.reading.acceptance import expected_wrong, find_threshold

    columns = columns or {}
    claims = find_claims(_rows(results, form))
    chances: list[float] = []
    sheets = refused = fields = 0
    for record in results.records():
        read = form.fields(record)
        if read is None:
            refused += 1
            continue
        sheets += 1
        fields += len(read)
        doubts = _doubts(form, record, claims, columns)
        chances += [p for name, (p, reason) in read.items() if not reason and name not in doubts]
    threshold = find_threshold(chances, accept)

    def marked(record: bytes) -> bytes:
        read = form.fields(record)
        if read is None:
            return record
        doubts = _doubts(form, record, claims, columns)
        sure = (n for n, (p, reason) in read.items() if not reason and p >= threshold)
        return form.settled(record, frozenset(sure) - doubts.keys(), doubts)

    results.rewrite(marked)
    taken = [chance for chance in chances if chance >= threshold]
    wrong = expected_wrong(taken)
    doubtful = fields - len(taken)
    return Tally(sheets, refused, len(taken), doubtful, wrong, threshold, tuple(claims.values()))


def _rows(results: Results, form: SheetFormat) -> Iterator[tuple[Row, str]]:
    """Yield the rows of rosters that sheets are taken for, and what messages call these."""
    for record in results.records():
        if form.fields(record) is not None and (row := form.row(record)) is not None:
            yield row, _title(form, record)


def _title(form: SheetFormat, record: bytes) -> str:
    entry = form.entry(record)
    return title(entry.name, entry.number, 2 if (entry.number or 1) > 1 else 1)


def _doubts(
    form: SheetFormat,
    record: bytes,
    claims: Mapping[Row, Claim],
    columns: Mapping[str, frozenset[str]],
) -> dict[str, str]:
    """Return why fields of a sheet are in doubt beside other sheets: those that tell its row."""
    row = form.row(record) if claims else None
    if row is None or row not in claims:
        return {}
    reason = claims[row].reason(_title(form, record))
    return dict.fromkeys(columns.get(row[0], ()) & (form.fields(record) or {}).keys(), reason)
