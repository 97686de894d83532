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
    assert files(tmp_path) == []  # nothing before it is saved
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


def test_where_nothing_can_be_written_it_is_kept_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "other").mkdir()
    place = Place(tmp_path / "gone")
    place.change([comb()])
    (tmp_path / "gone").rename(tmp_path / "moved")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "other"))
    place.desk.draft = start(tmp_path / "other").draft.filled("club", "", [[comb()]])
    place.desk.close()
    (folder,) = (path for path in (tmp_path / "other").iterdir() if path.is_dir())
    assert files(folder) == ["form-unsaved-1.png", "form-unsaved.yaml"]
    assert str(folder / "form-unsaved.yaml") in place.reported[0]


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
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    place.change([comb("changed")])
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
