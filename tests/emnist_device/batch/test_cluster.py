from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import cv2
import pytest
from click.testing import CliRunner

from emnist_device.batch import cluster
from emnist_device.batch.cluster import read_on_cluster
from emnist_device.batch.reading import read_many
from emnist_device.batch.tasks import Task
from emnist_device.image.limits import Limits
from emnist_edge import Reader, packages
from emnist_edge.cli.main import cli
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import EmnistEdgeError, ModelError, RuntimeMissingError
from tests.emnist_device.batch.test_reading import CRASH, Stumbling, blank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("default")  # Dask's are not ours to mend


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """Address of a cluster of two workers on this machine."""
    distributed = pytest.importorskip("dask.distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as local:
        yield local.scheduler_address


def tasks(number: int) -> list[Task]:
    def page(index: int) -> bytes:
        picture = draw_page(f"{index % 90:02}", size=(150, 90), height=40, seed=index).picture
        return cv2.imencode(".png", picture)[1].tobytes()

    return [Task(f"{index}.png", page(index)) for index in range(number)]


def comparable(outcomes: Any) -> dict[int, Any]:
    return {
        index: (outcome.name, outcome.error, outcome.page and outcome.page.lines)
        for index, outcome in outcomes
    }


def test_a_worker_killed_midway_loses_nothing_and_doubles_nothing(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dask.distributed import Client

    monkeypatch.setattr(cluster, "LOT", 4)
    todo = tasks(24)
    with Client(scheduler) as client:
        pids = list(client.run(os.getpid).values())
    assert len(set(pids)) == 2
    outcomes = []
    for outcome in read_on_cluster(todo, Reader, scheduler, Limits()):
        outcomes.append(outcome)
        if len(outcomes) == 5:
            os.kill(pids[0], signal.SIGKILL)
    assert set(Counter(index for index, _ in outcomes).values()) == {1}
    assert comparable(outcomes) == comparable(read_many(todo, Reader, 1, Limits()))


def test_a_picture_that_crashes_its_reader_leaves_the_workers_alone(scheduler: str) -> None:
    todo = tasks(4)
    todo.insert(2, Task("crash.png", blank(CRASH)))
    read = dict(read_on_cluster(todo, Stumbling, scheduler, Limits()))
    assert [index for index, outcome in sorted(read.items()) if outcome.page is None] == [2]
    assert "(SIGSEGV)" in (read[2].error or "")


def test_the_command_reads_a_folder_on_the_cluster(scheduler: str, tmp_path: Path) -> None:
    folder, output = tmp_path / "in", tmp_path / "out.csv"
    folder.mkdir()
    for task in tasks(3):
        (folder / task.name).write_bytes(task.content or b"")
    (folder / "bad.png").touch()
    options = ["--scheduler", scheduler, "--output", str(output)]
    result = CliRunner().invoke(cli, ["classify", str(folder), *options])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith("bad.png: is empty\n")
    texts = [line.split(",")[2] for line in output.read_text().splitlines()[1:]]
    assert sorted(texts) == ["", "00", "01", "02"]


def test_a_reader_that_cannot_be_made(scheduler: str) -> None:
    with pytest.raises(ModelError, match="no such model"):
        list(read_on_cluster(tasks(2), _absent, scheduler, Limits()))


def _absent() -> Reader:
    raise ModelError("no such model")


def test_no_scheduler_or_no_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmnistEdgeError, match="no Dask scheduler answers"):
        list(read_on_cluster(tasks(2), Reader, "nonsense://here", Limits()))
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(RuntimeMissingError, match=r"emnist-edge\[cluster\]"):
        list(read_on_cluster(tasks(2), Reader, "tcp://127.0.0.1:1", Limits()))
