"""The suites, one after the other, each in parts that a run which was stopped goes on with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from emnist_device import hardware
from emnist_device.benchmark import accuracy, latency, machine, noise, pages, stages
from emnist_device.benchmark.parts import Parts
from emnist_device.reader import Reader
from emnist_device.runtime.engine import Engine
from emnist_edge.artifact import DEFAULT_MODEL, installed
from emnist_edge.corruptions import CORRUPTIONS
from emnist_edge.dataset import emnist
from emnist_edge.errors import EmnistEdgeError, ModelError, RuntimeMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emnist_edge.artifact import Artifact

#: What there is to measure, in the order in which it is.
SUITES = ("accuracy", "noise", "pages", "latency")
#: Whose errors under corruption those of all are compared with: a network of one hidden layer.
REFERENCE = "mlp-float32"

# Suites that need EMNIST.
_OF_EMNIST = ("accuracy", "noise")
# What another machine, another version of a library, or another commit would change.
_MACHINE = ("processor", "cores", "packages", "emnist_edge", "revision")


@dataclass(frozen=True)
class Sizes:
    """How much is measured: test images (None: all), images that are corrupted, drawn pages."""

    images: int | None
    corrupted: int
    pages: int


FULL, QUICK = Sizes(None, 10_000, 8), Sizes(2000, 200, 1)


@dataclass(frozen=True)
class Plan:
    """What is to be measured. ``limit`` bounds the test images of a full or quick run."""

    models: tuple[str, ...]
    suites: tuple[str, ...] = SUITES
    limit: int | None = None
    quick: bool = False
    seed: int = 1

    @property
    def sizes(self) -> Sizes:
        """How much is measured, within the limit."""
        sizes = QUICK if self.quick else FULL
        if self.limit is None:
            return sizes
        images = self.limit if sizes.images is None else min(self.limit, sizes.images)
        return Sizes(images, min(self.limit, sizes.corrupted), sizes.pages)


class Progress(Protocol):
    """What is told how far a run is."""

    def begin(self, what: str) -> None:
        """Take note of what is measured now."""

    def advance(self, parts: int = 1) -> None:
        """Take note that as many parts are done."""


class Run:
    """A benchmark in a folder.

    samples: EMNIST's test images; None where no suite needs them.
    artifacts: sidecars of the models, and of the reference. skipped: models that do not run here ->
    why.

    Raises:
        DataError: EMNIST is needed and not there, or damaged.
        ModelError: a model is not installed, or damaged.
        RuntimeMissingError: nothing is installed that runs any of the models.
        OutputError: the folder is not for this plan, see :class:`Parts`.
    """

    def __init__(self, plan: Plan, output: Path, data: Path | None, *, resume: bool) -> None:
        self.plan = plan
        wanted = {*plan.models, REFERENCE} if "noise" in plan.suites else {*plan.models}
        self.artifacts = _artifacts(plan.models, wanted)
        self.samples: emnist.Samples | None = None
        if set(plan.suites) & set(_OF_EMNIST):
            self.samples = emnist.load(emnist.SPLITS["bymerge"], "test", data)
        self.machine = machine.describe()
        self.skipped: dict[str, str] = {}
        self._engines: dict[str, Engine] = {}
        self._load()
        self.parts = Parts(output, self._settings(), resume=resume)

    def _load(self) -> None:
        """Load the models; raises :class:`RuntimeMissingError` where the reference or all fail."""
        for name in self.artifacts:
            try:
                self._engines[name] = Engine(name, threads=hardware.cores())
            except RuntimeMissingError as error:
                self.skipped[name] = str(error)
        if not self.models or REFERENCE in self.skipped:
            raise RuntimeMissingError("; ".join(self.skipped.values()))

    def _settings(self) -> dict[str, Any]:
        """Return what the figures depend on."""
        return {
            "models": {name: one.sha256 for name, one in self.artifacts.items()},
            "suites": list(self.plan.suites),
            "limit": self.plan.limit,
            "quick": self.plan.quick,
            "seed": self.plan.seed,
            "sizes": asdict(self.plan.sizes),
            "data": self.samples.sha256 if self.samples else {},
            "machine": {key: self.machine[key] for key in _MACHINE},
        }

    @property
    def models(self) -> list[str]:
        """Names of the models of the plan that run here."""
        return [name for name in self.plan.models if name in self._engines]

    @property
    def total(self) -> int:
        """How many parts there are."""
        of_suite = {
            "accuracy": len(self.models),
            "noise": 1 + len(CORRUPTIONS),
            "pages": 1 + len(pages.PHOTOS),
            "latency": self._processes + 1,
        }
        return sum(of_suite[suite] for suite in self.plan.suites)

    @property
    def _processes(self) -> int:
        """How many processes measure latency."""
        repeats = latency.QUICK_REPEATS if self.plan.quick else latency.REPEATS
        return len(self.models) * len({1, hardware.cores()}) * repeats

    def measure(self, progress: Progress) -> None:
        """Measure what is not finished yet."""
        measures = {
            "accuracy": self._accuracy,
            "noise": self._noise,
            "pages": self._pages,
            "latency": self._latency,
        }
        for suite in SUITES:
            if suite in self.plan.suites:
                measures[suite](progress)

    def _accuracy(self, progress: Progress) -> None:
        samples = self.clean_samples
        for name in self.models:
            progress.begin(f"accuracy of {name}")
            engine = self._engines[name]
            self.parts.finish(f"accuracy-{name}", partial(accuracy.classify, engine, samples))
            progress.advance()

    def _noise(self, progress: Progress) -> None:
        samples, seed, engines = self.corrupted_samples, self.plan.seed, self._engines
        progress.begin("images without noise")
        self.parts.finish("noise-clean", partial(noise.classify_clean, engines, samples))
        progress.advance()
        for kind in CORRUPTIONS:
            progress.begin(f"noise: {kind}")
            measure = partial(noise.classify_corrupted, engines, samples, kind, seed)
            self.parts.finish(f"noise-{kind}", measure)
            progress.advance()

    def _pages(self, progress: Progress) -> None:
        readers = {name: Reader(name, threads=hardware.cores()) for name in self.models}
        count, seed = self.plan.sizes.pages, self.plan.seed
        for kind in (None, *pages.PHOTOS):
            progress.begin(f"pages: {kind or 'clean'}")
            measure = partial(pages.read_pages, readers, count, seed, kind)
            self.parts.finish(f"pages-{kind or 'clean'}", measure)
            progress.advance()

    def _latency(self, progress: Progress) -> None:
        quick, names = self.plan.quick, self.models
        progress.begin("latency")

        left = self._processes

        def tell(what: str) -> None:
            nonlocal left
            progress.begin(f"latency: {what}")
            progress.advance()
            left -= 1

        def models() -> tuple[Any, dict[str, Any]]:
            return latency.measure(names, quick=quick, progress=tell), {}

        self.parts.finish("latency-models", models)
        progress.advance(left)
        progress.begin("stages of a frame")
        model = DEFAULT_MODEL if DEFAULT_MODEL in names else names[0]

        def frame() -> tuple[Any, dict[str, Any]]:
            return {"model": model, "stages": stages.measure(quick=quick, model=model)}, {}

        self.parts.finish("latency-stages", frame)
        progress.advance()

    @property
    def clean_samples(self) -> emnist.Samples:
        """The test images of the accuracy suite."""
        return self._loaded().first(self.plan.sizes.images)

    @property
    def corrupted_samples(self) -> emnist.Samples:
        """The test images that are corrupted: chosen by the seed among those of the limit."""
        return noise.pick(
            self._loaded().first(self.plan.limit), self.plan.sizes.corrupted, self.plan.seed
        )

    def _loaded(self) -> emnist.Samples:
        if self.samples is None:
            raise EmnistEdgeError("no suite of this plan uses EMNIST's images")
        return self.samples


def _artifacts(names: Sequence[str], wanted: set[str]) -> dict[str, Artifact]:
    """Return the sidecars of the installed models in ``wanted``; all of ``names`` must be."""
    there = {artifact.name: artifact for artifact in installed()}
    for name in names:
        if name not in there:
            raise ModelError(f"no model named {name!r}; installed: {', '.join(there)}")
    return {name: artifact for name, artifact in there.items() if name in wanted}
