"""EMNIST, UNIPEN, symbols and what is no character, in one training.

Shapes are learned from all of them; how common classes are differs, and is kept out of what is
learned: while a network is trained, its answers are multiplied by the class shares of the source
that an image is from, before they are compared with the label (logit adjustment, Menon et al. 2021,
arXiv 2007.07314). So the network itself answers at about equal class frequencies, whoever wrote. At
the end ByMerge's are put into its last layer (:func:`train.common.priors.correct`), so that
EMNIST's figures are what they were, and the run says what to divide by to take them out again
(:meth:`Mixture.evened`, :func:`emnist_edge.scoring.metrics.balance`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.alphabet import BYMERGE
from emnist_edge.scoring.metrics import balance, score
from emnist_edge.scoring.sources import EMNIST, SOURCES, score_written
from train.common import priors
from train.common.data import TrainingData, complete

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from emnist_edge.dataset.emnist import Samples
    from train.common.data import Predict

# Targets that add up to this lack nothing.
_WHOLE = 0.999


@dataclass(frozen=True)
class Blend:
    """How sources are mixed.

    symbols: whether there are classes for symbols and for what is no character. weights: how often
        each source is shown; an epoch shows every image of EMNIST once.
    evenness: exponent of the number of a class's images, within the other sources, in how often it
        is shown: 0 as often as it is there, 1 all equally often.
    floor: of the class shares of a source, this fraction is spread over all classes: those that a
        source lacks are not impossible there.
    drawings: how often each character is drawn, with other pens. nothings, held: how many things
        that are no character are made, for each drawing and for validation. counters: fraction of
        them that are counters of bold characters.
    """

    symbols: bool = False
    weights: dict[str, float] = field(
        default_factory=lambda: {"emnist": 0.5, "unipen": 0.35, "symbols": 0.1, "nothing": 0.05}
    )
    evenness: float = 0.5
    floor: float = 0.02
    drawings: int = 3
    nothings: int = 6000
    held: int = 1500
    counters: float = 0.25


@dataclass(frozen=True)
class Mixture(TrainingData):
    """Images of several sources. ``held`` are those of EMNIST alone.

    sources: (N,) uint8, the place of each image's source in
    :data:`emnist_edge.scoring.sources.SOURCES`. times: (len(kept),)
    how often an epoch shows each image, on average. shares: (sources, C) float32, how common
    classes are in what is shown of each source. written_held: indices of the images of the other
    sources that validate. unipen: SHA-256 of the files that strokes are from.
    """

    sources: NDArray[np.uint8] = field(kw_only=True)
    times: NDArray[np.float64] = field(kw_only=True)
    shares: NDArray[np.float32] = field(kw_only=True)
    written_held: NDArray[np.int64] = field(kw_only=True)
    unipen: dict[str, str] = field(kw_only=True)

    def record(self) -> dict[str, Any]:
        """Return what tells this data from other data, for a run's records."""
        return {**super().record(), "unipen": self.unipen}

    @property
    def epoch_images(self) -> int:
        """How many images an epoch shows, before whole batches are made of them."""
        return round(float(self.times.sum()))

    def order(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of the images of an epoch: each as often as its time, up or down."""
        reached = np.cumsum(self.times)
        marks = (np.arange(self.epoch_images) + rng.random()) * reached[-1] / self.epoch_images
        chosen = np.searchsorted(reached, marks, side="right")
        return rng.permutation(self.kept[np.minimum(chosen, len(self.kept) - 1)])

    @property
    def loss(self) -> Callable[[Any, Any], Any]:
        """See :func:`train.tiers.losses.loss_at_shares`."""
        from train.tiers.losses import loss_at_shares  # registers it with Keras, which takes long

        return loss_at_shares

    def answers(self, chosen: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return (n, 2 * C): what should be answered, and the class shares of the source."""
        targets = super().answers(chosen)
        return np.concatenate([targets, self.shares[self.sources[chosen]]], axis=1)

    def joined(self, samples: Samples, targets: NDArray[np.float32]) -> Mixture:
        """Return this data with further ``samples``, of EMNIST, each shown once in an epoch."""
        joined = super().joined(samples, targets)
        return replace(
            joined,
            sources=np.concatenate([self.sources, np.full(len(samples), EMNIST, np.uint8)]),
            times=np.concatenate([self.times, np.ones(len(samples))]),
        )

    def taught(
        self, answers: NDArray[np.float32], images: NDArray[np.uint8]
    ) -> NDArray[np.float32]:
        """Return ``answers`` with what they lack to 1, as the teacher says it of ``images``.

        It knows ByMerge's classes, or all, and answers at equal frequencies; what it says is
        brought to the shares of each image's source. Of images whose answers are whole, it is not
        asked.
        """
        targets, shares = np.split(answers, 2, axis=1)
        asked = targets.sum(axis=1) < _WHOLE
        if self.teacher is None or not asked.any():
            return answers
        said, known = np.zeros_like(targets[asked]), self.teacher(images[asked])
        seen = known.shape[1]
        said[:, :seen] = known * shares[asked, :seen]
        said /= said.sum(axis=1, keepdims=True)
        told = answers.copy()
        told[asked, : targets.shape[1]] = complete(targets[asked], said)
        return told

    @property
    def frequencies(self) -> NDArray[np.float64]:
        """ByMerge's class frequencies, (C,), which a finished network is brought to.

        A class that ByMerge lacks has the mean of those that it has.
        """
        classes, seen = len(self.samples.alphabet), len(BYMERGE)
        of_bymerge = np.maximum(priors.shares(self.samples.labels[self.held], BYMERGE), 1e-6)
        of_bymerge *= seen / classes / of_bymerge.sum()
        return np.concatenate([of_bymerge, np.full(classes - seen, 1 / classes)])

    def evened(self, predict: Predict) -> NDArray[np.float64]:
        """Return what to divide a finished network's answers by for equal frequencies, (C,).

        That is ByMerge's frequencies but for what the network owes to the hands that it saw most
        of: of an O as round as EMNIST's zeros it says 0. So a bias for each letter and digit is
        fitted to the images held back, all classes equally common, and EMNIST counting as much as
        the other writers.
        """
        samples, seen, apart = self.samples, len(BYMERGE), self.written_held
        ours = apart[samples.labels[apart] < seen]
        usual = self.frequencies[:seen]
        logits, weights = [], []
        for held in (self.held, ours):
            answers = predict(samples.images[held])[:, :seen].astype(np.float64)
            logits.append(np.log(np.maximum(answers, 1e-12)) - np.log(usual))
            rare = 1 / np.bincount(samples.labels[held])[samples.labels[held]]
            weights.append(rare / rare.sum())
        labels = samples.labels[np.concatenate([self.held, ours])]
        factor, biases = priors.fit(np.concatenate(logits), labels, np.concatenate(weights))
        shares = self.frequencies.copy()
        shares[:seen] *= np.exp(-biases / factor)
        shares[:seen] *= usual.sum() / shares[:seen].sum()
        return shares

    def judge(
        self, predict: Predict, learned: NDArray[np.floating] | None = None
    ) -> dict[str, float]:
        """Return what is measured on the images held back of each source.

        Args:
            predict: what the network says.
            learned: (C,) of a finished network, which answers at ByMerge's frequencies, what to
                divide by for equal ones; None of one that answers at equal ones.
        """
        samples, classes, apart = self.samples, len(self.samples.alphabet), self.written_held
        prior = np.full(classes, 1 / classes) if learned is None else learned
        said = predict(samples.images[self.held])
        emnist = balance(said, prior)[:, : len(BYMERGE)]
        emnist_labels = samples.labels[self.held]
        told = (said * self.frequencies if learned is None else said)[:, : len(BYMERGE)]
        right = told.argmax(axis=1) == emnist_labels
        written = balance(predict(samples.images[apart]), prior)
        row = {
            "validation_accuracy": float(
                np.average(right, weights=priors.weigh(emnist_labels, BYMERGE))
            ),
            "validation_macro_recall": score(emnist, emnist_labels, BYMERGE).macro_recall,
            **score_written(written, samples.labels[apart], self.sources[apart], samples.alphabet),
        }
        return {**row, "merit": (row["validation_accuracy"] + row["unipen_accuracy"]) / 2}


def show_times(
    labels: NDArray[np.uint8], sources: NDArray[np.uint8], blend: Blend
) -> NDArray[np.float64]:
    """Return how often an epoch shows each image, (N,), of those to train with."""
    times = np.ones(len(labels))
    per_weight = (sources == EMNIST).sum() / blend.weights[SOURCES[EMNIST]]
    for number in set(np.unique(sources).tolist()) - {EMNIST}:
        own = sources == number
        rare = np.bincount(labels[own])[labels[own]] ** -blend.evenness
        times[own] = rare / rare.sum() * blend.weights[SOURCES[number]] * per_weight
    return times


def class_shares(
    labels: NDArray[np.uint8],
    sources: NDArray[np.uint8],
    times: NDArray[np.float64],
    classes: int,
    floor: float,
) -> NDArray[np.float32]:
    """Return how common classes are in what is shown of each source, (sources, ``classes``).

    All but EMNIST count as one: a source of one class would teach nothing about it.
    """
    shares = np.empty((len(SOURCES), classes), np.float32)
    for rows, own in ((slice(EMNIST, EMNIST + 1), sources == EMNIST),
                      (slice(EMNIST + 1, None), sources != EMNIST)):  # fmt: skip
        counts = np.bincount(labels[own], times[own], minlength=classes)
        shares[rows] = (1 - floor) * counts / counts.sum() + floor / classes
    return shares
