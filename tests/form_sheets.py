"""Forms that tests print, fill in and photograph, all drawn by code."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms.template import load_template
from evaluate.filled.printed import print_page
from evaluate.filled.writing import Stranger, fill_page
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.forms.model import Template

SIZE = (210.0, 297.0)
#: What is written on the exam's sheet: a character, or a space, for each cell.
WRITTEN = {
    "name": "ADA LOVE", "number": "4038213", "born": "09121906", "code": "KX042",
    **{f"marks.Q{q}.{'abc'[k]}": f"{(3 * q + k) % 10:>2}" for q in range(1, 6) for k in range(3)},
    "answer": "C", "tools": "ruler;tables", "agree": "yes",
}  # fmt: skip
WRITTEN["total"] = f"{sum(int(text) for name, text in WRITTEN.items() if 'marks' in name):>3}"


@cache
def exam() -> Template:
    """Return the form of an exam."""
    return load_template(ROOT / "evaluate" / "filled" / "exam.yaml")


def make_template(folder: Path, fields: str, form: str = "small") -> Template:
    """Return a template of A4 with ``fields``, a line of YAML each."""
    lines = "".join(f"      {line}\n" for line in fields.splitlines())
    path = folder / f"{form}.yaml"
    path.write_text(f"form: {form}\npages:\n  - size: A4\n    fields:\n{lines}", encoding="utf-8")
    return load_template(path)


@cache
def filled(seed: int = 0) -> NDArray[np.uint8]:
    """Return the exam's sheet filled in, 10 pixels to a mm."""
    template = exam()
    sheet = print_page(template, template.pages[0])
    return fill_page(sheet, template.pages[0], WRITTEN, Stranger(), np.random.default_rng(seed))
