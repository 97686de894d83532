"""Examples that thresholds decide: functions that say whether a step does what is right."""

from __future__ import annotations

from collections.abc import Callable

from emnist_device.detect.thresholds import Thresholds

Example = Callable[[Thresholds], bool]
#: By the name of the dataclass of a step.
EXAMPLES: dict[str, list[Example]] = {}


def decides(*steps: str) -> Callable[[Example], Example]:
    """Let a function be an example of the thresholds of ``steps``."""

    def add(example: Example) -> Example:
        for step in steps:
            EXAMPLES.setdefault(step, []).append(example)
        return example

    return add
