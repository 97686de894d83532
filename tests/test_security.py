"""What SECURITY.md says is so."""

from __future__ import annotations

import dataclasses
import re

from emnist_device.image.limits import Limits
from tests.conftest import ROOT
from tests.nasty import nasty_files

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def rows(heading: str) -> dict[str, str]:
    """Return first and second cell of each row of the table under ``heading``."""
    section = SECURITY.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (.*?) \| (.*?) \|", section, re.MULTILINE)
    return dict(cells[1:])  # the first is the head of the table


def test_the_limits_are_those_of_the_code() -> None:
    documented = {name.strip("`"): float(value) for name, value in rows("Limits").items()}
    assert documented == dataclasses.asdict(Limits())


def test_each_nasty_file_has_the_outcome_that_is_written() -> None:
    outcomes = rows("Files that are out to do harm, or odd")
    for nasty in nasty_files():
        outcome = outcomes[nasty.name.split(":")[0]]
        assert outcome.startswith("refused" if nasty.error else "read"), nasty.name
