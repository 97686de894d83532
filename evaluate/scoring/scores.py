"""How well pages were read: scores of one page, and of all pages of a set."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import fold
from emnist_edge.scoring.edits import (
    Boundaries,
    Edits,
    Pair,
    align,
    compared,
    count_boundaries,
    count_edits,
    normalize,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Pages of these kinds are read and listed, but do not count: each is scored apart.
APART = ("form-printed", "printed-control")


@dataclass(frozen=True)
class PageScore:
    """What became of one page.

    characters: of the truth, without spaces and punctuation. edits: ignoring case. folded_edits:
    number of edits between both texts folded to the 47 classes of EMNIST ByMerge, where case
    counts. other_case: characters that were read in the other case. causes: edits by cause, see
    :mod:`evaluate.scoring.causes`; empty where it was not asked for. milliseconds: to read the
    picture; decoding its file is not in it.
    """

    file: str
    kind: str
    characters: int
    edits: Edits
    folded_edits: int
    other_case: int
    boundaries: Boundaries
    milliseconds: float
    truth: str
    read: str
    causes: dict[str, int] = field(default_factory=dict)

    @property
    def error_rate(self) -> float:
        """Edits over characters, at most 1."""
        return min(1.0, self.edits.total / max(self.characters, 1))

    @property
    def counts(self) -> bool:
        """Whether the page counts in a summary."""
        return self.kind not in APART


@dataclass(frozen=True)
class Summary:
    """Scores of one reader over several pages.

    error_rate: all edits over all characters. mean_error_rate: mean over pages, each at most 1.
    folded_error_rate: as error_rate, of the texts folded to 47 classes. boundary_*: of the word
    boundaries of all pages. causes: edits by cause.
    """

    reader: str
    pages: int
    characters: int
    error_rate: float
    mean_error_rate: float
    folded_error_rate: float
    substituted: int
    lost: int
    added: int
    boundary_precision: float
    boundary_recall: float
    boundary_f1: float
    causes: dict[str, int]
    median_milliseconds: float


def score_text(
    row: dict[str, str], read: str, milliseconds: float, causes: dict[str, int] | None = None
) -> PageScore:
    """Compare ``read`` with the transcription in ``row`` of ``pages.csv``."""
    truth = written(row)
    pairs = align(normalize(truth), normalize(read))
    return PageScore(
        file=row["file"],
        kind=row["kind"],
        characters=len(normalize(truth)),
        edits=count_edits(normalize(truth), normalize(read), pairs),
        folded_edits=count_edits(compared(fold(truth)), compared(fold(read))).total,
        other_case=_count_other_case(truth, read, pairs),
        boundaries=count_boundaries(truth, read, pairs),
        milliseconds=milliseconds,
        truth=truth,
        read=read,
        causes=causes or {},
    )


def written(row: dict[str, str]) -> str:
    """Return the transcription in ``row`` with its line breaks."""
    return row["transcription"].replace("\\n", "\n")


def summarize(reader: str, scores: Sequence[PageScore]) -> Summary:
    """Sum up ``scores``, at least one, whatever their kinds."""
    characters = max(sum(score.characters for score in scores), 1)
    boundaries = reduce(Boundaries.__add__, (score.boundaries for score in scores))
    causes: Counter[str] = Counter()
    for score in scores:
        causes.update(score.causes)
    return Summary(
        reader=reader,
        pages=len(scores),
        characters=characters,
        error_rate=sum(score.edits.total for score in scores) / characters,
        mean_error_rate=float(np.mean([score.error_rate for score in scores])),
        folded_error_rate=sum(score.folded_edits for score in scores) / characters,
        substituted=sum(score.edits.substituted for score in scores),
        lost=sum(score.edits.lost for score in scores),
        added=sum(score.edits.added for score in scores),
        boundary_precision=boundaries.precision,
        boundary_recall=boundaries.recall,
        boundary_f1=boundaries.f1,
        causes=dict(causes),
        median_milliseconds=float(np.median([score.milliseconds for score in scores])),
    )


def _count_other_case(truth: str, read: str, pairs: Sequence[Pair]) -> int:
    """Return how many characters are right but for their case, along ``pairs`` of both texts."""
    one, other = compared(truth), compared(read)
    return sum(
        i is not None
        and j is not None
        and one[i] != other[j]
        and one[i].lower() == other[j].lower()
        for i, j in pairs
    )
