"""What C99 for microcontrollers makes of the test images: ``python -m evaluate.c99 tiny small``.

Each network is exported, compiled for this machine, and run on all images of ByMerge's test set;
beside it run LiteRT's reference kernels, which its numbers must equal, and the runtime that ships.
Exits with 1 where one output of one image differs, or the accuracy is not the int8 file's within
0.02 points.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass
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
# Images between two lines of progress.
_PIECE = 4096


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


def evaluate(model: str, samples: Samples, compiler: str) -> Found:
    """Run ``model`` as C and by the reference on ``samples``; tells how far it is on stderr."""
    artifact, content = open_model(model)
    engine = Engine(model)
    letters = Letters.of(artifact.alphabet)
    unequal = other = reference_other = right = 0
    seconds = 0.0
    with TemporaryDirectory() as temporary:
        network = network_of(model)
        write(network, Path(temporary))
        library = Library(network, Path(temporary), compiler, ("-O3", "-march=native"))
        for start in range(0, len(samples), _PIECE):
            glyphs = samples.images[start : start + _PIECE]
            begun = time.process_time()
            logits = library.logits(glyphs)
            seconds += time.process_time() - begun
            reference = reference_logits(content, glyphs)
            shipped = engine.probabilities(glyphs).argmax(axis=1)
            unequal += int((logits != reference).any(axis=1).sum())
            other += int((logits.argmax(axis=1) != shipped).sum())
            reference_other += int((reference.argmax(axis=1) != shipped).sum())
            answers = letters.pick(softmax(logits.astype(np.float32))).argmax(axis=1)
            right += _right(answers, samples, start, letters.alphabet)
            click.echo(f"{model}: {start + len(glyphs)} images, {unequal} unequal", err=True)
    count = len(samples)
    return Found(
        model=model,
        images=count,
        unequal=unequal,
        other_class=other,
        reference_other=reference_other,
        accuracy=right / count,
        recorded=artifact.accuracy["test"]["accuracy"],
        microseconds=1e6 * seconds / count,
    )


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
def main(models: Sequence[str], data: Path | None, limit: int | None, output: Path | None) -> None:
    """Compare the C build of MODELS with the reference on ByMerge's test images."""
    compiler = find_compiler()
    if compiler is None:
        raise EmnistEdgeError("no C compiler: install gcc or clang, or name one in CC")
    samples = emnist.load(emnist.SPLITS["bymerge"], "test", data).first(limit)
    names = [int8_of(model) for model in models]
    found = [evaluate(name, samples, compiler) for name in names]
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
