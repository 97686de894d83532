from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from emnist_device.benchmark.report.comparing import (
    corruption_error,
    drop,
    mcnemar,
    mean_of,
    relative_corruption_error,
)


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 5))
def test_mcnemars_p_is_that_of_the_binomial_test(one: int, other: int, both: int) -> None:
    first = np.array([True] * one + [False] * other + [True] * both, bool)
    second = np.array([False] * one + [True] * other + [True] * both, bool)
    found = mcnemar(first, second)
    assert (found.first_only, found.second_only) == (one, other)
    expected = binomtest(one, one + other).pvalue if one + other else 1.0
    assert found.p == pytest.approx(expected, rel=1e-9)


def test_mcnemar_of_large_numbers_stays_exact() -> None:
    first, second = np.zeros(5000, bool), np.zeros(5000, bool)
    first[:2600], second[2600:] = True, True
    assert mcnemar(first, second).p == pytest.approx(binomtest(2600, 5000).pvalue, rel=1e-9)


def test_a_drop_is_in_points_and_its_interval_paired() -> None:
    rng = np.random.default_rng(1)
    first = rng.random(4000) < 0.9
    second = first.copy()
    second[:40] = False
    lost = int(first[:40].sum())
    found = drop(first, second)
    assert found.value == pytest.approx(100 * lost / 4000)
    # Pairs that agree narrow it: unpaired, it would be about four times as wide.
    assert found.high - found.low == pytest.approx(
        2 * 1.96 * 100 * (lost / 4000 / 4000) ** 0.5, rel=0.05
    )
    assert drop(second, first).value == -found.value


def test_versions_of_an_image_count_as_one_image() -> None:
    rng = np.random.default_rng(2)
    first = rng.random(500) < 0.9
    second = rng.random(500) < 0.8
    once, often = drop(first, second), drop(np.tile(first, (5, 1)), np.tile(second, (5, 1)))
    assert (often.value, often.low, often.high) == pytest.approx((once.value, once.low, once.high))


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    intervals = [mean_of(rng.random(200)) for _ in range(400)]
    covered = sum(found.low < 0.5 < found.high for found in intervals)
    assert 0.92 < covered / 400 < 0.98


def wrongs(*shares: float, images: int = 100) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Return (K, 2, images): kinds of which this share is wrong at both strengths."""
    return np.stack(
        [np.tile(np.arange(images) < round(share * images), (2, 1)) for share in shares]
    )


def test_corruption_errors_by_hand() -> None:
    found = corruption_error(wrongs(0.1, 0.3), wrongs(0.2, 0.4))
    assert found is not None
    assert found.value == pytest.approx(100 * (0.1 / 0.2 + 0.3 / 0.4) / 2)
    clean, reference_clean = np.arange(100) < 5, np.arange(100) < 10
    relative = relative_corruption_error(wrongs(0.1, 0.3), clean, wrongs(0.2, 0.4), reference_clean)
    assert relative == pytest.approx(100 * (0.05 / 0.1 + 0.25 / 0.3) / 2)


def test_the_reference_has_a_hundred_percent_and_no_doubt_about_it() -> None:
    found = corruption_error(wrongs(0.1, 0.3), wrongs(0.1, 0.3))
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((100, 100, 100))


def test_without_errors_of_the_reference_there_is_no_ratio() -> None:
    assert corruption_error(wrongs(0.1, 0.1), wrongs(0.1, 0.0)) is None
    assert corruption_error(wrongs(0.1)[:0], wrongs(0.1)[:0]) is None
    clean = np.zeros(100, bool)
    assert relative_corruption_error(wrongs(0.1), clean, wrongs(0.0), clean) is None


def test_the_interval_of_a_corruption_error_is_that_of_resampled_images() -> None:
    rng = np.random.default_rng(4)
    hard = rng.random((1, 1, 800))
    wrong = rng.random((3, 5, 800)) < 0.6 * hard
    reference = rng.random((3, 5, 800)) < hard
    found = corruption_error(wrong, reference)
    assert found is not None
    resampled = []
    for _ in range(400):
        chosen = rng.integers(0, 800, 800)
        again = corruption_error(wrong[..., chosen], reference[..., chosen])
        assert again is not None
        resampled.append(again.value)
    low, high = np.percentile(resampled, (2.5, 97.5))
    assert found.low == pytest.approx(low, abs=0.6)
    assert found.high == pytest.approx(high, abs=0.6)
