from __future__ import annotations

import http.client
import json
import socket
import struct
import sys
import threading
import time
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from emnist_device.live.eye import Eye, Settings
from emnist_device.live.frames import Frame
from emnist_device.live.moment import Moment
from emnist_device.live.preview import upload
from emnist_device.live.preview.hub import Hub
from emnist_device.live.preview.server import Preview
from emnist_device.serving.address import Address, parse_address
from emnist_edge import packages
from emnist_edge.drawing.pages import draw_page
from emnist_edge.errors import OutputError, PictureError, RuntimeMissingError
from tests.emnist_device.live.conftest import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

from tests.emnist_device.live.preview.asking import ask, parse, port

TOKEN = "correct-horse"


@pytest.fixture(scope="module")
def preview() -> Iterator[Preview]:
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings()))
    yield preview
    preview.close()


@pytest.fixture(scope="module")
def open_to_others() -> Iterator[Preview]:
    preview = Preview(Address("0.0.0.0", 0, TOKEN), Eye(Settings()))
    preview.show(moment(1, "ROOM"))
    yield preview
    preview.close()


@pytest.fixture
def guarded(open_to_others: Preview) -> Preview:
    """A preview with a token that has not heard a wrong one yet."""
    open_to_others._server.rules.throttle._failures.clear()
    return open_to_others


def test_the_page_and_its_parts_are_served_without_anything_inline(preview: Preview) -> None:
    status, headers, page = ask(preview)
    assert status == 200
    assert b"emnist-edge" in page
    assert b"style=" not in page
    assert b"<script>" not in page
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    for name in (
        "base.css",
        "style.css",
        "live.js",
        "pad.js",
        "picture.js",
        "settings.js",
        "copy.js",
        "api.js",
        "request.js",
    ):
        assert name.encode() in page or name in {"api.js", "request.js"}
        status, headers, content = ask(preview, f"/{name}")
        assert status == 200
        assert content
        assert headers["content-type"].startswith(("text/css", "text/javascript"))
    assert ask(preview, "/../server.py")[0] == 404
    assert ask(preview, "/server.py")[0] == 404


def test_a_frame_comes_with_its_text_and_the_next_one_is_waited_for(preview: Preview) -> None:
    preview.show(moment(1, "ROOM 47"))
    status, _, content = ask(preview, "/api/frame?after=-1")
    assert status == 200
    value, shown = parse(content)
    assert (value["frame"], value["text"], value["size"]) == (1, "ROOM 47", [64, 48])
    assert [settled["text"] for settled in value["settled"]] == ["ROOM 47"]
    assert shown.shape == (48, 64, 3)
    threading.Timer(0.2, preview.show, [moment(2, "BOX")]).start()
    start = time.monotonic()
    value, _ = parse(ask(preview, "/api/frame?after=1")[2])
    assert value["frame"] == 2
    assert 0.1 < time.monotonic() - start < 3
    assert ask(preview, "/api/frame?after=x")[0] == 400


