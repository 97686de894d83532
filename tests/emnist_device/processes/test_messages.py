from __future__ import annotations

import socket
import threading
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_device.processes.messages import receive, send

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def ends() -> Iterator[tuple[Connection, Connection]]:
    ours, theirs = socket.socketpair()
    with Connection(ours.detach()) as here, Connection(theirs.detach()) as there:
        yield here, there


def through(ends: tuple[Connection, Connection], message: Any) -> Any:
    sender = threading.Thread(target=send, args=(ends[0], message))
    sender.start()
    received = receive(ends[1])
    sender.join()
    return received


def test_arrays_arrive_as_they_were(ends: tuple[Connection, Connection]) -> None:
    picture = np.arange(1200 * 900 * 3, dtype=np.uint8).reshape(1200, 900, 3)
    for array in (picture, picture[::-1, ::2], picture[:0], picture[..., 0].T):
        received = through(ends, array)
        assert np.array_equal(received, array)
        assert received.dtype == np.uint8
    received = through(ends, {"a": picture[:9], "b": [1, picture[9:20]], "c": "text"})
    assert np.array_equal(received["b"][1], picture[9:20])
    assert received["c"] == "text"
    received["a"][0] = 7  # may be written to


def test_what_an_array_holds_is_not_pickled(
    ends: tuple[Connection, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    heads: list[int] = []
    plain = Connection.send

    def counted(connection: Connection, message: tuple[bytes, list[int]]) -> None:
        heads.append(len(message[0]))
        plain(connection, message)

    monkeypatch.setattr(Connection, "send", counted)
    through(ends, np.zeros((480, 640, 3), np.uint8))
    assert heads[0] < 1000


def test_a_sender_that_dies_within_a_picture_is_told(ends: tuple[Connection, Connection]) -> None:
    ends[0].send((b"", [10_000]))
    ends[0].send_bytes(b"a" * 100)
    ends[0].close()
    with pytest.raises(EOFError):
        receive(ends[1])
