"""What is expected of a picture -> what the probability of each class counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.alphabet import NOTHING, confusable_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray


def weigh_classes(alphabet: str, may_be: NDArray[np.bool_], foreign: float) -> NDArray[np.float32]:
    """Return what probabilities of the C classes of ``alphabet`` count, (C,), 0..1.

    ``may_be`` (C,) says which there can be; so does what looks like one of these. All others count
    as ``foreign`` says.
    """
    groups = confusable_groups(alphabet)
    known = {group for group, may in zip(groups, may_be.tolist(), strict=True) if may}
    counts = [
        char == NOTHING or group in known for char, group in zip(alphabet, groups, strict=True)
    ]
    return np.where(counts, np.float32(1), np.float32(foreign))