def test_many_viewers_cost_one_compression(
    preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    real = cv2.imencode

    def imencode(*arguments: Any) -> Any:
        made.append(1)
        return real(*arguments)

    monkeypatch.setattr(cv2, "imencode", imencode)
    preview.show(moment(100, "ROOM"))
    answers: list[int] = []
    viewers = [
        threading.Thread(target=lambda: answers.append(ask(preview, "/api/frame?after=99")[0]))
        for _ in range(12)
    ]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    assert answers == [200] * 12
    assert len(made) == 1


def test_a_viewer_that_stops_reading_holds_nothing_up(preview: Preview) -> None:
    with socket.create_connection(("127.0.0.1", port(preview))) as slow:
        request = b"GET /api/frame?after=-1 HTTP/1.1\r\nHost: localhost\r\n\r\n"
        slow.sendall(request * 200)  # asks for ever and takes nothing
        time.sleep(0.1)
        for number in range(200, 230):
            preview.show(moment(number))
            assert parse(ask(preview, "/api/frame?after=-1")[2])[0]["frame"] == number


def test_large_frames_are_sent_smaller() -> None:
    frame = Frame(0, np.zeros((1500, 2000), np.uint8), 0.0, 0.0)
    value, shown = parse(Hub().encode(Moment(frame, (), (), 0.0, 0.0, 0, {}, "m")))
    assert value["size"] == [2000, 1500]
    assert shown.shape[:2] == (960, 1280)


def png(width: int, height: int) -> bytes:
    """Return a PNG that says that it has this size, and is small."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    def chunk(kind: bytes, content: bytes) -> bytes:
        sum_ = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)

    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
def test_a_picture_is_read(preview: Preview, suffix: str) -> None:
    drawn = draw_page("HARBOR\n7483", size=(500, 320), height=50, seed=3)
    content = cv2.imencode(suffix, drawn.picture)[1].tobytes()
    status, _, answer = ask(preview, "/api/read", "POST", content)
    assert status == 200
    read = json.loads(answer)
    assert (read["text"], read["pages"]) == ("HARBOR\n7483", 1)


@pytest.mark.parametrize(
    ("content", "status", "reason"),
    [
        (b"", 400, "the picture: is empty"),
        (b"Dear reader\n" * 99, 400, "use JPEG or PNG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(3), 400, "cut off"),
        (b"\xff\xd8\xff\xe0\x00", 400, "cut off"),
        (b"\xff\xd8" + bytes(40), 400, "cut off"),
        (b"\xff" * 8 * 2**20, 400, "use JPEG or PNG"),
        (b"\xff\xd8" + b"\xff" * (8 * 2**20 - 2), 400, "use JPEG or PNG"),
        (png(60_000, 60_000), 400, "60,000 x 60,000 pixels, and 24,000,000 is the limit; scale it"),
        (bytes(9 * 2**20), 413, "larger than 8 MiB"),
    ],
    ids=["empty", "text", "short png", "short jpeg", "bad jpeg", "ff", "ff jpeg", "bomb", "large"],
)
def test_what_cannot_be_read_is_refused(
    preview: Preview, content: bytes, status: int, reason: str
) -> None:
    got, headers, answer = ask(preview, "/api/read", "POST", content)
    assert got == status
    assert reason in json.loads(answer)["error"]
    assert headers["content-security-policy"]


def test_an_upload_that_grows_without_end_is_refused(preview: Preview) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(12):
            yield bytes(2**20)

    connection = http.client.HTTPConnection("127.0.0.1", port(preview), timeout=15)
    connection.request("POST", "/api/read", endless(), encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_too_many_pictures_at_once_are_refused(
    preview: Preview, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()

    def hold(*_: Any) -> None:
        held.wait(5)
        raise PictureError("held")

    monkeypatch.setattr(upload.Desk, "_read", hold)
    statuses: list[int] = []
    senders = [
        threading.Thread(target=lambda: statuses.append(ask(preview, "/api/read", "POST", b"x")[0]))
        for _ in range(6)
    ]
    for sender in senders:
        sender.start()
    time.sleep(0.3)
    held.set()
    for sender in senders:
        sender.join()
    assert sorted(statuses) == [400] * 4 + [503] * 2


PATHS = ["/", "/live.js", "/icon.svg", "/api/frame", "/api/settings", "/absent"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong-horse"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"Cookie": "emnist_edge=wrong"},
        {"Cookie": f"other={TOKEN}"},
        {"Cookie": '"\x80;;=='},
    ],
)
def test_without_the_token_nothing_is_served(
    guarded: Preview, path: str, headers: dict[str, Any]
) -> None:
    for method in ("GET", "POST"):
        status, _, content = ask(guarded, path, method, **headers)
        assert status == 401
        assert content.startswith(b"Open the address")
    assert ask(guarded, f"{path}?token=wrong", **headers)[0] == 401
    assert ask(guarded, f"{path}?token=%ff%00%C3%A9")[0] == 401


def test_the_first_visit_leaves_a_cookie(guarded: Preview) -> None:
    assert guarded.url.endswith(f":{port(guarded)}/?token={TOKEN}")
    status, headers, _ = ask(guarded, f"/?token={TOKEN}")
    assert (status, headers["location"]) == (303, "./")
    cookie = headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path" not in cookie  # the folder of the page, wherever a proxy has it
    assert "Secure" not in cookie
    bare = cookie.split(";")[0]
    assert ask(guarded, Cookie=bare)[0] == 200
    assert ask(guarded, "/api/frame?after=-1", Cookie=f"a=b; {bare}")[0] == 200
    assert ask(guarded, "/api/settings", Authorization=f"Bearer {TOKEN}")[0] == 200
    assert ask(guarded, f"/api/settings?token={TOKEN}")[0] == 401  # addresses end up in logs


def test_a_token_is_made_up_beyond_loopback() -> None:
    eye = Eye(Settings())
    one, other = (Preview(Address("0.0.0.0", 0), eye) for _ in range(2))
    tokens = {preview.url.partition("?token=")[2] for preview in (one, other)}
    assert len(tokens) == 2
    assert min(map(len, tokens)) >= 20
    assert ask(one)[0] == 401
    for preview in (one, other):
        preview.close()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7", "[", ""])
def test_a_name_that_was_bent_to_loopback_is_refused(preview: Preview, host: str) -> None:
    assert ask(preview, Host=host)[0] == 403
    assert ask(preview, "/api/frame?after=-1", Host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9000", "127.0.0.1:1", "[::1]:80"])
def test_loopback_has_several_names(preview: Preview, host: str) -> None:
    assert ask(preview, Host=host)[0] == 200


def test_requests_of_other_sites_are_refused(preview: Preview, guarded: Preview) -> None:
    body = b'{"model": "cnn-int8", "charset": ""}'
    for origin in ("http://evil.example", "null", "http://localhost:1"):
        assert ask(preview, "/api/settings", "POST", body, Origin=origin)[0] == 403
        token = {"Authorization": f"Bearer {TOKEN}"}
        assert ask(guarded, "/api/read", "POST", b"", Origin=origin, **token)[0] == 403
    own = f"http://127.0.0.1:{port(preview)}"
    assert ask(preview, "/api/settings", "POST", body, Origin=own)[0] == 200
    assert ask(preview, "/api/frame?after=-1", Sec_Fetch_Site="cross-site")[0] == 403
    assert ask(preview, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200


def test_a_port_that_is_taken_is_said(preview: Preview) -> None:
    eye = Eye(Settings())
    with pytest.raises(OutputError, match="another program has this port"):
        Preview(Address("127.0.0.1", port(preview)), eye)
    with pytest.raises(OutputError, match="no address of this machine"):
        Preview(Address("nowhere.invalid", 8000), eye)


def test_without_the_extra_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda _: None)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(RuntimeMissingError, match=r"pip install 'emnist-edge\[serve\]'"):
        Preview(Address("127.0.0.1", 0), Eye(Settings()))


def test_closing_lets_waiting_viewers_go() -> None:
    preview = Preview(Address("127.0.0.1", 0), Eye(Settings()))
    statuses: list[int] = []
    viewer = threading.Thread(
        target=lambda: statuses.append(ask(preview, "/api/frame?after=-1")[0])
    )
    viewer.start()
    time.sleep(0.2)
    start = time.monotonic()
    preview.close()
    viewer.join(5)
    assert time.monotonic() - start < 3
    assert statuses == [204]


def test_300_wrong_tokens_are_mostly_not_looked_at(guarded: Preview) -> None:
    answers = Counter(
        ask(guarded, Authorization=f"Bearer wrong-{number}")[0] for number in range(300)
    )
    assert answers[401] < 20
    assert answers.keys() == {401, 429}
    status, headers, content = ask(guarded, f"/?token={TOKEN}")
    assert status == 429  # who guesses must not learn from this either
    assert 1 <= int(headers["retry-after"]) <= 60
    assert content.startswith(b"Too many wrong tokens; try again in")
    connection = http.client.HTTPConnection("127.0.0.1", port(guarded), 15, ("127.0.0.2", 0))
    connection.request("GET", "/", headers={"Authorization": f"Bearer {TOKEN}"})
    assert connection.getresponse().status == 200
    connection.close()


def test_a_token_of_any_signs_opens_the_page() -> None:
    token = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    preview = Preview(Address("127.0.0.1", 0, parse_address("0", token).token), Eye(Settings()))
    path = "/" + preview.url.split("/", 3)[3]
    status, headers, _ = ask(preview, path)
    assert status == 303
    assert ask(preview, Cookie=headers["set-cookie"].split("; ")[0])[0] == 200
    assert ask(preview, Authorization=f"Bearer {token}")[0] == 200
    preview.close()
