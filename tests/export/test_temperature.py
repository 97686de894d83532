from __future__ import annotations

import numpy as np
import pytest

from export.temperature import fit_temperature


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_temperature_that_made_the_labels_is_found(temperature: float) -> None:
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 3, (20_000, 5)).astype(np.float32)
    gumbel = rng.gumbel(size=logits.shape)
    labels = (logits / temperature + gumbel).argmax(axis=1).astype(np.uint8)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)
