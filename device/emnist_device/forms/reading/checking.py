"""What the checks of a field make of what it may say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.forms.checks import field_failures
from emnist_device.forms.reading.candidates import keep_to

if TYPE_CHECKING:
    from emnist_device.forms.model import Leaf
    from emnist_device.forms.reading.candidates import Candidates


def check(field: Leaf, candidates: Candidates) -> Candidates:
    """Return ``candidates`` as the checks of ``field`` let them be.

    Where the most probable one fails a check, that is the reason why it is in doubt.
    """
    kept = keep_to(candidates, lambda text: not field_failures(field, text))
    failures = field_failures(field, kept.text)
    return kept.doubted(failures[0].reason if failures else "")
