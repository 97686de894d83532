"""How often ByMerge's test images were looked at, and by what: a table of the model card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emnist_edge.artifact import family_of
from emnist_edge.files import read_file
from emnist_edge.tables import NONE, markdown
from export.card import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emnist_edge.artifact import Artifact

#: Folder of what was published.
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def looks(artifacts: Sequence[Artifact], benchmarks: Path) -> str:
    """Return a table of how often the test images were looked at, a row for each kind of network.

    One look is that of one network, whatever files it has. ``benchmarks``: folder of what the
    benchmark and the study published; what is not there has no looks. Empty where nothing has any.
    Raises :class:`DataError` for a file that is damaged.
    """
    measured, studied = (_read(benchmarks / of / "results.json") for of in ("results", "study"))
    found = studied.get("looks", {"own": {}, "shipped": {}})
    own, shipped, altered = found["own"], found["shipped"], [*studied.get("altered", ())]
    exported = {
        family_of(artifact.name): artifact.provenance["test_looks"]
        + ("test" in artifact.provenance.get("full", {}))  # a forest that was not kept
        for artifact in artifacts
        if "test_looks" in artifact.provenance
    }
    rows = [
        [f"`{family}`", looks_of_exports,
         _asked(family, measured.get("accuracy", {}).get("models", ())),
         sum(len(of) for name, of in shipped.items() if family_of(name) == family),
         _asked(family, measured.get("noise", {}).get("models", ())),
         _asked(family, (name for name in altered if name not in own))]
        for family, looks_of_exports in exported.items()
    ]  # fmt: skip
    if own:
        title, asked = words.OF_THE_STUDY.format(count=len(own)), sum(map(len, own.values()))
        rows.append([title, 0, 0, asked, 0, sum(name in own for name in altered)])
    if not rows:
        return ""
    rows.append(["all", *(sum(column) for column in list(zip(*rows, strict=True))[1:])])
    for row in rows:
        row.insert(4, sum(row[1:4]))
    shown = [[cell or NONE for cell in row] for row in rows]
    return words.LOOKED_AT.format(table=markdown(words.LOOKS_AT, shown))


def _asked(family: str, names: Iterable[str]) -> int:
    """Return 1 where any of the models ``names`` is of ``family``; else 0."""
    return int(any(family_of(name) == family for name in names))


def _read(path: Path) -> dict[str, Any]:
    """Return what is in the JSON file ``path``; nothing where there is none."""
    if not path.exists():
        return {}

    def read(path: Path) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return content

    return read_file(path, read, "take it from the repository again")
