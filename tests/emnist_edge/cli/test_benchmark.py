from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from emnist_device import hardware
from emnist_device.benchmark import latency, machine, noise, run, stages
from emnist_device.benchmark.pages import PHOTOS
from emnist_device.benchmark.report import plots
from emnist_device.benchmark.report.page import PLOTS
from emnist_device.image.picture import read_picture
from emnist_device.runtime import onnx_forest
from emnist_edge import packages
from emnist_edge.cli import main
from emnist_edge.cli.benchmark import _progress, benchmark
from emnist_edge.corruptions import CORRUPTIONS
from emnist_edge.dataset import emnist
from emnist_edge.errors import EmnistEdgeError, RuntimeMissingError
from tests.conftest import ROOT, waive_official_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

MODELS = ("cnn-float32", "cnn-int8")
OPTIONS = ("--quick", "--limit", "100", "--models", ",".join(MODELS))
STAGES = [{"stage": "segment", "median_ms": 2.0, "p95_ms": 3.0, "runs": 5}]


def rows(names: list[str], *, quick: bool, progress: Callable[[str], None]) -> list[dict[str, Any]]:
    """What latency.measure gives, without the wait."""
    progress(names[0])
    return [
        {
            "model": name, "batch": batch, "threads": threads, "init_ms": 1.0, "first_ms": 2.0,
            "p50_ms": 0.1 * batch, "p90_ms": 0.2, "p95_ms": 0.3, "p99_ms": 0.4, "spread": None,
            "per_image_ms": 0.1, "peak_rss_mb": 70.0, "file_bytes": 1000, "parameters": 10,
            "macs": 5_000_000, "repeats": 1, "runs": 50,
        }
        for name in names
        for batch in (1, 64)
        for threads in (1, 2)
    ]  # fmt: skip


def frame(*, quick: bool, model: str) -> list[dict[str, Any]]:
    """What stages.measure gives, without the wait."""
    return STAGES


