"""What C99 for microcontrollers makes of the test images: ``python -m evaluate.c99 tiny small``.

Each network is exported, compiled for this machine, and run on all images of ByMerge's test set;
beside it run LiteRT's reference kernels, which its numbers must equal, and the runtime that ships.
Exits with 1 where one output of one image differs, or the accuracy is not the int8 file's within
0.02 points. With --resume FILE, what is counted stands in FILE, and another run goes on from there.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click
import numpy as np

from emnist_device.runtime.engine import Engine, softmax
from emnist_edge.artifact import open_model
from emnist_edge.cli.program import Program
from emnist_edge.dataset import emnist
from emnist_edge.errors import EmnistEdgeError
from emnist_edge.files import write_json
from emnist_edge.scoring.letters import Letters
from emnist_edge.tables import markdown, percent
from export.c99.host import Library, find_compiler, reference_logits
from export.c99.write import int8_of, network_of, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples

#: Points of accuracy that the C build may differ from what the int8 file's sidecar says.
MOST_POINTS = 0.02
# Images that are counted together.
_PIECE = 1024


@dataclass(frozen=True)
class Found:
    """What one network's C build did on ``images`` images.

    unequal: images with an output other than the reference's. other_class, reference_other: images
    that the C build, and the reference, call otherwise than the runtime that ships. accuracy: of
    the C build. recorded: of the int8 file, by its sidecar, on all images.
    microseconds: of the C build for an image, on this machine.
    """

    model: str
    images: int
    unequal: int
    other_class: int
    reference_other: int
    accuracy: float
    recorded: float
    microseconds: float

    @property
    def points(self) -> float:
        """By how many points the accuracy differs from the recorded one."""
        return 100 * (self.accuracy - self.recorded)


@dataclass(frozen=True)
class Counts:
    """What is counted of some images: as in :class:`Found`, and those that the C reads right."""

    images: int = 0
    unequal: int = 0
    other_class: int = 0
    reference_other: int = 0
    right: int = 0
    seconds: float = 0.0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


class _Build:
    """The C of a network for this machine, in ``folder``, and what it is compared with."""

    def __init__(self, model: str, compiler: str, folder: Path) -> None:
        self.artifact, self.content = open_model(model)
        network = network_of(model)
        write(network, folder)
        files = [folder / f"emnist_{network.name}.c", *sorted(folder.glob("emnist_kernels.*"))]
        contents = [self.content, *(path.read_bytes() for path in files)]
        self.digest = hashlib.sha256(b"".join(contents)).hexdigest()
        self._library = Library(network, folder, compiler, ("-O3", "-march=native"))
        self._engine = Engine(model)
        self._letters = Letters.of(self.artifact.alphabet)

    def count(self, samples: Samples, start: int) -> Counts:
        """Return what is counted of a piece of ``samples`` from ``start`` on."""
        glyphs = samples.images[start : start + _PIECE]
        begun = time.process_time()
        logits = self._library.logits(glyphs)
        seconds = time.process_time() - begun
        reference = reference_logits(self.content, glyphs)
        shipped = self._engine.probabilities(glyphs).argmax(axis=1)
        answers = self._letters.pick(softmax(logits.astype(np.float32))).argmax(axis=1)
        return Counts(
            images=len(glyphs),
            unequal=int((logits != reference).any(axis=1).sum()),
            other_class=int((logits.argmax(axis=1) != shipped).sum()),
            reference_other=int((reference.argmax(axis=1) != shipped).sum()),
            right=_right(answers, samples, start, self._letters.alphabet),
            seconds=seconds,
        )


def evaluate(model: str, samples: Samples, compiler: str, resume: Path | None = None) -> Found:
    """Run ``model`` as C and by the reference on ``samples``; tells how far it is on stderr.

    ``resume`` is a file to which counts are added, and whose counts of the same files are taken.
    """
    total = Counts()
    with TemporaryDirectory() as temporary:
        build = _Build(model, compiler, Path(temporary))
        known = _known(resume, build.digest)
        for start in range(0, len(samples), _PIECE):
            key = (start, len(samples.images[start : start + _PIECE]))
            if key not in known:
                known[key] = build.count(samples, start)
                _keep(resume, build.digest, start, known[key])
            total += known[key]
            click.echo(f"{model}: {total.images} images, {total.unequal} unequal", err=True)
    return Found(
        model=model,
        images=total.images,
        unequal=total.unequal,
        other_class=total.other_class,
        reference_other=total.reference_other,
        accuracy=total.right / total.images,
        recorded=build.artifact.accuracy["test"]["accuracy"],
        microseconds=1e6 * total.seconds / total.images,
    )


def _known(resume: Path | None, digest: str) -> dict[tuple[int, int], Counts]:
    """Return the counts in the file ``resume`` of the files with ``digest``, by start and size."""
    if resume is None or not resume.exists():
        return {}
    lines = resume.read_text(encoding="utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):  # stopped while it was written
        resume.write_text("".join(lines[:-1]), encoding="utf-8")
        del lines[-1]
    rows = [json.loads(line) for line in lines]
    known = [(row["start"], Counts(**row["counts"])) for row in rows if row["digest"] == digest]
    return {(start, counts.images): counts for start, counts in known}


def _keep(resume: Path | None, digest: str, start: int, counts: Counts) -> None:
    """Add ``counts`` to the file ``resume``."""
    if resume is not None:
        row = {"digest": digest, "start": start, "counts": asdict(counts)}
        with resume.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def _right(answers: NDArray[np.intp], samples: Samples, start: int, alphabet: str) -> int:
    """Return how many ``answers``, indices into ``alphabet``, are the labels from ``start`` on."""
    labels = samples.labels[start : start + len(answers)]
    said = np.array(list(alphabet))[answers]
    return int((said == np.array(list(samples.alphabet))[labels]).sum())


@click.command(cls=Program)
@click.argument("models", nargs=-1, required=True)
@click.option("--data", type=click.Path(path_type=Path), help="Folder with EMNIST's files.")
@click.option("--limit", type=click.IntRange(min=1), help="Take only so many images.")
@click.option("--output", type=click.Path(path_type=Path), help="Write the figures as JSON.")
@click.option("--resume", type=click.Path(path_type=Path), help="Keep counts in FILE; go on.")
def main(
    models: Sequence[str],
    data: Path | None,
    limit: int | None,
    output: Path | None,
    resume: Path | None,
) -> None:
    """Compare the C build of MODELS with the reference on ByMerge's test images."""
    compiler = find_compiler()
    if compiler is None:
        raise EmnistEdgeError("no C compiler: install gcc or clang, or name one in CC")
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", data).first(limit)
    names = [int8_of(model) for model in models]
    found = [evaluate(name, samples, compiler, resume) for name in names]
    head = ("model", "images", "unequal", "other class", "reference's", "accuracy", "int8", "us")
    rows = [
        (
            one.model,
            f"{one.images:,}",
            one.unequal,
            one.other_class,
            one.reference_other,
            percent(one.accuracy),
            percent(one.recorded),
            f"{one.microseconds:.0f}",
        )
        for one in found
    ]
    click.echo(markdown(head, rows))
    if output is not None:
        write_json(output, [asdict(one) for one in found])
    apart = [one for one in found if limit is None and abs(one.points) > MOST_POINTS]
    if apart or any(one.unequal for one in found):
        sys.exit(1)


if __name__ == "__main__":
    main()
