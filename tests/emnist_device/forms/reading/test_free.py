from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest

from emnist_device.forms.reading.free import _candidates
from tests.emnist_device.forms.templates import load, one_page

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_device.forms.model import TextField


@dataclass(frozen=True)
class Word:
    """A word, and how sure it is."""

    confidence: float
    characters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line of words."""

    words: tuple[Word, ...]


@dataclass(frozen=True)
class Page:
    """A page of one line, whose characters have no alternatives."""

    text: str
    lines: tuple[Line, ...]
    characters: tuple[Any, ...] = ()


@pytest.mark.parametrize(
    ("values", "least", "most"),
    [
        ({"kind": "line"}, 0.7, 0.9),
        ({"kind": "lexicon", "words": ["the hall", "the dog"]}, 0.93, 1.0),
    ],
)
def test_a_line_of_anything_is_less_sure_than_its_words(
    tmp_path: Path, values: dict[str, Any], least: float, most: float
) -> None:
    ((_, field),) = load(tmp_path, one_page(it={"box": [20, 40, 63, 9], **values})).leaves()
    page = Page("the hall", (Line((Word(0.5), Word(0.6))),))
    found = _candidates(cast("TextField", field), cast("Any", page))
    assert found.text == "the hall"
    assert least < found.probability < most
