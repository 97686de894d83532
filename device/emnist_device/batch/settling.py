"""Which fields of all sheets of a file of results are accepted, once all are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emnist_device.batch.results import Results
    from emnist_device.batch.sheets import SheetFormat


@dataclass(frozen=True)
class Tally:
    """What became of the sheets of a file of results.

    sheets, refused: how many were read, and were not. accepted, doubtful: fields. expected: how
    many of the accepted are expected to be wrong. threshold: their least probability.
    """

    sheets: int
    refused: int
    accepted: int
    doubtful: int
    expected: float
    threshold: float


def settle(results: Results, form: SheetFormat, accept: float) -> Tally:
    """Mark the fields of ``results`` that are accepted, and return how many there are.

    As many are as can be while a share of ``accept`` at most is expected to be wrong.

    Raises:
        EmnistEdgeError: the file cannot be written anew.
    """
    from emnist_device.forms.reading.acceptance import expected_wrong, find_threshold

    chances: list[float] = []
    sheets = refused = fields = 0
    for record in results.records():
        read = form.fields(record)
        if read is None:
            refused += 1
            continue
        sheets += 1
        fields += len(read)
        chances += [chance for chance, reason in read.values() if not reason]
    threshold = find_threshold(chances, accept)

    def marked(record: bytes) -> bytes:
        read = form.fields(record)
        if read is None:
            return record
        kept = (n for n, (chance, reason) in read.items() if not reason and chance >= threshold)
        return form.settled(record, frozenset(kept))

    results.rewrite(marked)
    taken = [chance for chance in chances if chance >= threshold]
    return Tally(sheets, refused, len(taken), fields - len(taken), expected_wrong(taken), threshold)
