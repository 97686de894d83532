from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from emnist_device.benchmark.report.collect import SCHEMA_VERSION
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.errors import DataError
from evaluate import publish
from evaluate.document import marks

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = marks("evaluate.publish")
RESULTS: dict[str, Any] = {
    "schema_version": SCHEMA_VERSION,
    "machine": {
        "processor": "Toy", "cores": 4, "system": "Debian", "architecture": "aarch64", "load": 0.1,
        "governor": None, "temperature": None, "throttling": None, "emnist_edge": "0.1.0",
        "python": "3.11.2", "packages": {"numpy": "2.0"},
    },
    "settings": {"suites": [], "limit": None, "quick": False, "seed": 1},
    "models": [{"name": "toy-int8", "bytes": 267_000, "parameters": 250_000, "skipped": None}],
    "accuracy": {
        "images": 116_323,
        "models": {"toy-int8": {"scores": {"accuracy": 0.8913, "macro_recall": 0.8656}}},
    },
    "noise": {"models": {"toy-int8": {"mce": {"value": 54.32}}}},
    "pages": {},
    "latency": {
        "models": [
            {"model": "toy-int8", "batch": 1, "threads": 1, "p50_ms": 0.05, "per_image_ms": 0.05,
             "macs": 5_100_000, "peak_rss_mb": 73.4},
            {"model": "toy-int8", "batch": 64, "threads": 4, "p50_ms": 1.28, "per_image_ms": 0.02,
             "macs": 5_100_000, "peak_rss_mb": 74.0},
        ]
    },
}  # fmt: skip
TABLE = (
    "| model    |  kB | parameters |  MACs | accuracy | macro recall |  mCE | ms, 1 character "
    "| ms each of 64 | peak MB |\n"
    "|----------|----:|-----------:|------:|---------:|-------------:|-----:|----------------:"
    "|--------------:|--------:|\n"
    "| toy-int8 | 267 |    250,000 | 5.1 M |  89.13 % |      86.56 % | 54.3 |           0.050 "
    "|         0.020 |      73 |\n"
    "\n"
    "On Toy, 4 cores, Debian aarch64, with 116,323 test images of ByMerge; the whole "
    "[report](benchmarks/results/report.md) has intervals, calibration, and what int8 loses."
)


def test_an_int8_model_that_is_no_faster_is_said() -> None:
    results = copy.deepcopy(RESULTS)
    row = results["latency"]["models"][0]
    results["latency"]["models"].append(row | {"model": "toy-float32", "p50_ms": 0.06})
    assert "no faster" not in publish.table(results)
    results["latency"]["models"][-1]["p50_ms"] = 0.04
    assert "`toy-int8` is smaller, but no faster, than its float32 file" in publish.table(results)


def test_what_is_misread_of_whole_pages_is_said() -> None:
    results = copy.deepcopy(RESULTS)
    rates = {
        "clean": [0.004],
        "blur": [0.0, 0.01, 0.02, 0.3, 0.8],
        "noise": [0.0, 0.0, 0.1, 0.2, 0.3],
    }
    cells = {kind: [{"value": value} for value in values] for kind, values in rates.items()}
    results["pages"] = {"pages": 8, "characters": 236, "models": {DEFAULT_MODEL: cells}}
    assert publish.table(results).endswith(
        "Of 236 characters on 8 drawn pages, `small-int8` misreads 0.4 %, and photographed with "
        "middling faults, each by itself, 2.0 to 10.0 %."
    )


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    (folder / "parts").mkdir(parents=True)
    (folder / "results.json").write_text(json.dumps(RESULTS))
    (folder / "report.md").write_text("# Benchmark\n")
    (folder / "matrix.png").write_bytes(b"png")
    return folder


def test_readme_and_published_results_agree() -> None:
    """The table is what the results say; before there are any, there is none."""
    readme = publish.README.read_text(encoding="utf-8")
    published = (publish.RESULTS / "results.json").exists()
    expected = publish.table(publish.read_results(publish.RESULTS)) if published else ""
    assert publish.with_table(readme, expected) == readme


def test_a_run_is_published_with_its_table(finished: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"# Toy\n\n{BEGIN}\nold\n{END}\n\nmore\n")
    target = tmp_path / "results"
    target.mkdir()
    (target / "gone.png").write_bytes(b"of an older run")
    publish.publish(finished, target, readme)
    assert sorted(path.name for path in target.iterdir()) == [
        "matrix.png", "report.md", "results.json",
    ]  # fmt: skip
    assert readme.read_text() == f"# Toy\n\n{BEGIN}\n\n{TABLE}\n\n{END}\n\nmore\n"
    publish.publish(finished, target, readme)  # the same again
    assert readme.read_text().count(TABLE) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 0}, "not of schema 1"),
        ({"settings": {"quick": True, "limit": None}}, "not of a full run"),
        ({"settings": {"quick": False, "limit": 100}}, "not of a full run"),
        ({"latency": None}, "not of a full run"),
    ],
)
def test_what_is_not_whole_is_not_published(
    change: dict[str, Any], message: str, finished: Path, tmp_path: Path
) -> None:
    results = copy.deepcopy(RESULTS) | change
    results = {key: value for key, value in results.items() if value is not None}
    (finished / "results.json").write_text(json.dumps(results))
    with pytest.raises(DataError, match=message):
        publish.publish(finished, tmp_path / "results", tmp_path / "README.md")
    assert not (tmp_path / "results").exists()


def test_a_readme_without_marks_is_left_alone(finished: Path, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Toy\n")
    with pytest.raises(DataError, match="has no lines"):
        publish.publish(finished, tmp_path / "results", readme)
    assert readme.read_text() == "# Toy\n"


def test_no_run_is_said_in_a_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(publish.main, [str(tmp_path)])
    assert result.exit_code == 1
    assert "results.json: cannot be read" in result.output
    assert "run: make benchmark" in result.output
