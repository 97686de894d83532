"""The page of the study: which sections it has, in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from train.study.models import FOREST, MLP
from train.study.report import choices, robustness, scores, words

if TYPE_CHECKING:
    from pathlib import Path

    from train.study.report.results import Results


def write_page(results: Results, page: Path, study: Path, *, quick: bool) -> None:
    """Write ``page``, and its pictures to the folder beside it that has its name.

    ``study`` holds the network whose activations are drawn. ``quick`` says on the page that its
    figures are those of a trial.
    """
    pictures = page.with_suffix("")
    pictures.mkdir(parents=True, exist_ok=True)
    title = "# The study: models, depth, regularization, noise"
    if quick:
        title += "\n\n**A QUICK TRIAL: few images and epochs. No figure here means anything.**"
    sections = [title, words.INTRO]
    if results.networks or results.shipped:
        sections += scores.models(results, pictures) + scores.reported(results)
    if MLP in results.shipped:
        sections += choices.activations(results.shipped[MLP])
    if FOREST in results.shipped:
        sections += choices.forests(results.shipped[FOREST])
    if results.validated:
        sections += robustness.validated(results)
    if results.altered:
        sections += robustness.altered(results, pictures)
    if results.confusion:
        sections += robustness.mistakes(results.confusion, pictures, study)
    page.write_text("\n\n".join(section.strip() for section in sections) + "\n", encoding="utf-8")
