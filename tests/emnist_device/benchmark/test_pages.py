from __future__ import annotations

import numpy as np
import pytest

from emnist_device.benchmark.pages import PHOTOS, compose, photograph, read_pages
from emnist_edge import Reader
from emnist_edge.corruptions import STRENGTHS


@pytest.mark.parametrize("kind", PHOTOS)
def test_a_page_is_the_same_in_every_photograph_but_for_the_photograph(kind: str) -> None:
    clean = compose(1, 7)
    distances = []
    for strength in STRENGTHS:
        text, picture = photograph(1, 7, kind, strength)
        assert text == clean.text
        assert np.array_equal(picture, photograph(1, 7, kind, strength)[1])
        if picture.shape == clean.picture.shape:
            distances.append(np.abs(picture.astype(int) - clean.picture).mean())
        else:
            distances.append(clean.picture.shape[0] / picture.shape[0])
    assert len(PHOTOS[kind].amounts) == len(STRENGTHS)
    assert distances[0] > 0
    if kind != "rotation":  # writing that lies elsewhere is not farther away
        assert distances == sorted(distances)


def test_a_seed_draws_its_pages_and_no_others() -> None:
    texts = [compose(number, seed).text for seed in (1, 2) for number in range(3)]
    assert len(set(texts)) == 6
    assert compose(2, 1).text == texts[2]


def test_pages_are_read_as_they_are_written() -> None:
    readers = {"cnn-int8": Reader("cnn-int8"), "mlp-int8": Reader("mlp-int8")}
    figures, arrays = read_pages(readers, 2, 1, None)
    assert figures["models"] == ["cnn-int8", "mlp-int8"]
    assert arrays["edits"].shape == (2, 1, 2)
    assert 40 < arrays["characters"].sum() < 80
    assert arrays["edits"][0].sum() <= 0.1 * arrays["characters"].sum()
    # Beyond recognition: nearly all is lost.
    _, blurred = read_pages(readers, 1, 1, "blur")
    assert blurred["edits"].shape == (2, 5, 1)
    assert blurred["edits"][0, 4, 0] > 0.5 * blurred["characters"][0]
