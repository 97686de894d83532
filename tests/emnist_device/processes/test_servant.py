from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.image.limits import Limits
from emnist_device.processes.process import Failure, Terms, too_much
from emnist_device.processes.servant import Servant
from emnist_edge.errors import EmnistEdgeError, ModelError, PictureError
from tests.emnist_device.processes import test_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def make(folder: Path) -> Callable[[str], Any]:
    """Return a function that does what it is told."""
    obey = test_workers.make(folder)

    def work(order: str) -> Any:
        if order == "refuse":
            raise PictureError("is damaged")
        return np.ones((9, 8), np.uint8) if order == "picture" else obey(order)

    return work


@pytest.fixture
def servant(tmp_path: Path) -> Iterator[Servant]:
    servant = Servant(partial(make, tmp_path), Terms(Limits(seconds=20)))
    yield servant
    servant.close()


def test_one_process_serves_item_after_item(servant: Servant) -> None:
    pid = servant.do("pid")
    assert pid != os.getpid()
    assert servant.do("a") == "A"
    assert np.array_equal(servant.do("picture"), np.ones((9, 8)))
    with pytest.raises(PictureError, match="is damaged"):
        servant.do("refuse")
    assert isinstance(servant.do("hoard"), Failure)
    assert servant.do("pid") == pid
    servant.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert servant.do("pid") != pid


def test_what_costs_the_process_its_life_costs_itself_alone(servant: Servant) -> None:
    for order, cause in (("exit", "exit 3"), ("killed always", "SIGKILL")):
        result = servant.do(order)
        assert isinstance(result, Failure)
        assert f"ends the process that reads it ({cause})" in result.reason
        assert servant.do("a") == "A"
    assert servant.do("killed once") == "KILLED ONCE"


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    servant = Servant(partial(make, tmp_path), Terms(Limits(seconds=0.5)))
    pid = servant.do("pid")
    assert servant.do("hang") == Failure(
        "took longer than 0.5 s; raise the limit: --limit seconds=S"
    )
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    servant.close()


def test_memory_is_bounded(servant: Servant) -> None:
    assert servant.do("hoard") == Failure(
        "takes more than 1,073,741,824 bytes; raise the limit: --limit memory=N"
    )


def test_a_process_that_cannot_start() -> None:
    terms = Terms(Limits())
    with pytest.raises(ModelError, match="no such model"):
        Servant(test_workers.refuse, terms).do("a")
    with pytest.raises(EmnistEdgeError, match="does not start"):
        Servant(test_workers.fail, terms).do("a")


def test_a_servant_without_work_has_no_process(servant: Servant) -> None:
    servant.close()
    servant.close()


def test_where_no_picture_could_be_read_none_is_to_blame() -> None:
    assert (
        too_much(2**30) == "takes more than 1,073,741,824 bytes; raise the limit: --limit memory=N"
    )
    assert too_much(10**8) == (
        "cannot be read in 100,000,000 bytes, and nothing can; raise the limit: --limit memory=N"
    )