def make_small(patch: pytest.MonkeyPatch) -> None:
    """Make a quick run shorter still: few images, two kinds of photographs, no clock."""
    patch.setattr(latency, "measure", rows)
    patch.setattr(stages, "measure", frame)
    patch.setattr(run, "QUICK", run.Sizes(100, 40, 1))
    patch.setattr(hardware, "cores", lambda: 1)
    for kind in [*PHOTOS][2:]:
        patch.delitem(PHOTOS, kind)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    make_small(monkeypatch)
    monkeypatch.setattr(plots, "draw_all", lambda *_: [*PLOTS])


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(benchmark, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def whole(toy_files: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """Folder and outcome of a run of all suites on the small data set."""
    output = tmp_path_factory.mktemp("benchmark") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        waive_official_numbers(patch)
        make_small(patch)
        result = invoke("--output", output, "--data", toy_files, *OPTIONS)
    assert result.exit_code == 0, result.output
    return output, result


def figures(folder: Path) -> dict[str, Any]:
    """The figures that depend on the seed alone."""
    results = json.loads((folder / "results.json").read_text())
    return {key: results[key] for key in ("settings", "models", "accuracy", "noise", "pages")}


def test_one_command_writes_report_figures_and_plots(whole: tuple[Path, Result]) -> None:
    output, result = whole
    results = json.loads((output / "results.json").read_text())
    assert list(results) == [
        "schema_version", "machine", "settings", "models", "accuracy", "noise", "pages", "latency",
    ]  # fmt: skip
    assert list(results["accuracy"]["models"]) == list(MODELS)
    assert list(results["noise"]["models"]) == [*MODELS, "mlp-float32"]
    assert list(results["noise"]["kinds"]) == list(CORRUPTIONS)
    assert list(results["pages"]["kinds"]) == ["clean", *PHOTOS]
    for model in results["noise"]["models"].values():
        assert [len(errors) for errors in model["error"].values()] == [5] * len(CORRUPTIONS)
    for plot in PLOTS:
        assert min(read_picture(output / f"{plot}.png").shape[:2]) > 300
    assert result.stdout.startswith("model ")
    assert "plots: size, latency, confusion, severity, matrix, pages" in result.stdout
    # 2 models, 18 sets of images, 3 of pages, 2 models on the clock, a frame.
    assert "26 of 26: stages of a frame" in result.stderr


def test_the_report_says_what_the_figures_say(whole: tuple[Path, Result]) -> None:
    output, _ = whole
    report, results = (output / "report.md").read_text(), figures(output)
    accuracy = results["accuracy"]["models"]["cnn-int8"]["scores"]["accuracy"]
    assert f"| {100 * accuracy:.2f} % |" in report
    mce = results["noise"]["models"]["cnn-int8"]["mce"]
    assert f"{mce['value']:.1f} ({mce['low']:.1f} to {mce['high']:.1f})" in report
    digest = results["noise"]["kinds"]["rule"]["sha256"][4]
    faded = results["noise"]["models"]["cnn-int8"]["error"]["fade"]
    (row,) = (line for line in report.splitlines() if line.startswith("| fade (new) "))
    assert f" {100 * sum(faded) / 5:.1f} % |" in row
    assert "under 15 kinds" in report
    assert "New: `fade` and `defocus`" in report
    assert f"`{digest[:12]}`" in report
    assert "`cnn-int8` has seen noise, rotation, shear" in report
    assert set(re.findall(r"\]\((\w+)\.png\)", report)) == set(PLOTS)
    assert str(Path.home()) not in report
    tables = re.findall(r"(?:^\|.*\n)+", report, re.MULTILINE)
    assert len(tables) >= 12
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1


def keys(value: Any) -> set[str]:
    """All keys of all objects within ``value``."""
    if isinstance(value, list):
        return {key for item in value for key in keys(item)}
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys(item)}
    return set()


def test_every_key_of_the_figures_is_described(whole: tuple[Path, Result]) -> None:
    results = json.loads((whole[0] / "results.json").read_text())
    described = (ROOT / "docs" / "benchmark.md").read_text(encoding="utf-8")
    results["accuracy"]["data"] = {}  # names of files
    del results["machine"]  # described as a whole
    names = {*MODELS, "mlp-float32", *CORRUPTIONS, *PHOTOS, "clean"}
    averages = re.compile("(macro|weighted)_(precision|recall|f1)")
    left = {key for key in keys(results) - names if not averages.fullmatch(key)}
    places = re.findall(r"`([^`]+)`", described)
    told = {word for place in places for word in re.findall(r"\w+", place)}
    assert left <= told


def test_the_same_seed_gives_the_same_figures_to_the_last_digit(
    whole: tuple[Path, Result], toy_data: Path, tmp_path: Path
) -> None:
    result = invoke("--output", tmp_path / "again", "--data", toy_data, *OPTIONS)
    assert result.exit_code == 0
    assert figures(tmp_path / "again") == figures(whole[0])


def test_ctrl_c_leaves_what_was_finished_and_resume_goes_on(
    whole: tuple[Path, Result], toy_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "stopped"
    measured: list[str] = []

    def classify(*arguments: Any) -> Any:
        measured.append(arguments[2])
        if len(measured) == 4:
            raise KeyboardInterrupt
        return whole_measure(*arguments)

    whole_measure = noise.classify_corrupted
    monkeypatch.setattr(noise, "classify_corrupted", classify)
    stopped = invoke("--output", output, "--data", toy_data, *OPTIONS)
    assert stopped.exit_code == 130
    assert "go on with --resume" in stopped.stderr
    found = json.loads((output / "results.json").read_text())
    assert list(found["noise"]["kinds"]) == ["noise", "impulse", "blur"]
    assert found["noise"]["complete"] is False
    assert "latency" not in found
    assert "## EMNIST-C" in (output / "report.md").read_text()

    assert invoke("--output", output, "--data", toy_data, *OPTIONS).exit_code == 2
    resumed = invoke("--output", output, "--data", toy_data, *OPTIONS, "--resume")
    assert resumed.exit_code == 0
    assert measured == ["noise", "impulse", "blur", "motion", *list(CORRUPTIONS)[3:]]
    assert figures(output) == figures(whole[0])
    reports = [(folder / "report.md").read_text() for folder in (output, whole[0])]
    without_load = {re.sub(r"load [0-9.]+", "load", report) for report in reports}
    assert len(without_load) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--models", "cnn-int9"), "no model named 'cnn-int9'; installed: base-float32"),
        (("--models", "cnn-int8,"), "names nothing between two commas"),
        (("--suite", "speed"), "there is no suite 'speed'; there are accuracy, noise"),
        (("--limit", "5"), "--limit"),
        (("--seed", "-1"), "--seed"),
    ],
)
def test_bad_options_are_wrong_usage(
    arguments: tuple[str, ...], message: str, toy_data: Path, tmp_path: Path
) -> None:
    result = invoke("--output", tmp_path / "out", "--data", toy_data, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


def test_other_settings_are_not_mixed_with_what_is_there(tmp_path: Path) -> None:
    first = invoke("--output", tmp_path, "--suite", "latency", "--models", "mlp-int8")
    assert first.exit_code == 0
    again = invoke("--output", tmp_path, "--suite", "latency", "--models", "mlp-int8")
    assert again.exit_code == 2
    assert "holds a benchmark already" in again.stderr
    other = invoke("--output", tmp_path, "--suite", "latency", "--quick", "--models", "cnn-int8",
                   "--resume")  # fmt: skip
    assert other.exit_code == 2
    assert "other settings (models, quick, sizes)" in " ".join(other.stderr.split())


def test_figures_of_another_commit_are_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ("--output", tmp_path, "--suite", "latency", "--models", "mlp-int8", "--resume")
    monkeypatch.setattr(machine, "revision", lambda _: "1234567")
    assert invoke(*options).exit_code == 0
    assert invoke(*options).exit_code == 0  # nothing is left to do
    monkeypatch.setattr(machine, "revision", lambda _: "1234567-dirty")
    other = invoke(*options)
    assert other.exit_code == 2
    assert "other settings (machine)" in " ".join(other.stderr.split())


def test_without_emnist_it_says_what_does_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(emnist.DATA_VARIABLE, str(tmp_path / "nowhere"))
    result = invoke("--output", tmp_path / "out")
    assert isinstance(result.exception, EmnistEdgeError)
    assert "emnist-edge data fetch bymerge" in str(result.exception)
    assert "--suite pages,latency does without" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_without_a_runtime_a_model_is_left_out_and_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> Any:
        raise RuntimeMissingError("no ONNX runtime is installed; run: pip install onnxruntime")

    monkeypatch.setattr(onnx_forest, "OnnxForest", missing)
    result = invoke("--output", tmp_path, "--suite", "latency", "--models", "forest-edge,mlp-int8")
    assert result.exit_code == 0
    assert "forest-edge is left out: no ONNX runtime" in result.stderr
    assert "Not measured: `forest-edge`, no ONNX runtime" in (tmp_path / "report.md").read_text()
    found = json.loads((tmp_path / "results.json").read_text())
    assert {row["model"] for row in found["latency"]["models"]} == {"mlp-int8"}
    alone = invoke("--output", tmp_path / "b", "--suite", "latency", "--models", "forest-edge")
    assert isinstance(alone.exception, RuntimeMissingError)


def test_without_matplotlib_there_is_all_but_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    result = invoke("--output", tmp_path, "--suite", "latency", "--models", "mlp-int8")
    assert result.exit_code == 0
    assert "pip install 'emnist-edge[plot]'" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "parts",
        "report.md",
        "results.json",
    ]


