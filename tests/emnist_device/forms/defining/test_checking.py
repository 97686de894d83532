from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emnist_device.forms.defining.checking import Fault, check_draft, files_of
from emnist_device.forms.defining.draft import Draft, DraftPage

if TYPE_CHECKING:
    import pytest


def draft(*pages: list[dict[str, Any]]) -> Draft:
    made = [
        DraftPage(Path(f"/nowhere/{number}.png"), f"form-{number}.png", 1000, 1400, None,
                  tuple(fields))
        for number, fields in enumerate(pages, 1)
    ]  # fmt: skip
    return Draft("club", tuple(made))


def field(name: str, top: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "line", "box": [100, top, 300, 60], **more}


def names(checked: Any) -> list[str]:
    return [each["name"] for page in checked.sound.pages for each in page.fields]


def test_each_wrong_field_is_told_and_the_others_are_a_template() -> None:
    wrong = [
        (field("a", 0, box=[0, 0, 9999, 9]), "outside the page"),
        (field("b", 100, kind="digit"), "kind 'digit' is not known; did you mean digits?"),
        (field("c", 200, kind="digits", cells=99), "too small to write in"),
        (field("two words", 300), "'two words' is no name of a field"),
        (field("d", 400, kind="date", format="DD.MM"), "format is 'DD.MM'"),
        (field("e", 500, colour="red"), "key 'colour' is not known here"),
        (field("good", 600), "another field is called good; rename one"),
        (field("f", 700, box=[1, 2, "x", 4]), "box, number 3, is 'x'"),
        (
            field("h", 800, kind="choice", options={"A": [100, 800, 20, 20], "B": None}),
            "option 'B' has no box yet; draw one",
        ),
        (field("g", 620), "its box overlaps that of good; move one of them"),
    ]
    good = field("good", 600)
    checked = check_draft(
        draft([good, *(each for each, _ in wrong)], [field("other", 5)]), Path("f.yaml")
    )
    told = {fault.number: fault for fault in checked.faults}
    for number, (_, words) in enumerate(wrong, 1):
        assert words in told[number].message, told[number]
        assert told[number].page == 0
        assert not re.search(r"line \d", told[number].message)
    assert len(told) == len(wrong)
    assert names(checked) == ["good", "other"]
    assert checked.template is not None
    assert [len(page.fields) for page in checked.template.pages] == [1, 1]


def test_parts_are_those_of_the_template() -> None:
    comb = field("comb", 100, kind="digits", cells=3)
    choice = field("choice", 200, kind="choice", options={"A": [100, 200, 20, 20]})
    checked = check_draft(draft([], [comb, choice]), Path("f.yaml"))
    assert checked.faults == ()
    parts = checked.parts()
    assert parts[0] == {}
    assert [tuple(cell) for cell in parts[1]["comb"]] == [
        (100, 100, 100, 60), (200, 100, 100, 60), (300, 100, 100, 60),
    ]  # fmt: skip
    assert [tuple(option) for option in parts[1]["choice"]] == [(100, 200, 20, 20)]


def test_a_form_without_fields_or_with_a_wrong_name_is_no_template() -> None:
    empty = check_draft(draft([], []), Path("f.yaml"))
    assert empty.template is None
    assert [fault.message[:20] for fault in empty.faults] == ["there is no field ye"]
    unnamed = check_draft(Draft("a b", draft([field("a", 1)]).pages), Path("f.yaml"))
    assert unnamed.template is None
    assert [(fault.page, "form is 'a b'" in fault.message) for fault in unnamed.faults] == [
        (None, True)
    ]


def test_what_is_wrong_with_a_page_is_no_fault_of_a_field() -> None:
    crowd = [field(f"f{number}", 0) for number in range(401)]
    checked = check_draft(draft([field("a", 0)], [], crowd), Path("f.yaml"))
    assert checked.faults == (Fault("page 3: fields has 401; give 1 to 400 fields"),)
    alone = check_draft(draft(crowd), Path("f.yaml"))
    assert alone.faults == (Fault("fields has 401; give 1 to 400 fields"),)


def test_files_are_named_by_the_template_alone(tmp_path: Path) -> None:
    (tmp_path / "towns.txt").write_text("Bonn\n")
    (tmp_path / "secret.txt").write_text("Secret\n")
    known = field("a", 0, kind="lexicon", lexicon="towns.txt")
    other = field("b", 100, kind="lexicon", lexicon="secret.txt")
    inside = field("c", 200, kind="grid", rows=1, columns=2,
                   cell={"kind": "lexicon", "lexicon": "secret.txt"})  # fmt: skip
    files = files_of(draft([known]))
    assert files == {"towns.txt"}
    checked = check_draft(draft([known, other, inside]), tmp_path / "f.yaml", files)
    assert names(checked) == ["a"]
    assert {fault.number for fault in checked.faults} == {1, 2}
    assert all("files are not named here" in fault.message for fault in checked.faults)


def test_a_draft_that_is_all_wrong_is_looked_through_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    many = [field(f"f{number}", number, kind="none") for number in range(60)]
    checked = check_draft(draft(many), Path("f.yaml"))
    assert checked.template is None
    assert len(checked.faults) == 21
    assert checked.faults[0] == Fault(checked.faults[0].message, 0, 0)
    monkeypatch.setattr("emnist_device.forms.defining.checking._MOST_LOOKED", 150)
    assert len(check_draft(draft(many), Path("f.yaml")).faults) == 3  # 60, 59 and 58 fields
