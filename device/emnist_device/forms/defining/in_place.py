"""A scan that is the reference picture of its form itself: nothing has to be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from emnist_device.forms.reading.finding import Candidate, Sheet
from emnist_device.forms.registration.landmarks import landmarks_of
from emnist_device.forms.registration.mapping import Mapping
from emnist_device.forms.registration.register import Registered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from emnist_device.forms.model import Template
    from emnist_device.image.limits import Limits


class InPlace:
    """Finds the only page of a form on its own reference picture, in no time.

    Args:
        template: the form.
        limits: what the picture may cost.
    """

    def __init__(self, template: Template, limits: Limits) -> None:
        (page,) = template.pages
        self._candidate = Candidate(template, page, landmarks_of(page, limits), None)

    def find(self, picture: NDArray[np.uint8]) -> Sheet:
        """Return the sheet that all of ``picture`` is, (H, W) or (H, W, 3) uint8."""
        width, height = self._candidate.landmarks.size
        plane = np.diag([picture.shape[1] / width, picture.shape[0] / height, 1.0])
        mapping = Mapping(self._candidate.landmarks.size, plane)
        return Sheet(self._candidate, Registered(mapping, 1.0, 0.0, picture.shape[1] / width), None)
