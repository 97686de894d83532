"""EMNIST-C: every model on the same corrupted images (:mod:`emnist_edge.corruptions`)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.corruptions import CORRUPTIONS, STRENGTHS, corrupt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from emnist_device.runtime.engine import Engine
    from emnist_edge.artifact import Artifact
    from emnist_edge.dataset.emnist import Samples

#: Images that are altered at once: what their numbers take stays small on a Raspberry Pi.
_CHUNK = 2000


def pick(samples: Samples, count: int, seed: int) -> Samples:
    """Return ``count`` of ``samples``, or all where there are fewer, in their order."""
    order = np.random.default_rng(seed).permutation(len(samples))
    return samples.pick(np.sort(order[:count]))


def classify_clean(
    engines: Mapping[str, Engine], samples: Samples
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Classify ``samples`` as they are: what corruption is compared with.

    The figures name the models and the hash of the images; ``predicted`` is (M, N) uint8.
    """
    predicted = np.stack([_classes(engine, samples.images) for engine in engines.values()])
    digest = hashlib.sha256(samples.images.tobytes()).hexdigest()
    return {"models": list(engines), "sha256": digest}, {"predicted": predicted}


def classify_corrupted(
    engines: Mapping[str, Engine], samples: Samples, kind: str, seed: int
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Alter ``samples`` at all strengths of ``kind`` and let every model classify the same bytes.

    The figures name the models and the hash of the images at each strength; ``predicted`` is
    (M, S, N) uint8.
    """
    predicted = np.empty((len(engines), len(STRENGTHS), len(samples)), np.uint8)
    digests = [hashlib.sha256() for _ in STRENGTHS]
    for number, strength in enumerate(STRENGTHS):
        for start in range(0, len(samples), _CHUNK):
            part = slice(start, start + _CHUNK)
            images = corrupt(samples.images[part], kind, strength, seed, first=start)
            digests[number].update(images.tobytes())
            for place, engine in enumerate(engines.values()):
                predicted[place, number, part] = _classes(engine, images)
    figures = {"models": list(engines), "sha256": [digest.hexdigest() for digest in digests]}
    return figures, {"predicted": predicted}


def seen(artifact: Artifact) -> list[str]:
    """Return the kinds of corruption that come near to what ``artifact`` was trained on.

    Its sidecar names them.
    """
    recorded = artifact.provenance.get("seen_corruptions")
    return [kind for kind in CORRUPTIONS if isinstance(recorded, list) and kind in recorded]


def _classes(engine: Engine, images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return engine.read_letters(images).argmax(axis=1).astype(np.uint8)
