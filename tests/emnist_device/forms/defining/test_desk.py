"""The draft on the server: nothing that is drawn is lost, and nothing is written by halves."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.forms.defining.desk import Desk, StaleError
from emnist_device.forms.defining.loading import load_draft
from emnist_device.forms.defining.writing import Target
from emnist_device.forms.template import load_template
from emnist_device.processes.process import Failure
from emnist_device.serving.answers import RefusedError
from emnist_edge.errors import EmnistEdgeError, FormError, OutputError, PictureError
from tests.emnist_device.forms.defining.paper import FOUND, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from emnist_device.forms.defining.workshop import Trial


class Hand:
    """In place of a process: notes what it is asked, and answers with ``answer``."""

    def __init__(self, answer: Any = ()) -> None:
        self.asked: list[Trial] = []
        self.answer, self.closed = answer, False

    def do(self, item: Trial) -> Any:
        self.asked.append(item)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.closed = True


class Place:
    """A desk in ``folder``, and what it reports."""

    def __init__(self, folder: Path, pages: int = 1, hand: Hand | None = None) -> None:
        self.reported: list[str] = []
        self.path = folder / "form.yaml"
        self.hand = hand or Hand()
        scans = folder / "scans"
        scans.mkdir()
        begin = start(scans, pages)
        target = Target(self.path, pictures=True, overwrite=False)
        self.desk = Desk(begin, target, self.hand, self.reported.append)  # type: ignore[arg-type]

    def change(self, *fields: list[dict[str, Any]], form: str = "club") -> dict[str, Any]:
        revision = self.desk.view()["revision"]
        content = {"revision": revision, "form": form, "title": "", "fields": list(fields)}
        return self.desk.change(content)


def comb(name: str = "number") -> dict[str, Any]:
    return {"name": name, **FOUND[0]}


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def test_a_draft_is_kept_checked_and_saved(tmp_path: Path) -> None:
    place = Place(tmp_path, pages=2)
    view = place.desk.view()
    assert (view["file"], view["revision"], view["saved"]) == ("form.yaml", 0, True)
    assert [(page["width"], page["height"], page["unit"]) for page in view["pages"]] == [
        (1260, 1782, "pixels")
    ] * 2
    assert "cells" in view["kinds"]["digits"]
    state = place.change([], [comb()])
    assert (state["revision"], state["saved"], state["faults"]) == (1, False, [])
    assert len(state["parts"][1]["number"]) == 7
    assert files(tmp_path) == ["form-unsaved-2.png", "form-unsaved.yaml"]
    assert place.desk.save()["saved"]
    assert place.reported == [f"{place.path}: saved, 1 field"]
    assert files(tmp_path) == ["form-2.png", "form.yaml"]  # of pages with fields
    template = load_template(place.path)
    assert [(page.reference, len(page.fields)) for page in template.pages] == [
        (tmp_path / "form-2.png", 1)
    ]
    assert (tmp_path / "form-2.png").read_bytes() == (tmp_path / "scans/page-2.png").read_bytes()
    place.change([], [comb("other")])
    place.desk.save()
    assert load_template(place.path).pages[0].fields[0].name == "other"
    place.desk.close()
    assert len(place.reported) == 2  # all is saved


def test_what_is_wrong_is_not_saved_and_keeps_the_file(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.change([comb()])
    place.desk.save()
    before = place.path.read_bytes()
    place.change([comb(), comb(), {"name": "bad", "kind": "none", "box": [1, 2, 3, 4]}])
    with pytest.raises(FormError, match=r"not saved: field number: another field .*, and 1 more"):
        place.desk.save()
    place.change([])
    with pytest.raises(FormError, match="not saved: there is no field yet"):
        place.desk.save()
    assert place.path.read_bytes() == before


def test_two_windows_do_not_overwrite_each_other(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.change([comb()])
    stale = {"revision": 0, "form": "club", "title": "", "fields": [[]]}
    with pytest.raises(StaleError):
        place.desk.change(stale)
    assert place.desk.view()["fields"][0] == (comb(),)
    assert place.change([comb()])["revision"] == 1  # nothing new
    assert place.change([comb("b")])["revision"] == 2


@pytest.mark.parametrize(
    "content",
    [None, 3, {}, {"revision": 0}, {"revision": 0, "form": 1, "title": "", "fields": [[]]},
     {"revision": 0, "form": "a", "title": "", "fields": [[3]]},
     {"revision": 0, "form": "a", "title": "", "fields": [[], []]}],
)  # fmt: skip
def test_what_is_no_draft_is_refused(tmp_path: Path, content: Any) -> None:
    place = Place(tmp_path)
    with pytest.raises((ValueError, StaleError)):
        place.desk.change(content)
    assert place.desk.view()["revision"] == 0


def test_what_was_not_saved_is_kept_whatever_is_wrong_with_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    wrong = {"name": "two words", "kind": "none", "box": [1, 2, "x", 4]}
    place.change([comb(), wrong])
    place.desk.close()
    assert files(tmp_path) == ["form-unsaved-1.png", "form-unsaved.yaml"]
    (said,) = place.reported
    kept = tmp_path / "form-unsaved.yaml"
    assert said.startswith(f"{kept}: has what was not saved; go on with: emnist-edge form define")
    draft = load_draft(kept)
    assert draft.pages[0].fields == (comb(), wrong)
    assert draft.pages[0].picture == tmp_path / "form-unsaved-1.png"


def kept(folder: Path, name: str = "form-unsaved.yaml") -> list[str]:
    """Return the names of the fields that are kept."""
    return [own["name"] for page in load_draft(folder / name).pages for own in page.fields]


def test_every_change_is_kept_at_once_until_it_is_saved(tmp_path: Path) -> None:
    place = Place(tmp_path)
    for names in (["a"], ["a", "b"], ["b"]):
        place.change([comb(name) for name in names])
        assert kept(tmp_path) == names
    place.change([])
    assert files(tmp_path) == []
    place.change([comb("c")])
    place.desk.save()
    assert files(tmp_path) == ["form-1.png", "form.yaml"]
    place.desk.close()
    assert files(tmp_path) == ["form-1.png", "form.yaml"]


def test_what_was_not_saved_before_is_never_replaced(tmp_path: Path) -> None:
    theirs = {"form-unsaved.yaml": "mine\n", "form-unsaved-3.yaml": "mine too\n"}
    theirs["form-unsaved-4-1.png"] = "a picture\n"
    for name, text in theirs.items():
        (tmp_path / name).write_text(text)
    place = Place(tmp_path)
    place.change([comb()])
    place.change([comb("other")])
    assert kept(tmp_path, "form-unsaved-5.yaml") == ["other"]
    place.desk.close()
    assert "form-unsaved-5.yaml: has what was not saved" in place.reported[0]
    assert {name: (tmp_path / name).read_text() for name in theirs} == theirs


def test_fields_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    place = Place(tmp_path, pages=2)
    place.change([comb("a"), comb("a"), comb("a-2")], [comb("a"), comb("b")])
    assert kept(tmp_path) == ["a", "a-3", "a-2", "a-4", "b"]
    assert [own["name"] for own in place.desk.view()["fields"][0]] == ["a", "a", "a-2"]


@pytest.mark.parametrize(
    "more",
    [{"lexicon": ["x"]}, {"lexicon": {"a": 1}}, {"cell": {"lexicon": [1]}}, {"cells": -1},
     {"k" * 3000: {"v" * 3000: 1}}, {"": None, "label": "\0\x85\ufeff\U0001f600"}],
    ids=lambda more: str(more)[:20],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a", "n" * 3000, "two: words", ""])
def test_whatever_is_taken_can_be_shown_and_gone_on_with(
    tmp_path: Path, name: str, more: dict[str, Any]
) -> None:
    place = Place(tmp_path)
    place.change([comb(name) | more])
    state = place.desk.view()
    assert state["fields"] == [(comb(name) | more,)]
    assert len(state["faults"]) == 1
    assert all(len(fault["message"]) < 200 for fault in state["faults"])
    (read,) = load_draft(tmp_path / "form-unsaved.yaml").pages[0].fields
    assert read == comb(name) | more


def nested(deep: int) -> Any:
    return [nested(deep - 1)] if deep else 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([comb(f"f{number}") for number in range(2300)], "has over 20000 values; split the form"),
        ([comb("a") | {"label": "x" * 200_000}], "would have over 200 kB; split the form"),
        ([comb("a") | {"label": nested(25)}], "is nested over 20 deep"),
        ([comb("a") | {"label": 10**40}], "a number has 41 characters"),
    ],
    ids=lambda given: str(given)[-25:],
)
def test_what_could_not_be_read_again_is_refused_as_a_whole(
    tmp_path: Path, fields: list[dict[str, Any]], words: str
) -> None:
    place = Place(tmp_path)
    before = place.change([comb()])
    with pytest.raises(FormError, match=f"^the template .*{words}"):
        place.change(fields)
    assert place.desk.view().items() >= before.items()
    assert kept(tmp_path) == ["number"]


def test_where_nothing_can_be_written_it_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "other").mkdir()
    place = Place(tmp_path / "gone")
    place.change([comb()])
    (tmp_path / "gone").rename(tmp_path / "moved")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert place.change([comb("b")])["revision"] == 2
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "other"))
    place.desk.draft = start(tmp_path / "other").draft.filled("club", "", [[comb()]])
    place.desk.close()
    (folder,) = (path for path in (tmp_path / "other").iterdir() if path.is_dir())
    assert files(folder) == ["form-unsaved-1.png", "form-unsaved.yaml"]
    assert str(folder / "form-unsaved.yaml") in place.reported[0]


def test_where_nothing_can_be_written_at_all_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)

    def full(path: Path, _: bytes) -> int:
        raise OSError(28, "No space left on device", path)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scans"))
    monkeypatch.setattr(Path, "write_bytes", full)
    before = files(tmp_path / "scans")
    assert place.change([comb()])["revision"] == 1
    with pytest.raises(OutputError, match=r"form-unsaved\.yaml: cannot be written \(No space left"):
        place.desk.close()
    assert files(tmp_path) == []
    assert [path.name for path in sorted((tmp_path / "scans").iterdir())] == before


def test_a_template_that_somebody_else_changed_is_not_overwritten(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.change([comb()])
    place.path.write_text("mine\n")
    with pytest.raises(OutputError, match="was changed by another program; move it away"):
        place.desk.save()
    assert place.path.read_text() == "mine\n"
    place.path.unlink()
    place.desk.save()
    place.path.write_text("mine\n")
    with pytest.raises(OutputError, match="was changed by another program"):
        place.desk.save()
    place.path.unlink()
    with pytest.raises(OutputError, match="was changed by another program"):
        place.desk.save()


@pytest.mark.parametrize("failing", ["form-1.png", "form.yaml"])
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    place = Place(tmp_path)
    place.change([comb()])
    place.desk.save()
    place.change([comb("changed")])
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    real: Callable[[Path, bytes], int] = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name.endswith(failing):
            real(path, content[:7])
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match=r"form\.yaml: cannot be written \(No space left"):
        place.desk.save()
    monkeypatch.undo()
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before
    assert place.desk.save()["saved"]  # once there is room
    assert load_template(place.path).pages[0].fields[0].name == "changed"


def test_files_that_are_there_are_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "form.yaml"
    draft = start(tmp_path).draft
    path.write_text("mine\n")
    with pytest.raises(OutputError, match=r"form\.yaml: is there already; .* by --overwrite"):
        Target(path, pictures=True, overwrite=False)
    path.unlink()
    target = Target(path, pictures=True, overwrite=False)
    (tmp_path / "form-1.png").symlink_to(tmp_path / "nothing")
    with pytest.raises(OutputError, match=r"form-1\.png: is there already"):
        target.check(draft)
    Target(path, pictures=True, overwrite=True).check(draft)


def test_a_trial_reads_the_fields_that_are_right(tmp_path: Path) -> None:
    hand = Hand([{"fields": {}}])
    place = Place(tmp_path, pages=2, hand=hand)
    assert asyncio.run(place.desk.try_page(0)) == []
    assert hand.asked == []  # there is nothing to read
    place.change([comb("a")], [comb("b"), {"name": "wrong", "kind": "none", "box": [1, 2, 3, 4]}])
    asyncio.run(place.desk.try_page(1))
    asyncio.run(place.desk.try_sheet(b"picture"))
    page, sheet = hand.asked
    assert (page.picture, page.content) == (tmp_path / "scans/page-2.png", b"")
    assert "      b:\n" in page.text
    assert "      a:\n" not in page.text
    assert "wrong" not in page.text + sheet.text
    assert (sheet.picture, sheet.content) == (None, b"picture")
    assert "      a:\n" in sheet.text
    assert set(sheet.known.values()) == {(1260, 1782)}
    with pytest.raises(ValueError, match="there is no page 2"):
        asyncio.run(place.desk.try_page(2))


@pytest.mark.parametrize(
    ("answer", "words"),
    [(PictureError("is cut off; scale it down or raise the limit: --limit pixels=9"),
      "^is cut off; scale it down$"),
     (Failure("took over 60 seconds"), "^the picture took over 60 seconds$"),
     (FormError("no such model"), "no such model")],
)  # fmt: skip
def test_a_trial_that_fails_says_why(tmp_path: Path, answer: Any, words: str) -> None:
    place = Place(tmp_path, hand=Hand(answer))
    place.change([comb()])
    with pytest.raises(EmnistEdgeError, match=words):
        asyncio.run(place.desk.try_page(0))


def test_only_so_many_trials_wait(tmp_path: Path) -> None:
    place = Place(tmp_path, hand=Hand([]))
    place.change([comb()])

    async def crowd() -> list[Any]:
        many = [place.desk.try_page(0) for _ in range(6)]
        return await asyncio.gather(*many, return_exceptions=True)

    answers = asyncio.run(crowd())
    assert sum(isinstance(each, RefusedError) for each in answers) == 2
    place.desk.close()
    place.desk._turns._thread.shutdown(wait=True)
    assert place.hand.closed
