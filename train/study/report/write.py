"""The page of the study: which sections it has, in their order, and the files beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from train.study.report import (
    changes,
    choices,
    compared,
    deviations,
    elements,
    forests,
    pictures,
    protocol,
    recipes,
    robustness,
    samples,
    scores,
    versions,
    words,
)
from train.study.report.results import publish, read_published

if TYPE_CHECKING:
    from pathlib import Path

    from train.study.report.results import Results

#: File that has all figures of a page, in the folder of its pictures.
FIGURES = "results.json"


def page_of(results: Results, folder: str, *, quick: bool) -> str:
    """Return the page of ``results``, whose pictures are in ``folder``, in Markdown.

    ``quick`` says on the page that its figures are those of a trial; it has no times then, and two
    runs of one seed give the same page.
    """
    title = "# The study: models, depth, regularization, noise"
    if quick:
        title += "\n\n**A QUICK TRIAL: few images and epochs. No figure here means anything.**"
    start = [title, words.INTRO.format(folder=folder, figures=FIGURES)]
    if not quick:
        start += versions.section(results)
    start += versions.missing(results)
    sections = samples.samples(folder) if results.networks or results.shipped else []
    sections += scores.models(results, folder, timed=not quick) + scores.reported(results)
    sections += protocol.protocol(results)
    sections += changes.changes(results, folder) + changes.seeds(results)
    sections += compared.compared(results)
    sections += deviations.deviations(results) + recipes.hyperparameters(results)
    sections += choices.activations(results, folder) + choices.forests(results)
    sections += forests.curves(results, folder, timed=not quick)
    sections += robustness.validated(results, folder) + robustness.altered(results, folder)
    sections += robustness.mistakes(results, folder) + robustness.classes(results)
    headings = [one.removeprefix("## ") for one in sections if one.startswith("## ")]
    start += elements.elements(results, headings)
    return "\n\n".join(section.strip() for section in [*start, *sections]) + "\n"


def write_page(results: Results, page: Path, models: Path, *, quick: bool) -> None:
    """Write ``page``, and its pictures and figures to the folder beside it that has its name.

    ``models`` is the folder of the models that ship; ``quick`` as in :func:`page_of`. What has not
    run stays as it was published there, but for a trial. Raises :class:`DataError` where what was
    published is of another version.
    """
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    if not quick and (folder / FIGURES).exists():
        results = results.over(read_published(folder / FIGURES, models))
    pictures.draw_all(results, models, folder)
    publish(results, folder / FIGURES)
    page.write_text(page_of(results, folder.name, quick=quick), encoding="utf-8")


def rewrite_page(page: Path, models: Path) -> None:
    """Write ``page`` of the figures beside it, as when what it says of them has changed.

    ``models`` is the folder of the models that ship. Raises :class:`DataError` where there are no
    figures.
    """
    folder = page.with_suffix("")
    results = read_published(folder / FIGURES, models)
    page.write_text(page_of(results, folder.name, quick=False), encoding="utf-8")
