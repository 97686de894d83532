"""An archive such as NIST's, and a server that sends it, well or badly."""

from __future__ import annotations

import gzip
import io
import re
import threading
import zipfile
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np

from emnist_edge.dataset import emnist

if TYPE_CHECKING:
    from collections.abc import Iterator

TOY = emnist.Split("toy", 3, 40, 10, "toy")
PADDING = 3_000_000  # what NIST's archive holds besides the split that is asked for


def idx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes(), mtime=0)


def toy_files() -> dict[str, bytes]:
    rng = np.random.default_rng(1)
    files = {"emnist-toy-mapping.txt": b"0 48\n1 65\n2 97\n"}
    for part, count in (("train", 40), ("test", 10)):
        images = rng.integers(0, 255, (count, 28, 28), dtype=np.uint8)
        labels = rng.integers(0, 3, count, dtype=np.uint8)
        files[f"emnist-toy-{part}-images-idx3-ubyte.gz"] = idx(images)
        files[f"emnist-toy-{part}-labels-idx1-ubyte.gz"] = idx(labels)
    return files


def archive(files: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as target:
        target.writestr("gzip/", b"")
        target.writestr("gzip/emnist-other.gz", np.random.default_rng(2).bytes(PADDING))
        for name, member in files.items():
            target.writestr(f"gzip/{name}", member)
    return content.getvalue()


class Server(ThreadingHTTPServer):
    """Serves one archive, well or badly, and counts the bytes it sent."""

    def __init__(self, content: bytes, behaviour: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.behaviour, self.sent = content, behaviour, 0
        self.authorizations: set[str | None] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/gzip.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        behaviour = self.server.behaviour
        self.server.authorizations.add(self.headers.get("Authorization"))
        if "://" in behaviour:
            self.send_response(302)
            self.send_header("Location", behaviour.removeprefix(":/"))
            self.end_headers()
        elif behaviour.isdecimal():
            self.send_error(int(behaviour))
        else:
            self._send_range(behaviour)

    def _send_range(self, behaviour: str) -> None:
        content = self.server.content
        if behaviour == "other bytes":  # of the right length, inside the first images
            content = content[: PADDING + 3000] + bytes(6000) + content[PADDING + 9000 :]
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start, stop = 0, len(content)
        if wanted and behaviour != "no ranges":
            start = int(wanted[1])
            stop = min(int(wanted[2] or len(content)) + 1, len(content))
            size = len(content) + (self.server.sent if behaviour == "grows" else 0)
            place = f"{start}-{stop - 1 + (behaviour == 'elsewhere')}/{size}"
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {place}")
        else:
            self.send_response(200)
        if behaviour == "packed":
            self.send_header("Content-Encoding", "gzip")
        if behaviour != "endless":
            self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        piece = content[start:stop]
        if behaviour == "cut off":
            piece = piece[: len(piece) // 2]
        self.close_connection = True
        self.server.sent += len(piece)
        self.wfile.write(piece)
        if behaviour == "endless":
            self._send_for_ever()

    def _send_for_ever(self) -> None:
        with suppress(OSError):
            for _ in range(10_000):
                self.server.sent += self.wfile.write(bytes(2**16))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def serving(content: bytes, behaviour: str = "well") -> Iterator[Server]:
    with Server(content, behaviour) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
