from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import keras
import numpy as np
import pytest

from train.tiers import views

if TYPE_CHECKING:
    from numpy.typing import NDArray

pytestmark = pytest.mark.filterwarnings("default")  # Keras and TensorFlow are not ours to mend


def draw_spots() -> NDArray[np.float32]:
    """Return (28, 28) float32: two round spots, far from the middle."""
    y, x = np.mgrid[:28, :28]
    spots = np.exp(-((x - 19) ** 2 + (y - 6) ** 2) / 6) + np.exp(
        -((x - 8) ** 2 + (y - 20) ** 2) / 9
    )
    return spots.astype(np.float32)


def test_pictures_are_turned_to_either_side() -> None:
    pixels = keras.Input((28, 28, 1))
    model = keras.Model(pixels, views.both(pixels, 5.0))
    spots = draw_spots()
    pictures = np.stack([spots, spots.T])[..., None]
    seen = model.predict_on_batch(pictures)[..., 0]
    assert seen.shape == (4, 28, 28)
    for degrees, looks in ((5, seen[:2]), (-5, seen[2:])):
        turn = cv2.getRotationMatrix2D((13.5, 13.5), degrees, 1)
        for look, picture in zip(looks, pictures[..., 0], strict=True):
            # Two shears are a turn but for terms in the square of the angle.
            assert look == pytest.approx(cv2.warpAffine(picture, turn, (28, 28)), abs=0.03)
            assert np.abs(look - picture).max() > 0.2


def test_what_is_seen_in_both_looks_is_averaged() -> None:
    seen = np.arange(24, dtype=np.float32).reshape(6, 4)
    features = keras.Input((4,))
    mean = keras.Model(features, views.mean(features)).predict_on_batch(seen)
    assert mean == pytest.approx((seen[:3] + seen[3:]) / 2)


@pytest.mark.parametrize("degrees", [0.5, 5.0, -12.0])
def test_a_shear_moves_what_it_moves_by_its_distance_from_the_middle(degrees: float) -> None:
    kernel = views.shear_kernel(28, degrees)[:, 0, :, 0]
    assert kernel.sum(axis=0) == pytest.approx(1)
    offsets = np.arange(len(kernel)) - len(kernel) // 2
    moved = np.tan(np.radians(degrees)) * (np.arange(28) - 13.5)
    assert offsets @ kernel == pytest.approx(moved, abs=1e-5)
    assert ((kernel > 0).sum(axis=0) <= 2).all()
