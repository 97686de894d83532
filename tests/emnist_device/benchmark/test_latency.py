from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.benchmark import latency, stages
from emnist_device.benchmark.latency import draw_glyphs, run_probe, schedule
from emnist_device.benchmark.macs import _COUNTS, count_macs
from emnist_device.benchmark.probe import Rules, time_runs
from emnist_device.page import Page
from emnist_edge.alphabet import BYCLASS
from emnist_edge.artifact import open_model
from emnist_edge.errors import EmnistEdgeError, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TINY = Rules(warm_runs=2, warm_seconds=0, runs=3, seconds=0)


class Clock:
    """A clock that only runs while something is measured."""

    def __init__(self) -> None:
        self.now = 100.0
        self.runs = 0

    def __call__(self) -> float:
        return self.now

    def work(self, seconds: Callable[[int], float]) -> Callable[[], None]:
        """Return work whose run number N, from 0, takes ``seconds(N)``."""

        def run() -> None:
            self.now += seconds(self.runs)
            self.runs += 1

        return run


def test_slow_work_is_run_as_often_as_the_rules_ask() -> None:
    clock = Clock()
    times = time_runs(clock.work(lambda n: 10.0 if n < 5 else 2.0), Rules(), clock)
    assert times == pytest.approx([2.0] * 50)
    assert clock.runs == 55


def test_fast_work_is_run_for_as_long_as_the_rules_ask() -> None:
    clock = Clock()
    times = time_runs(clock.work(lambda _: 2**-10), Rules(), clock)
    assert sum(times) == pytest.approx(1.0)
    assert len(times) == 1024
    assert clock.runs == 1024 + 512


def test_float_and_int8_take_turns_and_every_second_repeat_goes_backwards() -> None:
    names = ["cnn-int8", "mlp-int8", "cnn-float32", "forest-edge"]
    order = list(schedule(names, 2, 4))
    first = ["cnn-int8", "cnn-float32", "mlp-int8", "forest-edge"]
    assert [name for repeat, name, threads in order if (repeat, threads) == (0, 1)] == first
    assert [name for repeat, name, threads in order if (repeat, threads) == (1, 4)] == first[::-1]
    assert len(order) == 2 * 2 * 4
    assert {threads for _, _, threads in schedule(names, 1, 1)} == {1}


def test_of_repeats_the_medians_count_and_their_spread_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    medians = iter([4.0, 9.0, 5.0, 6.0, 5.0])

    def probe(
        name: str, threads: int, glyphs: NDArray[np.uint8], rules: Rules
    ) -> list[dict[str, Any]]:
        middle = next(medians)
        times = {f"p{q}_ms": middle for q in (50, 90, 95, 99)}
        return [
            {
                "model": name,
                "batch": 64,
                "threads": threads,
                "init_ms": 1.0,
                "first_ms": 2.0,
                **times,
                "runs": 50,
                "peak_rss_mb": 60 + middle,
            }
        ]

    monkeypatch.setattr(latency, "run_probe", probe)
    monkeypatch.setattr(latency, "cores", lambda: 1)
    said: list[str] = []
    (row,) = latency.measure(["mlp-int8"], quick=False, progress=said.append)
    assert (row["p50_ms"], row["per_image_ms"], row["spread"]) == (5.0, 5 / 64, 1.0)
    assert (row["repeats"], row["runs"], row["peak_rss_mb"]) == (5, 250, 69.0)
    assert (row["parameters"], row["file_bytes"]) == (106543, 114656)
    assert said[-1] == "mlp-int8, 1 thread, 5 of 5"


def test_a_fresh_process_measures_one_character_and_a_full_batch() -> None:
    rows = run_probe("mlp-int8", 1, draw_glyphs(), TINY)
    assert [(row["batch"], row["threads"], row["runs"]) for row in rows] == [(1, 1, 3), (64, 1, 3)]
    for row in rows:
        assert 0 < row["p50_ms"] <= row["p90_ms"] <= row["p95_ms"] <= row["p99_ms"]
        assert row["first_ms"] > 0
        assert row["init_ms"] > 0


def test_memory_is_that_of_the_fresh_process() -> None:
    ballast = bytearray(b"1" * 600_000_000)  # of this process, not of that one
    (row, _) = run_probe("mlp-int8", 1, draw_glyphs(), TINY)
    del ballast
    assert 30 < row["peak_rss_mb"] < 400


def test_a_process_that_fails_is_named_with_what_it_said() -> None:
    with pytest.raises(EmnistEdgeError, match=r"^no-such: its process failed: no model named"):
        run_probe("no-such", 1, draw_glyphs(), TINY)
    with pytest.raises(ModelError, match="no model named"):
        latency.measure(["no-such"], quick=True, progress=print)


def test_what_models_are_run_on_are_drawn_characters_each_time_the_same() -> None:
    glyphs = draw_glyphs()
    assert glyphs.shape == (3 * len(BYCLASS), 28, 28)
    assert (glyphs.max(axis=(1, 2)) == 255).all()
    assert len(np.unique(glyphs, axis=0)) > len(BYCLASS)
    assert np.array_equal(glyphs, draw_glyphs())


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("mlp-int8", 784 * 128 + 128 * 47),
        (
            "cnn-float32",  # 3x3 windows, four layers, then two dense ones
            9 * (28**2 * 1 * 16 + 14**2 * 16 * 64 + 7**2 * 64 * 96 + 2**2 * 96 * 128)
            + 512 * 128
            + 128 * 47,
        ),
        (
            "base-int8",  # two looks, each of two shears with windows of 5
            4 * 28**2 * 5
            + 2 * 14**2 * (25 * 32 + 9 * (32 * 48 + 48 * 48))
            + 2 * 9 * (7**2 * (48 * 96 + 96 * 96) + 4**2 * (96 * 144 + 144 * 144))
            + 144 * 78,
        ),
    ],
)
def test_macs_are_those_of_the_layers(name: str, macs: int) -> None:
    artifact, content = open_model(name)
    assert count_macs(content, artifact.file) == macs


def test_a_forest_has_comparisons_in_place_of_macs(monkeypatch: pytest.MonkeyPatch) -> None:
    row = latency._size("forest-edge")
    assert row["macs"] is None
    assert row["comparisons"] == 29 * 49


def test_stages_of_readings_that_count_are_told_apart() -> None:
    clock = Clock()
    spend = clock.work(lambda n: 0.9 if n == 0 else 0.02)

    def read() -> Page:
        spend()
        return Page((), "fake", {"segment": 900.0 if clock.runs == 1 else 3.0, "classify": 1.0})

    times = stages.time_readings(read, Rules(1, 0, 3, 0), clock)
    assert list(times) == ["segment", "classify", "total"]
    assert times["segment"] == [3.0, 3.0, 3.0]
    assert times["total"] == pytest.approx([20.0] * 3)


def test_a_frame_is_read_from_the_camera_to_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "QUICK_RULES", TINY)
    monkeypatch.setattr(stages, "_FRAMES", 2)  # shorter than what is measured
    rows = stages.measure(quick=True)
    names = [row["stage"] for row in rows]
    assert names == ["capture", "segment", "glyph", "classify", "decode", "end-to-end"]
    assert {row["runs"] for row in rows} == {3}
    assert all(0 < row["median_ms"] <= row["p95_ms"] for row in rows)
    assert stages.draw_frame().shape == (480, 640, 3)


def test_a_depthwise_convolution_has_a_window_for_each_value() -> None:
    assert _COUNTS["DEPTHWISE_CONV_2D"]([1, 3, 3, 32], [1, 14, 14, 32]) == 9 * 14 * 14 * 32
