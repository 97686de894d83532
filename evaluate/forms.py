"""Fill printed forms, photograph and scan them, read them: ``python -m evaluate.forms``.

Hands are UNIPEN's held-out writers, one a sheet, whose characters no model learned from. Sheets are
scanned and photographed in turn: tilted to 30 degrees, bent, in shadows, blurred, as JPEG. What is
right is counted by fields, by the characters of combs, and by how sure the reader says it is.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.forms.model import MarkField
from emnist_device.forms.reading.acceptance import find_threshold
from emnist_device.forms.reading.reader import SheetReader
from emnist_device.forms.template import load_template
from emnist_device.image.picture import write_picture
from emnist_edge.artifact import FORM_MODEL
from emnist_edge.cli.program import Program
from emnist_edge.dataset.unipen.cleaning import find_faults, smooth
from emnist_edge.dataset.unipen.packed import load_characters, unipen_dir
from emnist_edge.errors import PictureError
from emnist_edge.tables import markdown, percent
from evaluate.filled.contents import draw_contents, true_text
from evaluate.filled.printed import print_page
from evaluate.filled.taken import photograph, scan
from evaluate.filled.writing import UnipenWriter, fill_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emnist_device.forms.model import FormPage, Leaf, Template
    from emnist_device.forms.reading.result import FieldReading, SheetReading
    from emnist_edge.dataset.unipen.characters import Characters
    from evaluate.filled.taken import Taken

FORMS = Path(__file__).parent / "filled"
# Shares of wrong ones among accepted fields that are asked for.
_LEVELS = (0.002, 0.005, 0.01, 0.02, 0.05)
_COVERAGE = 0.9


@dataclass
class Tally:
    """What was counted.

    cells: kind of field -> characters right, and all of them. fields: probability of each, 0 where
    something else speaks against it, and whether it is right. counts: of sheets and blanks.
    seconds: of processor time for each sheet. wrong: fields, what was written and read.
    """

    cells: dict[str, list[int]] = field(default_factory=dict)
    fields: list[tuple[float, bool]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def add(self, leaf: Leaf, written: str, read: FieldReading) -> None:
        """Count one field."""
        truth = true_text(leaf, written)
        right = read.text == truth
        self.fields.append((0.0 if read.reason else read.probability, right))
        if not right:
            self.wrong.append(
                f"{leaf.name}: {truth!r} read {read.text!r}, {read.probability:.4f} {read.reason}"
            )
        if isinstance(leaf, MarkField):
            self._count("choices", [right])
        elif not truth:
            self._count("blank fields", [right])
        elif leaf.cells:
            pairs = zip(truth, read.text, strict=False)
            alike = len(truth) == len(read.text)
            self._count(leaf.kind, [alike and a == b for a, b in pairs] or [False])
        else:
            self._count("free", [right])

    def _count(self, kind: str, right: list[bool]) -> None:
        own = self.cells.setdefault(kind, [0, 0])
        own[0] += sum(right)
        own[1] += len(right)


def draw_sheets(
    characters: Characters, count: int, seed: int
) -> Iterator[tuple[Template, FormPage, dict[str, str], Taken]]:
    """Yield ``count`` sheets, filled and taken, with what is written on them."""
    templates = [load_template(path) for path in sorted(FORMS.glob("*.yaml"))]
    writers = np.unique(characters.writers)
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        template = templates[number % len(templates)]
        page = template.pages[0]
        written = draw_contents(template, page, rng)
        writer = UnipenWriter(characters, int(rng.choice(writers)))
        sheet = fill_page(print_page(template, page, number + 1), page, written, writer, rng)
        take = photograph if number // len(templates) % 2 else scan
        yield template, page, written, take(sheet, (page.width, page.height), rng)


def measure(
    characters: Characters, reader: SheetReader, count: int, seed: int, output: Path | None
) -> Tally:
    """Return how well ``reader`` reads; sheets with errors are written to ``output``."""
    tally = Tally()
    for number, (template, page, written, taken) in enumerate(draw_sheets(characters, count, seed)):
        start = time.process_time()
        try:
            sheet = reader.read(taken.picture)
        except PictureError as error:
            tally.counts["refused"] += 1
            tally.wrong.append(f"sheet {number} refused: {error}")
            _keep(output, number, taken)
            continue
        tally.seconds.append(time.process_time() - start)
        tally.counts["registered"] += 1
        if (sheet.form, sheet.page, sheet.copy) != (template.form, page.number, number + 1):
            tally.counts["taken for another sheet"] += 1
        before = len(tally.wrong)
        _score(tally, page, written, sheet)
        if len(tally.wrong) > before:
            tally.wrong[before:] = [f"sheet {number}, {said}" for said in tally.wrong[before:]]
            _keep(output, number, taken)
    return tally


def _score(tally: Tally, page: FormPage, written: dict[str, str], sheet: SheetReading) -> None:
    read = {each.name: each for each in sheet.fields}
    for leaf in page.leaves():
        tally.add(leaf, written[leaf.name], read[leaf.name])


def _keep(output: Path | None, number: int, taken: Taken) -> None:
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        write_picture(output / f"sheet-{number:03}.jpg", taken.picture)


def table(tally: Tally) -> str:
    """Return what was counted as Markdown."""
    rows = [("sheets", str(tally.counts["registered"] + tally.counts["refused"]))]
    rows += [(name, str(tally.counts[name])) for name in ("refused", "taken for another sheet")]
    chances, right = np.array(tally.fields, float).reshape(-1, 2).T
    rows.append(("fields right", f"{percent(right.mean())} of {len(right)}"))
    for kind, (good, total) in sorted(tally.cells.items()):
        rows.append((f"right: {kind}", f"{percent(good / total)} of {total}"))
    order = np.argsort(-chances, kind="stable")[: round(_COVERAGE * len(chances))]
    share = percent(1 - right[order].mean())
    rows.append((f"wrong among the surest {_COVERAGE:.0%}", share))
    for level in _LEVELS:
        threshold = find_threshold(chances[chances > 0].tolist(), level)
        taken = right[chances >= threshold]
        found = percent(1 - taken.mean()) if len(taken) else "none"
        rows.append(
            (f"--accept {level:g}", f"{percent(len(taken) / len(right))} accepted, {found} wrong")
        )
    rows.append(("processor time a sheet", f"{np.median(tally.seconds):.2f} s"))
    return markdown(("", "measured"), rows)


@click.command(cls=Program)
@click.argument("model", default=FORM_MODEL)
@click.option("--sheets", type=click.IntRange(1), default=60, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--unipen", type=click.Path(path_type=Path, file_okay=False), help="Folder of UNIPEN's files."
)
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="Write sheets with errors."
)
@click.option("--errors", is_flag=True, help="List the errors.")
def main(
    model: str, sheets: int, seed: int, unipen: Path | None, output: Path | None, errors: bool
) -> None:
    """Score MODEL on filled forms."""
    characters = load_characters("heldout", unipen_dir(unipen))
    characters = smooth(characters.pick(np.flatnonzero(find_faults(characters) == "")))
    templates = [load_template(path) for path in sorted(FORMS.glob("*.yaml"))]
    tally = measure(characters, SheetReader(templates, model), sheets, seed, output)
    click.echo(table(tally))
    for said in tally.wrong if errors else ():
        click.echo(said)


if __name__ == "__main__":
    main()
