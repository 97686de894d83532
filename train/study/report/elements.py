"""The report's elements: where each is here, both figures, the protocol, and whether reached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from emnist_edge.corruptions import CORRUPTIONS
from emnist_edge.tables import NONE, markdown
from train import cnn
from train.mlp import ACTIVATIONS
from train.study import noise
from train.study.models import FOREST, MLP, NETWORKS
from train.study.report import words
from train.study.report.cells import gain
from train.study.report.changes import PLAIN, SWEEP, WHOLE
from train.study.report.protocol import measured
from train.study.report.scores import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from train.study.report.results import Results

REACHED = "reached"
_FINAL = "report-4"  # the four-layer network in the report's own way
_SCORES = ("macro_precision", "macro_recall", "macro_f1")
#: One part of regularization alone, as the report has it: its noise is 0.3 of scaled pixels.
_ALONE = {
    "batch normalization": "cnn-4-normalized",
    "dropout 0.3": "cnn-4-dropout",
    "noise 0.1 of full scale": "cnn-4-noise-0.3",
}


class Element(NamedTuple):
    """A row of the table; section is the heading under which it is here."""

    name: str
    section: str
    there: str
    here: str
    protocol: str
    state: str


def elements(results: Results, headings: Sequence[str]) -> list[str]:
    """Return the section, with links to those of ``headings`` that stand on the page."""
    if not (results.networks or results.shipped):
        return []
    found = [
        _samples(),
        *_scored(results),
        *_hidden(results),
        _recipe(results),
        *_regularized(results),
        _final_curves(results),
        _folds(results),
        *_noise(results),
        _mistakes(results),
    ]
    rows = [
        [one.name, _link(one.section, headings), one.there, one.here, one.protocol, one.state]
        for one in found
    ]
    reached = sum(one.state == REACHED for one in found)
    head = ["element", "where", "figure there", "figure here", "protocol", "state"]
    return [
        "## The report, element by element",
        words.ELEMENTS.format(reached=reached, rows=len(found)),
        markdown(head, rows),
    ]


def _link(section: str, headings: Sequence[str]) -> str:
    """Return a link to the heading ``section``, where it is among ``headings``."""
    if section not in headings:
        return NONE
    anchor = re.sub(r"[^\w\- ]", "", section.lower()).replace(" ", "-")
    return f"[{section}](#{anchor})"


def _not_run(part: str) -> str:
    return f"missed: `{part}` has not run yet"


def _samples() -> Element:
    shown = f"47 classes; varied; noisy; altered in {len(CORRUPTIONS)} ways"
    title = "sample images (Figures 1 to 3)"
    return Element(title, "What the images look like", NONE, shown, "drawn, not EMNIST's", REACHED)


def _scored(results: Results) -> Iterator[Element]:
    """Yield the models that the report gives scores of, in each way in which they were trained."""
    balanced = measured(results)
    for title, reports in words.REPORT_SCORES.items():
        figure = [given for given in reports if given != NONE][-1]
        there = " / ".join(given for given in reports if given != NONE)
        ways = {way: drawn for name, way, _, drawn in balanced if name == title}
        for way, drawn in ways.items():
            best = max(ways, key=lambda one: ways[one]["macro_f1"])
            state = _compared(drawn["macro_f1"], figure, best, ways[best]["macro_f1"])
            section = "By the report's own protocol"
            how = words.EQUAL.format(**drawn)
            yield Element(f"{title}, {way}", section, there, _cell(drawn), how, state)
        if not ways:
            test = _by_merge(results, title)
            here = NONE if test is None else _cell(test)
            state = _not_run("forests" if title == "random forest" else "protocol")
            yield Element(title, "What the report gives", there, here, words.AS_WRITTEN, state)


def _compared(f1: float, figure: str, best: str, best_f1: float) -> str:
    """Return whether ``f1`` reaches ``figure``, or the ``best`` way of the same model does."""
    less = float(figure) - round(f1, 4)
    if less <= 0:
        return REACHED
    if round(best_f1, 4) >= float(figure):
        return f"missed by {less:.4f}: {best} reaches it"
    return f"missed by {less:.4f}: {words.FEWER}"


def _by_merge(results: Results, title: str) -> dict[str, float] | None:
    """Return the test scores of the model ``title`` that learned from ByMerge as people write."""
    if title == "random forest" and FOREST in results.shipped:
        scores: dict[str, float] = results.shipped[FOREST].provenance["full"]["test"]
        return scores
    named = {title_of(NETWORKS[name]): run["test"] for name, run in results.group("depth").items()}
    return named.get(title)


def _cell(scores: dict[str, float]) -> str:
    return " / ".join(f"{scores[score]:.4f}" for score in _SCORES)


def _hidden(results: Results) -> Iterator[Element]:
    """Yield the networks of one hidden layer, and their curves."""
    section, name = "Activations of the MLP", "ReLU, tanh and sigmoid in one hidden layer"
    if MLP in results.shipped:
        facts = results.shipped[MLP].provenance
        accuracy = (facts["comparison"][one]["validation_accuracy"] for one in ACTIVATIONS)
        here = f"accuracy {', '.join(f'{one:.4f}' for one in accuracy)}"
        epochs, images = facts["recipe"]["epochs"], facts["images"]["validation"]
        yield Element(
            name, section, NONE, here, f"{epochs} epochs, {images:,} validation images", REACHED
        )
    else:
        yield Element(name, section, NONE, NONE, NONE, f"missed: `{MLP}` is not there")
    histories = (results.activations or {}).get("histories", {})
    epochs = min((_with_loss(histories.get(one, [])) for one in ACTIVATIONS), default=0)
    yield _curves("their loss and accuracy (Figure 5)", section, epochs, "activations")


def _curves(name: str, section: str, epochs: int, part: str) -> Element:
    here = f"{epochs} epochs" if epochs else NONE
    state = REACHED if epochs else _not_run(part)
    return Element(name, section, NONE, here, "training and validation images", state)


def _with_loss(history: Sequence[dict[str, float]]) -> int:
    """Return how many epochs have both losses and both accuracies; 0 where one has not."""
    keys = ("loss", "accuracy", "validation_loss", "validation_accuracy")
    return len(history) if all(key in row for row in history for key in keys) else 0


def _final_curves(results: Results) -> Element:
    history = results.networks.get(WHOLE, {}).get("history", [])
    title = "loss and accuracy of four layers (Figure 5)"
    return _curves(title, "Models", _with_loss(history), WHOLE)


def _recipe(results: Results) -> Element:
    """Return the row on how the report trains."""
    there = words.REPORTS_RECIPE
    here, state = NONE, _not_run("protocol")
    if _FINAL in results.networks:
        recipe = results.networks[_FINAL]["recipe"]
        layers: list[str] = recipe["architecture"]
        here = words.OWN_RECIPE.format(
            dropouts=sum(layer.startswith("dropout") for layer in layers),
            padding="valid" if all("same" not in layer for layer in layers) else "padded",
            batch=recipe["batch"],
            rate=f"{recipe['learning_rate']:g}",
            course=recipe["optimizer"].split(", ")[1],
            epochs=recipe["epochs"],
        )
        state = REACHED if here == there else "missed: the recipe is another"
    return Element("how networks are trained", "Hyper-parameters", there, here, NONE, state)


def _regularized(results: Results) -> Iterator[Element]:
    networks, protocol = results.networks, "four layers, official test images"
    together, state = NONE, _not_run(PLAIN if WHOLE in networks else WHOLE)
    if {WHOLE, PLAIN} <= set(networks):
        together = gain(networks[WHOLE]["test"], networks[PLAIN]["test"])
        state = REACHED
    title = "batch normalization, dropout and noise together"
    yield Element(title, "Models", NONE, together, protocol, state)
    section = "What each part of regularization does"
    for title, name in _ALONE.items():
        here, state = NONE, _not_run(name)
        if {name, PLAIN} <= set(networks):
            here, state = gain(networks[name]["test"], networks[PLAIN]["test"]), REACHED
        yield Element(f"{title}, alone", section, NONE, here, protocol, state)


def _folds(results: Results) -> Element:
    name = "5-fold cross-validation of the final network (Figure 7)"
    if "cnn" not in results.validated:
        return Element(name, "", NONE, NONE, NONE, _not_run("folds-cnn"))
    found = results.validated["cnn"]
    mean, deviation, recipe = found["mean"], found["deviation"], found["recipe"]
    epochs, folds = recipe["model"]["epochs"], recipe["folds"]
    here = ", ".join(
        f"{title} {mean[key]:.4f} ± {deviation[key]:.4f}"
        for key, title in (("accuracy", "accuracy"), ("macro_f1", "macro F1"))
    )
    state = REACHED
    if folds != 5 or epochs < cnn.Recipe.epochs:
        state = f"missed: {folds} folds of {epochs} epochs, of {cnn.Recipe.epochs} that it has"
    protocol = f"stratified, all training images, {epochs} epochs"
    return Element(name, f"{folds}-fold cross-validation", NONE, here, protocol, state)


def _noise(results: Results) -> Iterator[Element]:
    """Yield what altered images do, and what noise in training does."""
    altered = results.altered
    asked = (PLAIN, WHOLE, MLP)
    here, protocol, state = NONE, NONE, _not_run("noise")
    if set(asked) <= set(altered):
        here = ", ".join(f"`{name}` {noise.mean(altered[name]['accuracy']):.3f}" for name in asked)
        images = altered[WHOLE]["run"]["images"]
        protocol = f"accuracy on {images:,} test images, {len(noise.KINDS)} kinds, five strengths"
        state = REACHED
    yield Element("noisy and altered images", "Noise", NONE, here, protocol, state)
    swept = {
        deviation: float(np.mean(altered[name]["accuracy"]["noise"]))
        for deviation, name in SWEEP.items()
        if name in altered and name in results.networks
    }
    here, state = NONE, _not_run("alone")
    if len(swept) == len(SWEEP):
        here = ", ".join(f"{deviation:g}: {value:.3f}" for deviation, value in swept.items())
        state = REACHED
    section = "What each part of regularization does"
    title, protocol = "whether noise in training helps", "accuracy on noisy images, by the noise"
    yield Element(title, section, NONE, here, protocol, state)


def _mistakes(results: Results) -> Element:
    name, found = "confusion, classes, and the inside of the final network", results.mistakes()
    if found is None:
        return Element(name, "Mistakes", NONE, NONE, NONE, _not_run("answers"))
    here = f"{found['wrong']:,} of {found['images']:,} mistaken"
    return Element(name, "Mistakes", NONE, here, "the file that ships, official test", REACHED)
