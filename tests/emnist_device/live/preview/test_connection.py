"""Connections as clients make them that are slow, cut off, odd or many."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from emnist_device.live.eye import Eye, Settings
from emnist_device.live.preview.server import Preview
from emnist_device.serving import connection
from emnist_device.serving.address import Address
from tests.emnist_device.live.conftest import Words, moment

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.emnist_device.live.preview.asking import port

TOKEN = "correct-horse"
BEARER = f"Authorization: Bearer {TOKEN}\r\n".encode()
GET = b"GET /api/settings HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def reports() -> Words:
    return Words()


@pytest.fixture(scope="module")
def preview(reports: Words) -> Iterator[Preview]:
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings("tiny-int8")), reports)
    preview.show(moment(1, "ROOM"))
    yield preview
    preview.close()


@pytest.fixture(scope="module")
def guarded(reports: Words) -> Iterator[Preview]:
    preview = Preview(Address("127.0.0.1", 0, TOKEN), Eye(Settings("tiny-int8")), reports)
    yield preview
    preview.close()


def connect(preview: Preview, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port(preview)), 20, (source, 0))


def receive(client: socket.socket) -> bytes:
    """Return what comes until the server closes the connection."""
    content = b""
    try:
        while more := client.recv(2**16):
            content += more
    except ConnectionResetError:
        pass
    return content


def left_alone(preview: Preview) -> Preview:
    """Return ``preview`` when it has noticed that all earlier clients have gone."""
    deadline = time.monotonic() + 20
    while preview._server.connections:
        assert time.monotonic() < deadline, "clients are still there"
        time.sleep(0.005)
    return preview


def head(client: socket.socket) -> bytes:
    """Return the first bytes of an answer."""
    return client.recv(12)


def say(preview: Preview, content: bytes, *, ends: bool = False) -> bytes:
    """Send ``content`` as it is, and return the first answer as far as it comes at once."""
    with connect(preview) as client:
        client.sendall(content)
        if ends:
            client.shutdown(socket.SHUT_WR)
        return client.recv(2**16)


def test_idle_connections_shut_nobody_out(preview: Preview) -> None:
    with ExitStack() as held:
        idle = [held.enter_context(connect(preview)) for _ in range(connection.CONNECTIONS)]
        for number, client in enumerate(idle):
            if number % 2:
                client.sendall(b"GET / HTTP/1.1\r\nX-Slow")  # a head that never ends
        for source in ("127.0.0.1", "127.0.0.2"):
            client = held.enter_context(connect(preview, source))
            client.sendall(GET)
            assert head(client) == b"HTTP/1.1 200"
        assert preview._server.connections <= connection.CONNECTIONS


def test_the_visitor_with_most_connections_makes_place(
    preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECTIONS", 8)
    left_alone(preview)
    with ExitStack() as held:
        own = [held.enter_context(connect(preview, "127.0.0.2")) for _ in range(3)]
        for client in own:
            client.sendall(GET)
            assert head(client) == b"HTTP/1.1 200"
        for _ in range(20):
            newest = held.enter_context(connect(preview, "127.0.0.3"))
        newest.sendall(GET)
        assert head(newest) == b"HTTP/1.1 200"  # so all before it have come
        there: set[Any] = preview._server._server.server_state.connections
        visitors = Counter(each._visitor for each in there)
        assert visitors == {"127.0.0.2": 3, "127.0.0.3": 5}


def test_where_all_connections_are_busy_one_more_is_told_so(
    preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECTIONS", 3)
    left_alone(preview)
    with ExitStack() as held:
        busy = [held.enter_context(connect(preview)) for _ in range(3)]
        for client in busy:
            client.sendall(b"POST /api/settings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9")
            client.sendall(b"\r\nExpect: 100-continue\r\n\r\n")
            assert b"100 Continue" in client.recv(2**16)
        assert receive(held.enter_context(connect(preview))).startswith(b"HTTP/1.1 503")
        busy[0].sendall(b"{}       ")
        assert b"HTTP/1.1 400" in busy[0].recv(2**16)
        assert say(preview, GET).startswith(b"HTTP/1.1 200")


SLOW = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost: local",
    "a body after the answer": (
        b"POST /absent HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n"
    ),
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
def test_what_drips_in_for_ever_is_closed(
    preview: Preview, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(connection, "_PATIENCE", 0.2)
    with connect(preview) as client:
        client.sendall(sent)
        client.settimeout(0.02)
        for _ in range(1000):  # each byte is progress, and buys no time
            try:
                if not client.recv(2**16):
                    break
            except TimeoutError:
                client.sendall(b"x")
            except ConnectionResetError:
                break
        else:
            pytest.fail("the connection is still open")


def test_who_takes_no_answer_is_closed(preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PATIENCE", 0.2)
    with connect(preview) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /style.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            client.sendall(request * 100_000)


NO_REQUESTS = {
    "nothing": b"\x00\x01\x02\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "path": b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "method": b"F\xffO / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "length": b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "negative": b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "coding": b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
    "chunk": (
        b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    ),
    "large head": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 500_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("content", NO_REQUESTS.values(), ids=NO_REQUESTS)
def test_what_is_no_request_is_answered_in_a_line(preview: Preview, content: bytes) -> None:
    answer = say(preview, content)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b"\r\n\r\nThis is no HTTP/1.1 request as a browser sends it.\n")


def test_who_is_still_sending_sees_the_answer(preview: Preview) -> None:
    head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 12_000_000
    assert say(preview, head).startswith(b"HTTP/1.1 400")  # more than the system holds for it


@pytest.mark.parametrize(
    "content",
    [
        b"GET / HTTP/1.1\r\nHost: local",
        b"POST /api/settings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{}",
        b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab",
    ],
    ids=["head", "body", "chunk"],
)
def test_a_request_that_is_cut_off_is_told_so(preview: Preview, content: bytes) -> None:
    answer = say(preview, content, ends=True)
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.endswith(b"The request is cut off.\n")


def test_a_body_that_is_announced_as_endless_is_refused_at_once(preview: Preview) -> None:
    for length in (10**12, 10**19):
        request = f"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n"
        assert say(preview, request.encode()).startswith(b"HTTP/1.1 413")


def post(preview: Preview, body: bytes) -> tuple[int, str]:
    client = http.client.HTTPConnection("127.0.0.1", port(preview), timeout=20)
    client.request("POST", "/api/settings", body)
    answer = client.getresponse()
    content = answer.read().decode()
    client.close()
    return answer.status, content


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 4000,
        b'{"model":' * 450,
        b"9" * 4000,
        b"1e999999",
        b"nan",
        b"\xff\xfe\xfd",
        b'{"model": "\\ud800", "charset": ""}',
        b'{"model": "tiny-int8", "charset": "\\ud800"}',
        b'{"model": "tiny-int8", "charset": {"A": 1}}',
        b'{"model": "tiny-int8", "charset": ["digits"]}',
        b'{"model": null, "charset": null}',
        b'{"model": {}, "charset": ""}',
    ],
    ids=lambda body: str(body[:20]),
)
def test_json_of_any_kind_is_refused_in_a_line(preview: Preview, body: bytes) -> None:
    status, answer = post(preview, body)
    assert status == 400
    error = json.loads(answer)["error"]
    assert "\n" not in error
    assert len(error) < 300


TOKENS = st.text(st.characters(max_codepoint=255), max_size=30)
METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "BREW", "CONNECT", "get", ""])
PATHS = st.one_of(
    st.sampled_from(["/", "/api/settings", "/api/read", "*", "http://[/", "//", "/..", "/live.js"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40).map("/".__add__),
    TOKENS.map("/?token={}".format),
    TOKENS.map("/api/frame?after=0&x={}".format),
)
NAMES = st.sampled_from(
    [
        "Host", "Origin", "Cookie", "Authorization", "Content-Length", "Transfer-Encoding",
        "Expect", "Connection", "Upgrade", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded",
        "Sec-Fetch-Site", "Sec-Fetch-Mode", "Range", "Accept-Encoding",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(
        [
            "localhost", "http://localhost", "http://[", "[", "0", "5", "chunked", "websocket",
            "Upgrade", "100-continue", f"Bearer {TOKEN}", "null", "https", "::1", "unix:", "a, b",
            "[::1]:9", "cross-site", "navigate", "bytes=0-5", "for=\"[::1]\"",
        ]
    ),
    TOKENS,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(METHODS, PATHS, st.lists(st.tuples(NAMES, VALUES), max_size=5), st.binary(max_size=20))
@example("GET", "/", [("Origin", "http://[")], b"")
@example("GET", "/", [("Authorization", "Bearer \xff\xe9")], b"")
@example("GET", "/", [("Cookie", 'emnist_edge="\\777"')], b"")
def test_any_request_is_answered_without_a_fault(
    preview: Preview,
    guarded: Preview,
    reports: Words,
    method: str,
    path: str,
    fields: list[tuple[str, str]],
    body: bytes,
) -> None:
    guarded._server.rules.throttle._failures.clear()
    lines = "".join(f"{name}: {value}\r\n" for name, value in [("Host", "localhost"), *fields])
    request = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body
    for asked in (preview, guarded):
        answer = say(asked, request, ends=True)
        # No answer: whoever hangs up first is owed none.
        assert re.match(rb"HTTP/1\.1 [1-4]\d\d |$", answer), answer
    assert list(reports) == []
