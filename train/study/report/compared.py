"""Which differences between models are more than chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.tables import counted, markdown
from train.study.report import words

if TYPE_CHECKING:
    from train.study.report.results import Results

_LEVEL = 0.05
_LEAST = 0.001  # of p that is shown


def compared(results: Results) -> list[str]:
    """Return the section on McNemar's tests; nothing where no two models were compared."""
    found = results.compared
    if not found:
        return []
    rows = [
        [
            f"`{row['one']}`",
            f"`{row['other']}`",
            f"{row['only_one']:,}",
            f"{row['only_other']:,}",
            _spoken(row["p"]),
            _spoken(row["adjusted"]),
            "yes" if row["adjusted"] < _LEVEL else "no",
        ]
        for row in found
    ]
    head = ["one", "other", "only one right", "only other right", "p", "p by Holm", "differ"]
    return [
        "## Which differences are more than chance",
        words.COMPARED.format(pairs=counted(len(found), "pair"), level=_LEVEL),
        markdown(head, rows),
    ]


def _spoken(p: float) -> str:
    return f"< {_LEAST:g}" if p < _LEAST else f"{p:.3f}"
