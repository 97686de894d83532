"""What models were trained with, read from their recipes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emnist_edge.tables import NONE, markdown
from train import cnn, mlp
from train.study.described import layers_of, optimizer_of
from train.study.models import CNN, FOREST, MLP
from train.study.report import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from train.common import loop
    from train.study.report.results import Results

#: What a row of the table of recipes has, by the names that recipes give it.
_COLUMNS = {
    "epochs": "epochs",
    "batch": "batch",
    "optimizer": "optimizer",
    "learning_rate": "learning rate",
    "validation_share": "held back",
    "augmentation": "images varied by",
    "seed": "seed",
}


def hyperparameters(results: Results) -> list[str]:
    """Return the section with the recipe of each model, as it was recorded when it was trained."""
    recorded = _recorded(results)
    if not recorded:
        return []
    rows = [
        [f"`{name}`", *(_said(recipe.get(key)) for key in _COLUMNS)]
        for name, recipe in recorded.items()
    ]
    layers = [
        f"- `{name}`: {', '.join(recipe['architecture'])}" for name, recipe in recorded.items()
    ]
    sections = [
        "## Hyper-parameters",
        words.RECIPES,
        markdown(["model", *_COLUMNS.values()], rows),
        "Layers, in their order; convolutions and the first dense one are followed by ReLU:",
        "\n".join(layers),
    ]
    if FOREST in results.shipped:
        facts = results.shipped[FOREST].provenance["recipe"]
        sections += [
            f"`{FOREST}` and the forests it was chosen among:",
            markdown(["of the forests", "value"], [[*pair] for pair in _flat(facts)]),
        ]
    return sections


def _recorded(results: Results) -> dict[str, dict[str, Any]]:
    """Return the recipes of all networks, by name, with their layers.

    Sidecars of those that ship do not say their layers and optimizers: these are of today's code.
    """
    found = {name: metrics["recipe"] for name, metrics in results.networks.items()}
    for name in (MLP, CNN):
        if name in results.shipped:
            facts = results.shipped[name].provenance
            classes = len(results.shipped[name].alphabet)
            if name == MLP:
                recipe: loop.Recipe = mlp.Recipe()
                built = mlp.build(classes, facts["activation"], facts["recipe"]["units"])
            else:
                recipe, built = cnn.Recipe(), cnn.build(classes, pool_first=True)
            how = {"optimizer": optimizer_of(recipe), "architecture": layers_of(built)}
            found[name] = {**facts["recipe"], **how}
    return found


def _flat(recipe: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and the values of ``recipe``."""
    for name, value in recipe.items():
        yield name.replace("_", " "), _said(value)


def _said(value: Any) -> str:
    """Return ``value`` of a recipe as a cell has it."""
    match value:
        case None:
            return NONE
        case dict():
            return ", ".join(f"{name} {_said(one)}" for name, one in value.items())
        case list():
            return ", ".join(
                f"({_said(one)})" if isinstance(one, dict) else _said(one) for one in value
            )
        case float():
            return f"{value:g}"
    return str(value)
