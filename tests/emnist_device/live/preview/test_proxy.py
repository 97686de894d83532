"""The preview behind a reverse proxy."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from emnist_device.live.eye import Eye, Settings
from emnist_device.live.preview.server import Preview
from emnist_device.serving.address import Address

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.emnist_device.live.preview.asking import port

TOKEN = "correct-horse"


@pytest.fixture(scope="module")
def guarded() -> Iterator[Preview]:
    preview = Preview(Address("127.0.0.1", 0, TOKEN), Eye(Settings("tiny-int8")))
    yield preview
    preview.close()


class Proxy(ThreadingHTTPServer):
    """A reverse proxy that serves the preview below /ocr/, as those in the README."""

    def __init__(self, preview: Preview) -> None:
        super().__init__(("127.0.0.1", 0), Relay)
        self.preview = preview


class Relay(BaseHTTPRequestHandler):
    server: Proxy

    def do_GET(self) -> None:
        self._relay()

    def do_POST(self) -> None:
        self._relay()

    def _relay(self) -> None:
        if not self.path.startswith("/ocr/"):
            self.send_error(404)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        onward = http.client.HTTPConnection("127.0.0.1", port(self.server.preview), timeout=20)
        given = dict(self.headers) | {"X-Forwarded-Proto": "https"}
        given["X-Forwarded-For"] = self.headers.get("X-Test-Client", "10.0.0.7")
        onward.request(self.command, self.path.removeprefix("/ocr"), body, given)
        answer = onward.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        onward.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def proxied(preview: Preview) -> Iterator[str]:
    """Give the host and port at which a proxy serves ``preview`` below /ocr/."""
    with Proxy(preview) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"127.0.0.1:{proxy.server_port}"
        proxy.shutdown()
        thread.join()


def fetch(
    host: str, path: str, method: str = "GET", **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    client = http.client.HTTPConnection(host, timeout=20)
    given: dict[str, Any] = {name.replace("_", "-"): value for name, value in headers.items()}
    client.request(method, path, b"{}" if method == "POST" else None, given)
    answer = client.getresponse()
    content = answer.read()
    client.close()
    return answer.status, answer.headers, content


def test_behind_a_proxy_and_below_a_path_it_is_the_same(guarded: Preview) -> None:
    guarded._server.rules.throttle._failures.clear()
    with proxied(guarded) as host:
        status, headers, _ = fetch(host, f"/ocr/?token={TOKEN}")
        assert (status, headers["Location"]) == (303, "./")
        assert "Secure" in headers["Set-Cookie"]  # the proxy has TLS
        cookie = headers["Set-Cookie"].split(";")[0]
        status, _, page = fetch(host, "/ocr/", Cookie=cookie)
        assert status == 200
        named = re.findall(r'(?:href|src)="([^#"]+)"', page.decode())
        assert len(named) >= 6
        for name in named:
            assert fetch(host, f"/ocr/{name}", Cookie=cookie)[0] == 200
        own, other = f"https://{host}", "https://evil.example"
        assert fetch(host, "/ocr/api/settings", "POST", Cookie=cookie, Origin=own)[0] == 400
        assert fetch(host, "/ocr/api/settings", "POST", Cookie=cookie, Origin=other)[0] == 403


def test_wrong_tokens_behind_a_proxy_count_for_who_brought_them(guarded: Preview) -> None:
    guarded._server.rules.throttle._failures.clear()
    with proxied(guarded) as host:
        for number in range(12):
            status, _, _ = fetch(host, "/ocr/", Authorization=f"Bearer {number}")
        assert status == 429
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert fetch(host, "/ocr/", **right)[0] == 429
        assert fetch(host, "/ocr/", **right, X_Test_Client="10.0.0.8")[0] == 200


def test_only_proxies_that_are_named_say_for_whom_they_ask(guarded: Preview) -> None:
    guarded._server.rules.throttle._failures.clear()
    statuses = []
    for number in range(12):
        place = ("127.0.0.1", port(guarded))
        with socket.create_connection(place, 20, ("127.0.0.2", 0)) as client:
            told = f"X-Forwarded-For: 10.0.0.{number}\r\nAuthorization: Bearer {number}\r\n"
            client.sendall(f"GET / HTTP/1.1\r\nHost: localhost\r\n{told}\r\n".encode())
            statuses.append(client.recv(12))
    assert statuses[-1] == b"HTTP/1.1 429"
