"""What docs/forms.md says of templates is so."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.forms import grammar, markers
from emnist_device.forms.check_digits import METHODS
from emnist_device.forms.checks import value_of
from emnist_device.forms.model import TextField
from emnist_device.forms.printing.document import make_pdf
from emnist_device.forms.template import load_template
from emnist_edge.errors import FormError
from tests.conftest import ROOT
from tests.emnist_device.forms.templates import needs_markers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEXT = (ROOT / "docs" / "forms.md").read_text(encoding="utf-8")
QUIZ, DATE = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)


@needs_markers
def test_the_first_template_can_be_printed(tmp_path: Path) -> None:
    path = tmp_path / "quiz.yaml"
    path.write_text(QUIZ)
    assert make_pdf(load_template(path)).startswith(b"%PDF")


def test_a_date_in_three_combs_is_one_field(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    field = textwrap.indent(DATE, 6 * " ")
    path.write_text(f"form: f\npages:\n  - size: A4\n    fields:\n{field}")
    ((_, born),) = load_template(path).leaves()
    assert isinstance(born, TextField)
    assert value_of(born, born.join("03122026")) == "2026-12-03"


def test_the_fault_that_is_shown_is_what_is_said(tmp_path: Path) -> None:
    path = tmp_path / "quiz.yaml"
    path.write_text(QUIZ.replace("kind: digits", "kind: digit"))
    (shown,) = re.findall(r"emnist-edge: (quiz\.yaml.*) \.\.\.", TEXT)
    with pytest.raises(FormError) as caught:
        load_template(path)
    assert str(caught.value).startswith(str(path.with_name(shown)))


def keys_of(schema: dict[str, Any]) -> Iterator[str]:
    """Yield the keys that a schema of records has."""
    for name, value in schema.items():
        if name == "properties":
            yield from value
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict):
                yield from keys_of(each)


def test_every_key_kind_and_method_is_in_the_document() -> None:
    names = {*keys_of(grammar.TEMPLATE.schema()), *METHODS, *grammar.PAPERS} - {"count"}
    kinds = {"digits", "upper", "letters", "alnum", "date", "number", "pattern", "lexicon", "line",
             "grid", "check", "choice"}  # fmt: skip
    assert [
        name for name in sorted(names | kinds) if not re.search(rf"`[^`]*\b{name}\b", TEXT)
    ] == []


def test_the_figures_are_those_of_the_code() -> None:
    corner = markers.MARGIN + markers.MARKER_SIDE + markers.QUIET
    code = markers.MARGIN + markers.CODE_SIDE + markers.QUIET
    assert f"the first {corner:g} mm of the page, and {code:g} mm at the right" in " ".join(
        TEXT.split()
    )
    assert f"{grammar.MOST_PAGES} pages and {grammar.MOST_FIELDS} fields a page" in TEXT
