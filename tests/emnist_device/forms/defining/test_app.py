"""What the server of the page answers, and whom."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.forms.defining.app import make_app
from emnist_device.serving.address import Address
from emnist_device.serving.server import Server
from emnist_edge.errors import OutputError, PictureError
from tests.emnist_device.forms.defining.test_desk import Hand, Place, comb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Site:
    """A desk that is served."""

    def __init__(self, folder: Path, token: str | None = None) -> None:
        self.place = Place(folder, pages=2, hand=Hand([{"fields": {}, "form_page": 1}]))
        address = Address("0.0.0.0" if token else "127.0.0.1", 0, token)
        self.server = Server(address, lambda rules: make_app(self.place.desk, rules))

    def ask(
        self, path: str = "/", method: str = "GET", body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=15)
        try:
            content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, content, given)
            response = connection.getresponse()
            names = {name.lower(): value for name, value in response.getheaders()}
            return response.status, names, response.read()
        finally:
            connection.close()

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        status, _, content = self.ask(path, "POST", body)
        return status, json.loads(content)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.server.close()


def draft(revision: int = 0, *fields: Any) -> dict[str, Any]:
    return {"revision": revision, "form": "club", "title": "", "fields": [list(fields), []]}


def test_the_page_and_all_its_parts_are_served_without_anything_inline(site: Site) -> None:
    status, headers, page = site.ask()
    assert status == 200
    assert b"style=" not in page
    assert b"<script>" not in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    for name in ("base.css", "style.css", "icon.svg", "define.js"):
        assert name.encode() in page
    for name in ("model.js", "sheet.js", "editor.js", "options.js", "trial.js", "request.js"):
        assert site.ask(f"/{name}")[0] == 200
    assert site.ask("/../app.py")[0] == 404


def test_a_page_of_the_scan_is_a_picture(site: Site) -> None:
    status, headers, content = site.ask("/api/page?page=1")
    assert (status, headers["content-type"]) == (200, "image/jpeg")
    shown: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[:2] == (1782, 1260)
    for query in ("page=2", "page=-1", "page=x", "page=1e9", "page=99999999999", "page=٣"):
        path = "/api/page?" + query.replace("٣", "%D9%A3")
        assert site.ask(path)[0] == 404


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('"x": NaN', "NaN is no finite number"),
        ('"x": -Infinity', "-Infinity is no finite number"),
        ('"x": 1e999', "1e999 is no finite number"),
        ('"x": ' + "9" * 5000, "a number has 5,000 characters"),
        ('"x": ' + "[" * 14 + "]" * 14, "it is nested over 16 deep"),
        ('"x": ' + "[" * 3000 + "]" * 3000, "it is nested over 16 deep"),
        ('"x": ' + "[" * 200_000 + "]" * 200_000, "it is nested over 16 deep"),
        ('"x": "\\ud800"', "a text has U+D800, which is half of a character"),
        ('"\\udc00": 1', "a text has U+DC00, which is half of a character"),
        ('"name": "a\\udfff"', "a text has U+DFFF, which is half of a character"),
        ('"x": ', "Expecting value"),
    ],
    ids=lambda given: given[:20],
)
def test_a_draft_that_cannot_be_shown_is_refused_and_the_one_before_stays(
    site: Site, more: str, words: str
) -> None:
    site.post("/api/form", draft(0, comb()))
    before = site.ask("/api/form")[2]
    field = '{"name": "a", "kind": "line", "box": [1, 2, 3, 4], ' + more + "}"
    body = '{"revision": 1, "form": "a", "title": "", "fields": [[' + field + "], []]}"
    status, answer = site.post("/api/form", body.encode())
    assert (status, answer["error"].startswith("this is no form: ")) == (400, True)
    assert words in answer["error"]
    assert site.ask("/api/form")[2] == before
    large = draft(1, comb() | {"label": "x" * 200_000})
    assert site.post("/api/form", large) == (
        400, {"error": "the template would have over 200 kB; split the form"},
    )  # fmt: skip
    assert site.ask("/api/form")[2] == before


def test_a_draft_is_changed_tried_and_saved(site: Site) -> None:
    status, state = site.post("/api/form", draft(0, comb()))
    assert (status, state["revision"], state["faults"]) == (200, 1, [])
    assert site.post("/api/form", draft(0)) == (
        409, {"error": "the form was changed in another window; this one shows it now"},
    )  # fmt: skip
    assert json.loads(site.ask("/api/form")[2])["fields"] == [[comb()], []]
    assert site.post("/api/trial?page=0") == (200, {"sheets": [{"fields": {}, "form_page": 1}]})
    assert site.post("/api/trial", b"a picture")[0] == 200
    assert [each.content for each in site.place.hand.asked] == [b"", b"a picture"]
    site.place.hand.answer = PictureError("the sheet shows another form")
    assert site.post("/api/trial") == (400, {"error": "the sheet shows another form"})
    assert site.post("/api/trial?page=7")[0] == 400
    assert site.post("/api/save")[1]["saved"]
    assert site.place.path.exists()
    site.post("/api/form", draft(1))
    status, answer = site.post("/api/save")
    assert (status, "there is no field yet" in answer["error"]) == (400, True)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b"[" * 100_000, b"1" * 5000, b"NaN", b'{"revision": 0}',
     b'{"revision": 0, "form": "\\ud800", "title": "", "fields": [[], []]}',
     b'{"revision": 0, "form": "a", "title": "", "fields": [[{"name": "a", "b": '
     + b"[" * 90_000 + b"]" * 90_000 + b"}], []]}"],
)  # fmt: skip
def test_what_is_no_draft_is_refused_in_a_line(site: Site, body: bytes) -> None:
    status, answer = site.post("/api/form", body)
    assert status in (400, 409)
    assert "\n" not in answer["error"]
    assert site.place.desk.view()["revision"] == 0


def test_what_is_too_large_is_refused(site: Site) -> None:
    assert site.post("/api/form", b" " * (2**19 + 1))[0] == 413
    status, answer = site.post("/api/trial", bytes(16 * 2**20 + 1))
    assert (status, answer["error"]) == (413, "the picture is larger than 16 MiB")


def test_other_sites_and_names_are_refused(site: Site) -> None:
    assert site.ask(host="evil.example")[0] == 403
    for path in ("/api/form", "/api/save", "/api/trial"):
        assert site.ask(path, "POST", draft(), origin="http://evil.example")[0] == 403
        assert site.ask(path, "POST", draft(), sec_fetch_site="cross-site")[0] == 403
    assert site.place.desk.view()["revision"] == 0
    assert not site.place.path.exists()


def test_beyond_this_machine_it_needs_a_token(tmp_path: Path) -> None:
    site = Site(tmp_path, "correct-horse")
    try:
        assert site.ask("/api/form")[0] == 401
        assert site.ask("/api/form", authorization="Bearer correct-horse")[0] == 200
        assert site.ask("/api/page", authorization="Bearer wrong-horses")[0] == 401
    finally:
        site.server.close()


def test_a_port_that_is_taken_is_said(site: Site) -> None:
    with pytest.raises(OutputError, match="another program has this port; choose another"):
        Server(Address("127.0.0.1", site.server.port), lambda _: None)  # type: ignore[arg-type,return-value]
