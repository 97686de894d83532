"""The thresholds of all steps from a picture to its characters.

Each step's are in a frozen dataclass beside it, which says where their values come from, and holds
those of the steps that it takes. A value that names no source was found by trial, on drawn pages
(``python -m evaluate.detection``) and development pages (``python -m evaluate.pages``); what moving
it costs is printed by ``python -m evaluate.sensitivity``.
"""

from __future__ import annotations

from dataclasses import dataclass

from emnist_device.detect.cell import CELLS, Cells
from emnist_device.detect.columns import COLUMNS, Columns
from emnist_device.detect.contrast import CONTRASTS, Contrasts
from emnist_device.detect.decision import DECISIONS, Decisions
from emnist_device.detect.lattice.lattice import SETTINGS, Settings
from emnist_device.detect.look import LOOKS, Looks
from emnist_device.detect.other_sizes import OTHER_SIZES, OtherSizes
from emnist_device.detect.recount import RECOUNTS, Recounts
from emnist_device.detect.restore import RESTORING, Restoring
from emnist_device.detect.reversal import REVERSALS, Reversals
from emnist_device.detect.sizes import SIZES, Sizes
from emnist_device.image.turns import LEGIBILITY, Legibility


@dataclass(frozen=True)
class Thresholds:
    """The thresholds of all steps, in the order in which a picture takes them."""

    sizes: Sizes = SIZES
    cells: Cells = CELLS
    contrasts: Contrasts = CONTRASTS
    looks: Looks = LOOKS
    restoring: Restoring = RESTORING
    lattice: Settings = SETTINGS
    columns: Columns = COLUMNS
    decisions: Decisions = DECISIONS
    reversals: Reversals = REVERSALS
    other_sizes: OtherSizes = OTHER_SIZES
    recounts: Recounts = RECOUNTS
    legibility: Legibility = LEGIBILITY


THRESHOLDS = Thresholds()
