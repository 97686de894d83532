from __future__ import annotations

import re
from collections import Counter

import pytest
from click.testing import CliRunner

from evaluate import damage
from evaluate.damage import KINDS, OUTCOMES, TRIALS, Outcome, Trial, flip, judge, overwrite, sound
from tests.conftest import ROOT

SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
# Files of each row that are tried here.
_TRIED = 24


def documented() -> dict[str, Counter[Outcome]]:
    """Return the rows of SECURITY.md's table: counts of outcomes, by what was damaged."""
    (table,) = re.findall(r"\| of +\| refused .*?\n\n", SECURITY, re.DOTALL)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {
        title: Counter(dict(zip(OUTCOMES, map(int, counts), strict=True)))
        for title, *counts in rows[2:-1]
    }


def test_the_table_has_the_rows_and_the_form_of_the_command() -> None:
    rows = documented()
    assert list(rows) == [f"{trial.count} {trial.title}" for trial in TRIALS]
    assert [counts.total() for counts in rows.values()] == [trial.count for trial in TRIALS]
    written = damage.table(dict(zip(TRIALS, rows.values(), strict=True)))
    assert written in SECURITY


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.title)
def test_as_many_are_refused_as_is_written(trial: Trial) -> None:
    fraction = documented()[f"{trial.count} {trial.title}"]["refused"] / trial.count
    refused = sum(
        judge(content, lambda _: "HARBOR 7483") == "refused" for content in trial.files(2, _TRIED)
    )
    # Three standard deviations of a sample of this size.
    chance = 3 * (fraction * (1 - fraction) / _TRIED) ** 0.5
    assert abs(refused / _TRIED - fraction) <= chance


def test_damage_is_where_it_is_said_and_the_same_for_a_seed() -> None:
    content = bytes(1000)
    assert overwrite(content, 0.5) == bytes(500) + bytes(range(5, 205)) + bytes(300)
    assert flip(content, 0.25) == bytes(250) + b"\1" + bytes(749)
    assert flip(content, 0.2509) == bytes(250) + b"\x80" + bytes(749)
    for trial in TRIALS:
        files = list(trial.files(1, 4))
        assert files == list(trial.files(1, 4)) != list(trial.files(2, 4))
        assert not {sound(kind) for kind in trial.kinds} & set(files)


def test_pictures_are_refused_read_rightly_or_with_text_lost() -> None:
    content = sound("JPEG")
    assert judge(content, lambda _: "harbor 7483") == "read rightly"
    assert judge(content, lambda _: "HARBOR") == "read with text lost"
    assert judge(overwrite(content), lambda _: "HARBOR 7483") == "refused"


@pytest.mark.parametrize("kind", KINDS)
def test_sound_files_of_each_kind_are_decoded(kind: str) -> None:
    assert judge(sound(kind), lambda _: "HARBOR 7483") == "read rightly"


def test_the_command_prints_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(damage, "TRIALS", TRIALS[-1:])
    result = CliRunner().invoke(damage.main, ["--count", "2"])
    assert result.exit_code == 0, result.output
    head, _, row = result.output.splitlines()
    assert [cell.strip() for cell in head.strip("|").split("|")] == ["of", *OUTCOMES]
    assert row.split("|")[2:5] == ["       2 ", "            0 ", "                   0 "]
