"""What is written on forms that are measured keeps to what they say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_device.forms.checks import field_failures
from emnist_device.forms.model import TextField
from emnist_device.forms.template import load_template
from evaluate.filled.contents import draw_contents, true_text
from evaluate.forms import FORMS

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = sorted(FORMS.glob("*.yaml"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_contents_fulfil_what_is_asked_for(path: Path) -> None:
    template = load_template(path)
    (page,) = template.pages
    filled = set()
    for seed in range(8):
        written = draw_contents(template, page, np.random.default_rng(seed))
        assert written.keys() == {leaf.name for leaf in page.leaves()}
        for leaf in page.leaves():
            text = true_text(leaf, written[leaf.name])
            assert [each.reason for each in field_failures(leaf, text)] == []
            if isinstance(leaf, TextField):
                assert len(written[leaf.name]) <= len(leaf.cells) or not leaf.cells
            filled |= {leaf.name} if text else set()
    # Boxes to tick may stay empty.
    assert {leaf.name for leaf in page.leaves() if isinstance(leaf, TextField)} <= filled


def test_there_are_five_forms() -> None:
    assert len(TEMPLATES) == 5
