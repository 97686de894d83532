"""Tables of MUL and ADD equal TensorFlow Lite's reference kernels, for every number."""

from __future__ import annotations

import numpy as np
import pytest

from export.c99.graph import read_graph
from export.c99.host import reference_logits
from export.c99.layers import Table
from export.c99.lower import lower
from tests.export.c99.made import Maker

#: A picture of all numbers.
PIXELS = (np.arange(784) % 256).astype(np.uint8).reshape(1, 28, 28)


def check(made: Maker) -> None:
    made.flatten()
    content = made.content()
    (step,) = lower(read_graph(content, "made")).steps
    assert isinstance(step.layer, Table)
    assert np.array_equal(step.layer.table[PIXELS.ravel()], reference_logits(content, PIXELS)[0])


@pytest.mark.parametrize("name", ["MUL", "ADD"])
def test_products_and_sums_are_the_references(name: str) -> None:
    random = np.random.default_rng(5)
    for _ in range(20):
        made = Maker()
        number, scale = int(random.integers(-128, 128)), float(random.uniform(1e-4, 1))
        steps = abs(number) * scale * 255 if name == "MUL" else 255 + abs(number) * scale
        out = max(steps, scale) / float(random.uniform(100, 400))
        made.constant(name, number, scale, out, int(random.integers(-128, 128)))
        check(made)


@pytest.mark.parametrize("number", [1, -1, 3, -3])
def test_exact_halves_are_rounded_as_by_the_reference(number: int) -> None:
    """A factor that is off by the least, either way, would round some of them otherwise."""
    for scale, out in [(0.5, 1.0), (0.25, 0.5), (0.375, 0.75), (2.0, 4.0)]:
        made = Maker()
        made.constant("MUL", number, scale, out, 0)
        check(made)
    for scale, out in [(1.0, 2.0), (0.5, 2.0), (1.0, 4.0)]:
        made = Maker()
        made.constant("ADD", number, scale, out, -20)
        check(made)
