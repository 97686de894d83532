from __future__ import annotations

import os

import pytest

from evaluate.soak import Sample, Watched, growth, look, rates, soak


def test_growth_is_from_the_first_tenth_to_the_last() -> None:
    steady = [Sample(float(n), 100.0 + (n % 3), 7, 30 * n) for n in range(100)]
    assert abs(growth(steady)) <= 1
    leaky = [Sample(float(n), 100.0 + 0.1 * n, 7, 30 * n) for n in range(100)]
    assert growth(leaky) == pytest.approx(9.0, abs=0.2)


def test_rates_show_when_frames_became_fewer() -> None:
    samples = [
        Sample(float(n), 100.0, 7, 30 * min(n, 50) + 10 * max(n - 50, 0)) for n in range(101)
    ]
    each = rates(samples)
    assert each[:5] == pytest.approx([30.0] * 5)
    assert each[5:] == pytest.approx([10.0] * 5)


def test_memory_and_threads_are_those_of_the_process() -> None:
    sample = look(os.getpid(), 1.0, 5)
    assert 10 < sample.memory < 10_000
    assert sample.threads >= 1


def test_what_the_command_says_is_sorted() -> None:
    watched = Watched()
    watched.hear(iter(['{"settled": ["A", "B"]}\n', '{"settled": []}\n']))  # type: ignore[arg-type]
    assert (watched.frames, watched.settled) == (2, 2)
    lines = [
        "emnist-edge: preview at http://127.0.0.1:9/\n",
        "emnist-edge: http://x/: the stream has ended or stalled; trying again\n",
        "emnist-edge: http://x/: is back\n",
        "emnist-edge: something else\n",
    ]
    watched.overhear(iter(lines))  # type: ignore[arg-type]
    assert watched.preview == "http://127.0.0.1:9/"
    assert watched.recoveries == 1
    assert watched.complaints == ["emnist-edge: something else"]


def test_the_command_outlives_its_camera() -> None:
    watched, samples, code = soak(4.0, kills=1, each_text=0.1)
    assert code == 0
    assert watched.recoveries == 1
    assert watched.complaints == []
    assert 0 < samples[0].frames < watched.frames
