"""The model card, written from the sidecars: no figure in it is typed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_edge.alphabet import CONFUSABLE
from emnist_edge.artifact import DEFAULT_MODEL, TIERS, family_of
from emnist_edge.scoring.letters import Letters
from export.card import sections, tables, words
from export.card.looks import BENCHMARKS, looks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emnist_edge.artifact import Artifact

# What writes the section of each family, in the order of the card.
_SECTIONS = {
    "cnn": sections.cnn,
    **dict.fromkeys(TIERS, sections.tier),
    "mlp": sections.mlp,
    "forest": sections.forest,
    "page": sections.page,
}


def write_card(artifacts: Sequence[Artifact], path: Path, benchmarks: Path = BENCHMARKS) -> None:
    """Write the model card of ``artifacts`` to ``path``.

    ``benchmarks``: folder of what the benchmark and the study published.
    """
    readers = [artifact for artifact in artifacts if "test" in artifact.accuracy]
    alphabet = Letters.of(readers[0].alphabet).alphabet if readers else ""
    head = words.HEAD.format(
        default=DEFAULT_MODEL,
        alphabet=alphabet,
        further=tables.further(readers),
        looks=looks(readers, benchmarks),
        recall=tables.recall(readers),
        written=tables.written(readers),
        confusable=", ".join(CONFUSABLE),
        scores=tables.scores(readers),
        averages=tables.averages(readers),
        calibration=tables.calibration([a for a in readers if "aurc" in a.accuracy["test"]]),
        parity=tables.parity(artifacts),
    )
    families = {
        name: [artifact for artifact in artifacts if family_of(artifact.name) == name]
        for name in _SECTIONS
    }
    written = [_SECTIONS[name](_described(models)) for name, models in families.items() if models]
    text = "\n".join([head, *written, words.TAIL.format(classes=len(alphabet))])
    path.write_text(text, encoding="utf-8")


def _described(models: Sequence[Artifact]) -> Artifact:
    """Return the one of a family that its section describes: the int8 file, if there is one."""
    return next((model for model in models if model.input_type == "int8"), models[0])
