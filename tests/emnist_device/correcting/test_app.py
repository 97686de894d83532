"""What the page of doubtful fields answers to requests."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from emnist_device.correcting.app import make_app
from emnist_device.correcting.journal import journal_path, read_journal
from emnist_device.correcting.pictures import Pictures
from emnist_device.image.limits import Limits
from emnist_device.serving.address import Address
from emnist_device.serving.server import Server
from tests.emnist_device.correcting.sheets import outcomes, review_of, write_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from emnist_device.correcting.journal import Journal
    from emnist_device.correcting.review import Review


@contextmanager
def serving(table: Path, token: str | None = None) -> Iterator[Server]:
    """Serve the page of a table."""
    with serving_review(*review_of(table), token) as server:
        yield server


@contextmanager
def serving_review(review: Review, journal: Journal, token: str | None = None) -> Iterator[Server]:
    """Serve the page of a review; its journal is closed in the end."""
    pictures = Pictures(Limits())
    server = Server(
        Address("127.0.0.1", 0, token),
        lambda rules: make_app(review, pictures, "out.csv", rules),
    )
    try:
        yield server
    finally:
        server.close()
        pictures.close()
        journal.close()


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sheets")
    return write_table(folder / "out.csv", outcomes(folder))


@pytest.fixture(scope="module")
def server(table: Path) -> Iterator[Server]:
    with serving(table) as server:
        yield server


def ask(
    server: Server, path: str, body: object = None, **headers: str
) -> tuple[int, Any, dict[str, str]]:
    """Send a request, of what is not None by POST; return status, answer and headers."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET" if body is None else "POST", path, content, names)
        response = connection.getresponse()
        answer = response.read()
        told = {name.lower(): value for name, value in response.getheaders()}
        if told.get("content-type") == "application/json":
            return response.status, json.loads(answer), told
        return response.status, answer, told
    finally:
        connection.close()


def test_the_page_and_its_files_are_there(server: Server) -> None:
    for path in ("/", "/review.js", "/review.css", "/base.css", "/request.js", "/icon.svg"):
        status, content, headers = ask(server, path)
        assert (status, bool(content)) == (200, True), path
        assert "default-src 'none'" in headers["content-security-policy"]
    status, told, _ = ask(server, "/api/fields")
    assert (status, told["table"], len(told["fields"])) == (200, "out.csv", 5)


def test_an_answer_is_kept_before_it_is_answered_and_taken_back(
    server: Server, table: Path
) -> None:
    status, told, _ = ask(server, "/api/answer", {"field": 2, "text": "115068"})
    assert (status, told["number"]) == (200, 2)
    expected = {"number": 2, "answer": "115068", "fault": "", "settled": None}
    assert expected.items() <= told["fields"][0].items()
    assert [each["number"] for each in told["fields"]] == [2, 3, 4]
    (kept,) = read_journal(journal_path(table)).answers.values()
    assert kept.text == "115068"
    status, told, _ = ask(server, "/api/answer", {"field": 0, "text": "31.02.1999"})
    assert (status, list(told)) == (200, ["unlikely"])
    assert "31.02.1999" in told["unlikely"]
    told = ask(server, "/api/answer", {"field": 0, "text": "31.02.1999", "sure": True})[1]
    assert told["fields"][0]["answer"] == "31.02.1999"
    assert told["fields"][0]["fault"] == "no day is 31.02.1999"
    first, second, none = (ask(server, "/api/undo", b"")[1] for _ in range(3))
    assert (first["number"], second["number"], none) == (0, 2, None)
    assert [each["answer"] for each in first["fields"] + second["fields"]] == [None] * 5
    assert read_journal(journal_path(table)).answers == {}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{}", b"null", b"[" * 9999, b"\xff",
        {"field": "0", "text": "1"}, {"field": True, "text": "1"}, {"field": 0, "text": 1},
        [[1]], "text", {"field": 0},
        {"field": 99, "text": "1"}, {"field": -1, "text": "1"}, {"field": 1, "text": "saw"},
        {"field": 2, "text": "1" * 501}, {"field": 2, "text": "1", "sure": 1},
        {"field": 0, "text": "\ud800", "sure": True},
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(server: Server, table: Path, body: object) -> None:
    for path in ("/api/answer", "/api/check"):
        status, told, _ = ask(server, path, body)
        assert status == 400
        assert told["error"]
    assert read_journal(journal_path(table)).answers == {}


def test_what_becomes_of_a_text_is_told_before_it_is_kept(server: Server, table: Path) -> None:
    for text, unlikely, taken in (
        ("24121910", "", "24.12.1910"),
        ("24.12.1910", "", ""),
        ("Biology", "Biology is no DD.MM.YYYY", ""),
        ("", "", ""),
    ):
        status, told, _ = ask(server, "/api/check", {"field": 0, "text": text})
        assert (status, told) == (200, {"unlikely": unlikely, "taken": taken})
    assert read_journal(journal_path(table)).answers == {}


def test_what_is_too_long_is_refused(server: Server) -> None:
    assert ask(server, "/api/answer", {"field": 2, "text": "1" * 20000})[0] == 413


def test_pictures_are_sent_or_why_there_is_none(server: Server, table: Path) -> None:
    status, near, headers = ask(server, "/api/picture?field=2")
    assert (status, headers["content-type"]) == (200, "image/png")
    assert ask(server, "/api/picture?field=2&wide")[1] != near
    assert ask(server, "/api/picture")[0] == 400
    for number in ("", "x", "5", "-1", "²", "0x1", "9" * 5000):
        assert ask(server, f"/api/picture?field={quote(number)}")[0] == 400
    path = table.with_name("b.png")
    content = path.read_bytes()
    path.unlink()
    status, told, _ = ask(server, "/api/picture?field=2")
    path.write_bytes(content)
    assert (status, "b.png: is not there" in told["error"]) == (404, True)


def test_others_are_kept_out(server: Server, table: Path) -> None:
    said = {"field": 2, "text": "1"}
    assert ask(server, "/api/answer", said, Origin="http://evil.example")[0] == 403
    assert ask(server, "/api/fields", Host="evil.example")[0] == 403
    assert ask(server, "/api/picture?field=0", Sec_Fetch_Site="cross-site")[0] == 403
    assert read_journal(journal_path(table)).answers == {}


def test_with_a_token_nobody_passes_without_it(tmp_path: Path) -> None:
    table = write_table(tmp_path / "out.csv", outcomes(tmp_path))
    with serving(table, "a-long-token") as server:
        assert "token=a-long-token" in server.url
        assert ask(server, "/api/fields")[0] == 401
        assert ask(server, "/api/picture?field=0")[0] == 401
        assert ask(server, "/api/answer", {"field": 2, "text": "1"})[0] == 401
        assert ask(server, "/api/fields", Authorization="Bearer a-long-token")[0] == 200
