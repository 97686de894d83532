"""Whatever becomes of a template, it is read, or refused in one line."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from emnist_device.forms.template import load_template
from emnist_edge.errors import FormError
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

WORDS = [
    "-1", "0", "1e9", "[", "]", "{", "}", ": ", "- ", "\n", "  ", "true", "null", "&a", "*a", "!x",
    "'", '"', "auto", "digits", "grid", "[1, 2]", "{a: 1}", "A4", "#", "\t", "|", "9" * 40,
    r"\d{3}", "(((", "DD.MM.YYYY", "é", "∅", "\x85", "\u2028", "[[1, 2, 3, 4]]", "0.0001", "marks",
    "marks.Sum", "number", "20", "5",
]  # fmt: skip


def test_altered_templates_are_read_or_refused(tmp_path: Path) -> None:
    source = (ROOT / "samples" / "exam.yaml").read_text(encoding="utf-8")
    (tmp_path / "students.csv").write_bytes((ROOT / "samples" / "students.csv").read_bytes())
    chance = random.Random(7)
    path = tmp_path / "form.yaml"
    outcomes = set()
    for _ in range(150):
        parts = re.findall(r"\w+|\W", source)
        for _ in range(chance.choice([1, 1, 2])):
            at = chance.randrange(len(parts))
            parts[at] = chance.choice([*WORDS, "", parts[at] * 2, chance.choice(parts)])
        path.write_text("".join(parts), encoding="utf-8")
        try:
            outcomes.add(load_template(path).form)
        except FormError as error:
            message = str(error)
            assert message.startswith(str(path))
            assert message.isprintable()
            outcomes.add("")
    assert outcomes >= {"", "exam-2026"}