def test_the_whole_command_is_stopped_by_a_signal(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "emnist_edge", "benchmark", "--output", str(tmp_path / "out"),
               "--suite", "pages", "--quick", "--models", "mlp-int8"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'device'}"}
    # Where the tests run in the background, a shell has them ignore Ctrl-C, and so would the child.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
    finally:
        signal.signal(signal.SIGINT, before)
    os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})  # one core, one thread
    part = tmp_path / "out" / "parts" / "pages-clean.json"
    deadline = time.monotonic() + 120
    while not part.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGINT, said
    assert "Traceback" not in said
    assert "go on with --resume" in said
    assert printed.startswith("model ")
    assert list(json.loads((tmp_path / "out" / "results.json").read_text())["pages"]["kinds"])


def test_the_command_is_one_of_emnist_edges() -> None:
    result = CliRunner().invoke(main.cli, ["benchmark", "--help"])
    assert result.exit_code == 0
    assert "130 stopped by Ctrl-C" in " ".join(result.stdout.split())


def test_a_bar_in_a_terminal_names_what_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr("sys.stderr", terminal)
    with _progress(3) as progress:
        progress.begin("first")
        progress.advance()
        progress.begin("second")
    assert "0/3  first" in terminal.getvalue()
    assert terminal.getvalue().rstrip().removesuffix("\x1b[?25h").endswith("1/3  second")
