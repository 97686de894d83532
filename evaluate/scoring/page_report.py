"""What is printed of scored pages: single pages, sets side by side, and causes of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emnist_edge.scoring.edits import normalize
from emnist_edge.tables import markdown, percent
from evaluate.scoring.causes import CAUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evaluate.scoring.coverage import Doubt
    from evaluate.scoring.scores import PageScore, Summary

    #: Name of a set, what reads it, its scores, and doubt where that is known.
    Row = tuple[str, str, Summary, Doubt | None]


def show_pages(scores: Sequence[PageScore], worst: int) -> None:
    """Print a line for each page, and what is written and read on the ``worst``, worst last."""
    ordered = sorted(scores, key=lambda score: (score.error_rate, score.file))
    width = max(len(score.file) for score in scores) + 1
    for score in ordered:
        edits = score.edits
        click.echo(
            f"{score.file:<{width}}{edits.total:>4} of{score.characters:>4} wrong  "
            f"{edits.substituted:>3} other {edits.lost:>3} lost {edits.added:>3} added  "
            f"{score.milliseconds:>6.0f} ms{'' if score.counts else f'  {score.kind}'}"
        )
    bad = [score for score in ordered if score.counts and score.edits.total]
    for score in bad[max(len(bad) - worst, 0) :]:
        causes = ", ".join(
            f"{score.causes[name]} {name}" for name in CAUSES if name in score.causes
        )
        click.echo(f"\n{score.file}: {causes}")
        click.echo(f"    written {score.truth!r}\n    read    {score.read!r}")


def show_comparison(
    context: str, scores: Sequence[PageScore], other: str, others: Sequence[PageScore]
) -> None:
    """Print what ``context`` gains over ``other``, and each page where they differ."""
    pairs = [(a, b) for a, b in zip(scores, others, strict=True) if a.counts]
    edits, before = (sum(pair[side].edits.total for pair in pairs) for side in (0, 1))
    characters = sum(score.characters for score, _ in pairs)
    click.echo(
        f"context {context} against {other}: {edits} and {before} of {characters} wrong, "
        f"{100 * edits / characters:.2f} % and {100 * before / characters:.2f} %"
        + (f"; {100 * (1 - edits / before):.1f} % fewer errors" if before else "")
    )
    width = max(len(score.file) for score, _ in pairs) + 1
    for one, another in sorted(pairs, key=lambda pair: pair[0].edits.total - pair[1].edits.total):
        change = one.edits.total - another.edits.total
        if change:
            click.echo(f"  {one.file:<{width}}{change:>+4} of{one.characters:>4}")
    digits = [(a, b) for a, b in pairs if normalize(a.truth).isdigit()]
    click.echo(
        f"  pages of digits alone: {len(digits)}, "
        f"{sum(a.edits.total for a, _ in digits)} and {sum(b.edits.total for _, b in digits)} wrong"
    )
    worse = max((a.edits.total - b.edits.total for a, b in pairs), default=0)
    click.echo(f"  worst page: {max(worse, 0)} more wrong\n")


def summary_table(rows: Iterable[Row]) -> str:
    """Return a row for each set and reader, in Markdown; times are of a page."""
    heads = (
        "set", "reader", "pages", "characters", "CER", "mean", "47 classes", "boundary F1", "ECE",
        "wrong at 90 %", "median ms",
    )  # fmt: skip
    cells = [
        [
            name, reader, str(summary.pages), str(summary.characters),
            percent(summary.error_rate, 1), percent(summary.mean_error_rate, 1),
            percent(summary.folded_error_rate, 1), percent(summary.boundary_f1, 1),
            percent(doubt.calibration_error if doubt else None, 1),
            percent(doubt.risk_90 if doubt else None, 1),
            f"{summary.median_milliseconds:.0f}",
        ]
        for name, reader, summary, doubt in rows
    ]  # fmt: skip
    return markdown(heads, cells)


def cause_table(sets: dict[str, Sequence[PageScore]]) -> str:
    """Return how many edits of each set have which cause, in Markdown.

    Beside them, and no edits: characters in the other case, spaces that were lost and added.
    """
    rows = []
    for name, scores in sets.items():
        counted = [score for score in scores if score.counts]
        counts = [sum(score.causes.get(cause, 0) for score in counted) for cause in CAUSES]
        spaces = [score.boundaries for score in counted]
        counts += [
            sum(counts),
            sum(score.other_case for score in counted),
            sum(each.written - each.right for each in spaces),
            sum(each.read - each.right for each in spaces),
        ]
        rows.append([name, *map(str, counts)])
    return markdown(["set", *CAUSES, "edits", "case", "space lost", "space added"], rows)
