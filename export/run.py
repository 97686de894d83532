"""A training run, as its program left it: metrics, files, and the images it was measured on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from emnist_edge.dataset import emnist
from emnist_edge.errors import DataError
from emnist_edge.files import read_file
from emnist_edge.scoring.letters import Letters
from export.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

_Content = TypeVar("_Content")

#: The file of a run's folder that holds glyphs of other sources than EMNIST.
WRITTEN = "written.npz"


@dataclass(frozen=True)
class Run:
    """A training run of ``program``, and the images it was trained and validated on.

    held: indices into ``samples``, of EMNIST, of the validation images. test: None where there is
    no test set. written: None where it learned from EMNIST alone, or its other images are not left.
    """

    folder: Path
    program: str
    metrics: dict[str, Any]
    samples: emnist.Samples
    held: NDArray[np.int64]
    test: emnist.Samples | None
    written: Written | None = None

    @property
    def alphabet(self) -> str:
        """The characters of the network's classes; EMNIST's are the first."""
        return str(self.metrics.get("alphabet", self.samples.alphabet))

    @property
    def letters(self) -> Letters:
        """Those of its classes that are letters and digits."""
        return Letters.of(self.alphabet)

    def read(self, name: str, read: Callable[[Path], _Content]) -> _Content:
        """Return what ``read`` makes of the file ``name`` of the run."""
        return read_output(self.folder / name, self.program, read)

    @property
    def images(self) -> NDArray[np.uint8]:
        """Validation images (N, 28, 28) uint8."""
        return self.samples.images[self.held]

    @property
    def labels(self) -> NDArray[np.uint8]:
        """Class indices (N,) of the validation images."""
        return self.samples.labels[self.held]

    @property
    def prior(self) -> NDArray[np.float64]:
        """How common (C,) each class is where the answers hold: among the images trained on.

        Where the run says otherwise, as it does.
        """
        if "class_shares" in self.metrics:
            return np.array(self.metrics["class_shares"])
        labels = np.delete(self.samples.labels, self.held)
        counts = np.bincount(labels, minlength=len(self.samples.alphabet))
        return counts / counts.sum()


def read_run(folder: Path, program: str, data: Path | None) -> Run:
    """Read what ``program`` left in ``folder``; the data set must be the one it was trained on."""
    metrics, archive = read_files(folder, "validation.npz", program)
    held = archive["indices"]
    split = emnist.BYMERGE_PART if metrics["split"] == "bymergepart" else emnist.SPLITS["bymerge"]
    samples = emnist.load(split, "train", data).first(metrics["limit"])
    if samples.sha256 != metrics["data"]:
        raise DataError(f"{split.name}: not the files that {folder} was trained on; train again")
    test = emnist.load(emnist.SPLITS["bymerge"], "test", data)
    run = Run(folder, program, metrics, samples, held, test)
    if run.letters.alphabet != samples.alphabet or not run.alphabet.startswith(samples.alphabet):
        raise DataError(f"{folder}: its classes do not begin with EMNIST's; train again")
    if "sources" not in metrics or not (folder / WRITTEN).exists():
        return run
    arrays = read_output(folder / WRITTEN, program, _read_arrays)
    return replace(run, written=Written.of(arrays, run.alphabet, run.prior, folder / WRITTEN))


def read_files(
    folder: Path, arrays: str, program: str
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the metrics and the ``arrays`` that ``program`` left in ``folder``."""
    metrics = read_output(
        folder / "metrics.json", program, lambda path: json.loads(path.read_text(encoding="utf-8"))
    )
    return metrics, read_output(folder / arrays, program, _read_arrays)


def read_output(path: Path, program: str, read: Callable[[Path], _Content]) -> _Content:
    """Return what ``read`` makes of ``path``; DataError, with ``program`` to run, if it can't."""
    return read_file(path, read, f"run: python -m {program}")


def _read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path) as archive:
        return dict(archive)
