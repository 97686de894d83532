"""What the training of a tier starts from: another run of its network, or one that was exported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from emnist_edge.alphabet import BYMERGE, NOTHING, SYMBOLS
from emnist_edge.artifact import SIDE, open_model
from emnist_edge.errors import DataError
from train.common import checkpoints, loop
from train.common.data import read_json
from train.common.exported import EXPORTED, take_exported
from train.tiers.architectures import build
from train.tiers.mixture import Mixture

if TYPE_CHECKING:
    from pathlib import Path

    import keras
    from numpy.typing import NDArray

    from train.common.data import TrainingData
    from train.tiers.architectures import Net

# Images that channels of an exported network are measured on.
_MEASURED = 2048


def record_of(start: Path) -> dict[str, Any]:
    """Return the recipe of the run in the folder ``start``, or of what was exported to that file.

    Raises :class:`DataError` for a folder without a run, :class:`ModelError` for a file that is not
    as its sidecar says.
    """
    if start.suffix != EXPORTED:
        recipe: dict[str, Any] = read_json(start / "run.json")["recipe"]
        return recipe
    sidecar = open_model(start)[0]
    return {"sha256": sidecar.sha256, **sidecar.provenance.get("recipe", {})}


def check(start: Path, net: Net) -> None:
    """Raise :class:`DataError` unless ``net`` can start from ``start``.

    To be asked before anything that takes long.
    """
    _load(start, net, np.zeros((1, SIDE, SIDE), np.uint8))


def begin_with(model: keras.Model, start: Path, net: Net, training: TrainingData) -> None:
    """Give ``model``, untrained, of ``net`` that looks once, the weights of ``start``.

    Classes are told by their characters. Those that ``start`` lacks keep to the weights that they
    have, with the mean bias of the others.
    """
    images = training.samples.images[training.kept]
    theirs, alphabet = _load(start, net, images[:: max(1, len(images) // _MEASURED)])
    *inner, kernel, bias = theirs.get_weights()
    if start.suffix == EXPORTED and isinstance(training, Mixture):
        # In a mixture, a network answers at equal class frequencies.
        shares = np.asarray(open_model(start)[0].class_shares, np.float32)
        bias -= np.log(shares / shares.mean())
    wanted = training.samples.alphabet
    shared = [char for char in wanted if char in alphabet]
    to, of = ([those.index(char) for char in shared] for those in (wanted, alphabet))
    *_, own_kernel, own_bias = model.get_weights()
    own_kernel[:, to], own_bias[:] = kernel[:, of], bias[of].mean()
    own_bias[to] = bias[of]
    model.set_weights([*inner, own_kernel, own_bias])


def _load(start: Path, net: Net, images: NDArray[np.uint8]) -> tuple[keras.Model, str]:
    """Return the network that is in ``start``, which looks once, and its alphabet.

    ``images``: (N, 28, 28), which channels of an exported network are measured on.
    """
    once = replace(net, turned=0.0)
    if start.suffix == EXPORTED:
        alphabet = open_model(start)[0].alphabet
        if not alphabet.startswith(BYMERGE):
            raise DataError(f"{start}: reads no characters, or others")
        model = build(once, len(alphabet), "start")
        take_exported(model, start, images)
        return model, alphabet
    # What a network was saved with has to be registered with Keras, which takes long.
    from train.tiers import losses, normalization  # noqa: F401

    stopped = checkpoints.load(start / loop.BEST)
    classes = stopped.output_shape[-1]
    shapes, wanted = (
        [weights.shape for weights in model.get_weights()]
        for model in (stopped, build(once, classes, "start"))
    )
    if shapes != wanted:
        raise DataError(f"{start}: is of another network than that which is trained")
    return stopped, _alphabet_of(classes)


def _alphabet_of(classes: int) -> str:
    """Return the alphabet of a run whose network has so many ``classes``.

    A run with symbols has all that there were then: the first of today's.
    """
    symbols = classes - len(BYMERGE) - len(NOTHING)
    return BYMERGE + (SYMBOLS[:symbols] + NOTHING if symbols > 0 else "")
