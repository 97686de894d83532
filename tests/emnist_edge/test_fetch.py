from __future__ import annotations

import gzip
import io
import re
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest

from emnist_edge import emnist, fetch
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOY = emnist.Split("toy", 3, 40, 10, "toy")
PADDING = 3_000_000  # what NIST's archive holds besides the split that is asked for


def idx(array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return gzip.compress(header + array.tobytes())


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

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/gzip.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        content, behaviour = self.server.content, self.server.behaviour
        if behaviour == "other bytes":  # of the right length, inside the first images
            content = content[: PADDING + 3000] + bytes(6000) + content[PADDING + 9000 :]
        if behaviour in ("404", "500"):
            self.send_error(int(behaviour))
            return
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if wanted and behaviour != "no ranges":
            start = int(wanted[1])
            stop = min(int(wanted[2] or len(content)) + 1, len(content))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        else:
            start, stop = 0, len(content)
            self.send_response(200)
        if behaviour != "no ranges":
            self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        if not body:
            return
        piece = content[start:stop]
        if behaviour == "cut off":
            piece = piece[: len(piece) // 2]
            self.close_connection = True
        self.server.sent += len(piece)
        self.wfile.write(piece)

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


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    monkeypatch.setattr(fetch, "_BLOCK", 20_000)
    return toy_files()


def test_only_the_members_of_the_split_travel(tmp_path: Path, files: dict[str, bytes]) -> None:
    content = archive(files)
    with serving(content) as server:
        paths = fetch.fetch(TOY, tmp_path / "new", url=server.url)
        assert server.sent < PADDING / 4
        sent = server.sent
        assert fetch.fetch(TOY, tmp_path / "new", url=server.url) == paths
        assert server.sent == sent  # all there: nothing is asked of the server
    assert {path.name: path.read_bytes() for path in paths} == files
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(files)
    samples = emnist.load(TOY, "train", tmp_path / "new")
    assert samples.images.shape == (40, 28, 28)
    assert samples.alphabet == "0Aa"


def test_a_damaged_file_is_fetched_again(tmp_path: Path, files: dict[str, bytes]) -> None:
    with serving(archive(files)) as server:
        paths = fetch.fetch(TOY, tmp_path, url=server.url)
        images = next(path for path in paths if "train-images" in path.name)
        images.write_bytes(images.read_bytes()[:-20])
        fetch.fetch(TOY, tmp_path, url=server.url)
    assert images.read_bytes() == files[images.name]


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("no ranges", "sends no ranges; download the archive"),
        ("cut off", "connection failed|damaged"),
        ("other bytes", "damaged"),
        ("404", "404"),
        ("500", "500"),
    ],
)
def test_what_a_server_does_wrong_is_said_and_leaves_nothing_half_done(
    tmp_path: Path, files: dict[str, bytes], behaviour: str, message: str
) -> None:
    with serving(archive(files), behaviour) as server, pytest.raises(DataError, match=message):
        fetch.fetch(TOY, tmp_path, url=server.url)
    # Nothing half done stays; the mapping may have come whole before the fault.
    assert {path.name for path in tmp_path.iterdir()} <= {"emnist-toy-mapping.txt"}


def test_nobody_answers(tmp_path: Path) -> None:
    with serving(b"") as server:
        url = server.url
    with pytest.raises(DataError, match="cannot be reached"):
        fetch.fetch(TOY, tmp_path, url=url)


def test_what_an_archive_lacks_is_named(tmp_path: Path, files: dict[str, bytes]) -> None:
    del files["emnist-toy-test-labels-idx1-ubyte.gz"]
    with (
        serving(archive(files)) as server,
        pytest.raises(DataError, match="holds no emnist-toy-test-labels"),
    ):
        fetch.fetch(TOY, tmp_path, url=server.url)
    # What came before is whole, and is not fetched again.
    assert len(emnist.load(TOY, "train", tmp_path)) == 40
    assert not [path for path in tmp_path.iterdir() if path.suffix == ".part"]


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with serving(b"<html>moved</html>" * 100) as server, pytest.raises(DataError, match="damaged"):
        fetch.fetch(TOY, tmp_path, url=server.url)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("emnist-toy-train-labels-idx1-ubyte.gz", idx(np.zeros(39, np.uint8)), "belong together"),
        ("emnist-toy-test-images-idx3-ubyte.gz", b"no gzip", "not an IDX file"),
        ("emnist-toy-mapping.txt", b"0 48\n1 65\n", "2 classes, not 3"),
    ],
)
def test_a_member_of_another_shape_is_refused(
    tmp_path: Path, files: dict[str, bytes], name: str, content: bytes, message: str
) -> None:
    files[name] = content
    with serving(archive(files)) as server, pytest.raises(DataError, match=message):
        fetch.fetch(TOY, tmp_path, url=server.url)
    assert name not in [path.name for path in tmp_path.iterdir()]


def test_a_folder_that_cannot_be_made(tmp_path: Path, files: dict[str, bytes]) -> None:
    (tmp_path / "file").write_text("in the way")
    with serving(archive(files)) as server, pytest.raises(DataError, match="cannot be written"):
        fetch.fetch(TOY, tmp_path / "file" / "data", url=server.url)
