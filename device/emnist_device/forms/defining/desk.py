"""The draft while a person draws it: changes, trials, and the template that is saved."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from emnist_device.forms.defining.checking import check_draft, check_readable, files_of, sizes_of
from emnist_device.forms.defining.draft import parse_fields
from emnist_device.forms.defining.text import write_text
from emnist_device.forms.defining.unsaved import Unsaved, go_on
from emnist_device.forms.defining.workshop import SHOWN, Trial
from emnist_device.forms.grammar import FIELD
from emnist_device.serving.turns import Turns, serve
from emnist_edge.errors import FormError, OutputError, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from emnist_device.forms.defining.checking import Checked
    from emnist_device.forms.defining.draft import Draft
    from emnist_device.forms.defining.scan import Start
    from emnist_device.forms.defining.writing import Target
    from emnist_device.processes.servant import Servant


class StaleError(Exception):
    """A change of a draft that another window has changed meanwhile."""


class Desk:
    """Keeps the draft; for one thread, but for trials, which wait for their turn in another.

    Args:
        start: what to begin with.
        target: where the template is written.
        servant: reads pictures; it is closed with this.
        report: told in a line of what was saved.
        continued: what was not saved at another time, and this goes on with; it is removed once
            this is saved.
    """

    def __init__(
        self,
        start: Start,
        target: Target,
        servant: Servant,
        report: Callable[[str], None],
        continued: Path | None = None,
    ) -> None:
        self.draft, self._found = start.draft, start.found
        self._target, self._servant, self._report = target, servant, report
        self._files = files_of(start.draft)
        self._turns = Turns("trial")
        self._unsaved = Unsaved(target.path, pictures=target.pictures, continued=continued)
        # What another template has is not in this one yet, and need not be kept until it changes.
        self._revision, self._saved = 0, -1 if target.pictures and _any_field(self.draft) else 0

    def view(self) -> dict[str, Any]:
        """Return the draft, what was found, and what is wrong, in plain values."""
        pages = [
            {"width": page.width, "height": page.height,
             "unit": "pixels" if page.size is None else "mm", "found": found}
            for page, found in zip(self.draft.pages, self._found, strict=True)
        ]  # fmt: skip
        kinds = {kind: list(record.keys) for kind, record in FIELD.records.items()}
        name = shown(self._target.path.name)
        state = self._state(self.draft, self._revision)
        return {"file": name, "kinds": kinds, "pages": pages, **state}

    def picture(self, number: int) -> Path:
        """Return the file of what page ``number``, from 0, looks like; raises ValueError."""
        return self._page(number).picture.with_suffix(SHOWN)

    def change(self, content: Any) -> dict[str, Any]:
        """Take the draft that a browser sent; returns its new revision, and what is wrong with it.

        Raises:
            StaleError: it was made of an earlier one than is here.
            ValueError: it is none.
            FormError: its template could not be read again.
        """
        if not isinstance(content, dict):
            raise ValueError("give an object")  # noqa: TRY004  # of what came from the network
        if content.get("revision") != self._revision:
            raise StaleError
        form, title = content.get("form"), content.get("title")
        if not (isinstance(form, str) and isinstance(title, str)):
            raise ValueError("form and title are texts")  # noqa: TRY004  # as above
        fields = parse_fields(content.get("fields"), len(self.draft.pages))
        draft = self.draft.filled(form, title, fields)
        if draft == self.draft:
            return self._state(draft, self._revision)
        check_readable(draft)
        state = self._state(draft, self._revision + 1)
        with suppress(OutputError):  # tried once more at the end, which says so
            self._keep(draft)
        self.draft = draft
        self._revision += 1
        return state

    def save(self) -> dict[str, Any]:
        """Write the template.

        Raises:
            FormError: something is wrong with the draft.
            OutputError: it cannot be written.
        """
        checked = self._check(self.draft)
        if checked.faults:
            count = len(checked.faults)
            others = f", and {count - 1} more" if count > 1 else ""
            raise FormError(f"not saved: {self._of(checked.faults[0])}{others}")
        self._target.write(self.draft)
        self._saved = self._revision
        self._unsaved.drop_all(len(self.draft.pages))
        fields = sum(len(page.fields) for page in self.draft.pages)
        self._report(
            f"{shown(self._target.path)}: saved, {fields} field{'' if fields == 1 else 's'}"
        )
        return self._state(self.draft, self._revision)

    async def try_page(self, number: int) -> list[dict[str, Any]]:
        """Return what is read on page ``number``, from 0, of the scan itself; see :meth:`_try`."""
        page = self._page(number)
        return await self._try(self.draft.only(number), page.picture, b"")

    async def try_sheet(self, content: bytes) -> list[dict[str, Any]]:
        """Return what is read on a filled sheet, of which this is the file; see :meth:`_try`."""
        return await self._try(self.draft, None, content)

    def close(self) -> None:
        """End the process, and keep beside the template what was not saved, which is reported.

        Raises :class:`OutputError` where that cannot be written.
        """
        self._turns.close(self._servant.close)
        if self._revision in (0, self._saved):
            return
        kept = self._keep(self.draft)
        if kept is not None:
            how = go_on(kept, self._target.path)
            self._report(f"{shown(kept)}: has what was not saved; {how}")

    def _keep(self, draft: Draft) -> Path | None:
        """Keep ``draft`` beside the template, and return the file; None where it has no field."""
        if _any_field(draft):
            return self._unsaved.keep(draft)
        self._unsaved.drop()
        return None

    async def _try(
        self, draft: Draft, picture: Path | None, content: bytes
    ) -> list[dict[str, Any]]:
        """Return what is read, sheet by sheet, in the fields that nothing is wrong with.

        Raises:
            RefusedError: too many trials wait.
            EmnistEdgeError: it is no such sheet, or cannot be read; the message says why.
        """
        checked = self._check(draft)
        if checked.template is None:
            return []
        text = write_text(checked.sound, in_place=True).text
        trial = Trial(text, self._target.path, sizes_of(draft), picture, content)
        return list(await self._turns.take(serve, self._servant, trial))

    def _page(self, number: int) -> Any:
        if not 0 <= number < len(self.draft.pages):
            raise ValueError(f"there is no page {number}")
        return self.draft.pages[number]

    def _check(self, draft: Draft) -> Checked:
        return check_draft(draft, self._target.path, self._files)

    def _of(self, fault: Any) -> str:
        """Return what ``fault`` is, and in which field."""
        if fault.page is None:
            return str(fault.message)
        name = self.draft.pages[fault.page].fields[fault.number]["name"]
        return f"field {shown(name)}: {fault.message}"

    def _state(self, draft: Draft, revision: int) -> dict[str, Any]:
        """Return what a browser must know of ``draft`` once it is the one that is kept here."""
        checked = self._check(draft)
        return {
            "revision": revision,
            "saved": revision == self._saved,
            "form": draft.form,
            "title": draft.title,
            "fields": [page.fields for page in draft.pages],
            "parts": checked.parts(),
            "faults": [
                {"message": fault.message, "page": fault.page, "field": fault.number}
                for fault in checked.faults
            ],
        }


def _any_field(draft: Draft) -> bool:
    return any(page.fields for page in draft.pages)
