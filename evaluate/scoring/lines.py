"""Scores of drawn lines that were read: texts, boxes, doubt, spaces, and causes of errors."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.scoring.edits import Boundaries, align, count_boundaries, count_edits, normalize
from evaluate.scoring.box_causes import find_box_errors
from evaluate.scoring.coverage import Judged, measure
from evaluate.scoring.coverage import judge as judge_page
from evaluate.scoring.matching import match_boxes
from evaluate.scoring.ordering import best_order

if TYPE_CHECKING:
    from emnist_device.page import Page
    from emnist_edge.drawing.pages import DrawnPage
    from evaluate.scoring.box_causes import BoxError, Placed


@dataclass
class LineTally:
    """Counts over the pictures of one kind that one reader read.

    edits, sign_edits: with letters and digits alone, and with symbols; order of lines aside.
    characters, signs: of the truth, that these are of. boxes, found, hits: of the truth, that were
    read, and pairs of both from an intersection over union of 0.5 on. boundaries: where words are
    parted, of texts whose words are certain. judged: see :func:`evaluate.scoring.coverage.judge`.
    """

    texts: int = 0
    characters: int = 0
    edits: int = 0
    signs: int = 0
    sign_edits: int = 0
    boxes: int = 0
    found: int = 0
    hits: int = 0
    boundaries: Boundaries = field(default_factory=lambda: Boundaries(0, 0, 0))
    causes: Counter[str] = field(default_factory=Counter)
    judged: list[Judged] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def add_text(self, truth: str, read: str, words: str | None, milliseconds: float) -> None:
        """Count what any reader read of one picture, lines parted by line breaks.

        ``words``: the truth with its spaces, where they are certain.
        """
        lines = read.splitlines()
        ordered = "\n".join(lines[number] for number in best_order(truth, lines))
        self.texts += 1
        self.milliseconds.append(milliseconds)
        pairs = align(normalize(truth), normalize(ordered))
        self.characters += len(normalize(truth))
        self.edits += count_edits(normalize(truth), normalize(ordered), pairs).total
        self.signs += len(signs(truth))
        self.sign_edits += count_edits(signs(truth), signs(ordered)).total
        if words is not None:
            self.boundaries += count_boundaries(words, ordered, pairs)

    def add_page(self, drawn: DrawnPage, page: Page, *, symbols: bool) -> list[BoxError]:
        """Count what the package's own reader found on one picture; returns the errors."""
        order = best_order(drawn.text, [line.text for line in page.lines])
        ordered = replace(page, lines=tuple(page.lines[number] for number in order))
        before, after = (
            count_edits(normalize(drawn.text), normalize(each.text)).total
            for each in (page, ordered)
        )
        self.judged += judge_page(drawn.text, ordered, signs if symbols else normalize)
        truth, found = placed(drawn, page)
        matched = match_boxes([box for _, box in truth], [box for _, box in found])
        self.boxes += len(truth)
        self.found += len(found)
        self.hits += len(matched)
        errors = find_box_errors(truth, found)
        self.causes += Counter(error.cause for error in errors)
        self.causes["order"] += before - after
        return errors

    def __add__(self, other: LineTally) -> LineTally:
        sums = {name: getattr(self, name) + getattr(other, name) for name in vars(self)}
        return LineTally(**sums)

    def row(self) -> dict[str, float | None]:
        """Return the figures of a table, fractions from 0 to 1; None where nothing was measured."""
        doubt = measure(self.judged) if self.judged else None
        return {
            "CER": self.edits / max(self.characters, 1),
            "CER with symbols": self.sign_edits / max(self.signs, 1),
            "box recall": self.hits / self.boxes if self.boxes else None,
            "box precision": self.hits / self.found if self.found else None,
            "ECE": doubt.calibration_error if doubt else None,
            "wrong at 90 %": doubt.risk_90 if doubt else None,
            "boundary F1": self.boundaries.f1 if self.boundaries.written else None,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the figures and what they are of, for a JSON file."""
        counts = ("texts", "characters", "signs", "boxes", "found", "hits")
        return {
            **{name: getattr(self, name) for name in counts},
            **{k: None if v is None else round(v, 6) for k, v in self.row().items()},
            "causes": dict(self.causes),
            "spacing": vars(self.boundaries),
            "milliseconds": round(float(np.median(self.milliseconds)), 1),
        }


def placed(drawn: DrawnPage, page: Page) -> tuple[list[Placed], list[Placed]]:
    """Return all true characters and all that were read, with their boxes."""
    truth = [(each.char, each.box) for line in drawn.lines for each in line.characters]
    found: list[Placed] = [(c.char, c.box) for line in page.lines for c in line.characters]
    return truth, found


def signs(text: str) -> str:
    """Return ``text`` without spaces, in small letters: what is compared where symbols count.

    Symbols of East Asian width are the ASCII ones (Unicode NFKC).
    """
    return "".join(unicodedata.normalize("NFKC", text).lower().split())
