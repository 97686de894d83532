from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse

from emnist_device.serving.guard import Guard, Rules

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

TOKEN = "correct-horse"


class App:
    """Answers with 200, or fails as ``error`` says; ``held`` keeps it from answering."""

    def __init__(self, error: Exception | None = None, *, late: bool = False) -> None:
        self.error, self.late = error, late
        self.held: asyncio.Event | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.held is not None:
            await self.held.wait()
        if self.late:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if self.error is not None:
            raise self.error
        await PlainTextResponse("ok")(scope, receive, send)


def guard(app: App, token: str | None = TOKEN, report: Any = lambda _: None) -> Guard:
    return Guard(app, Rules(token, "cookie", report))


async def answer(
    guarded: Guard, path: str = "/", method: str = "GET", client: str = "10.0.0.7", **headers: Any
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and body; headers with _ for -, as text of Latin-1 or bytes."""
    sent: list[Any] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    path, _, query = path.partition("?")
    raw = {"host": "localhost"} | headers
    scope: Any = {
        "type": "http", "method": method, "path": path, "scheme": "http", "client": (client, 1),
        "query_string": query.encode("latin-1"),
        "headers": [
            (name.replace("_", "-").encode(), value.encode("latin-1"))
            for name, value in raw.items()
        ],
    }  # fmt: skip
    await guarded(scope, receive, send)
    names = {name.decode(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in sent)
    return sent[0]["status"], names, body.decode()


def ask(guarded: Guard, path: str = "/", **arguments: Any) -> tuple[int, dict[str, str], str]:
    return asyncio.run(answer(guarded, path, **arguments))


ODD = ["", " ", "\xff\xfe", "é", "%00", "http://[", "[", "//", "\x00", '"', "\\", "a" * 9000, "=;,"]


@pytest.mark.parametrize("odd", ODD)
def test_odd_headers_are_refused_in_a_line(odd: str) -> None:
    right = f"Bearer {TOKEN}"
    cases: list[tuple[dict[str, str], set[int]]] = [
        ({"authorization": odd}, {401}),
        ({"authorization": f"Bearer {odd}"}, {401}),
        ({"authorization": f"Bearer {odd}{TOKEN}"}, {401, 200} if not odd.strip() else {401}),
        ({"cookie": odd}, {401}),
        ({"cookie": f"cookie={odd}"}, {401}),
        ({"cookie": 'cookie="\\777\\400"'}, {401}),
        ({"origin": odd, "authorization": right}, {403}),
        ({"origin": f"http://{odd}", "authorization": right}, {403}),
        ({"host": odd, "authorization": right}, {200}),  # with a token, no name is held against it
        ({"sec_fetch_site": odd, "authorization": right}, {200}),
    ]
    for headers, statuses in cases:
        status, _, body = ask(guard(App()), **headers)
        assert status in statuses, headers
        assert body == "ok" or (body.endswith("\n") and body.count("\n") == 1)
    for path in (f"/?token={odd}", f"/?{odd}", f"/?token=%ff%ed%a0%80{odd}"):
        assert ask(guard(App()), path)[0] == 401
    assert ask(guard(App(), token=None), host=odd)[0] == 403
    assert ask(guard(App(), token=None), client=odd)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "user@localhost", "user:word@127.0.0.1:8000", "@localhost", "localhost/path", "localhost?a",
        "localhost#a", "localhost\\@evil.example", "evil.example#@localhost", "loc\talhost",
    ],
)  # fmt: skip
def test_a_host_header_has_a_host_and_a_port_alone(host: str) -> None:
    assert ask(guard(App(), token=None), host=host)[0] == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_hosts_of_this_machine_pass(host: str) -> None:
    assert ask(guard(App(), token=None), host=host)[0] == 200


def test_a_cookie_of_another_program_takes_nothing_away() -> None:
    assert ask(guard(App()), cookie=f"a[]=1; \xff; =; cookie={TOKEN}; b")[0] == 200


def test_the_right_token_beside_an_old_one_opens() -> None:
    guarded = guard(App())
    for _ in range(50):
        assert ask(guarded, cookie="cookie=old", authorization=f"Bearer {TOKEN}")[0] == 200
        assert ask(guarded, f"/?token={TOKEN}", cookie="cookie=old")[0] == 303
        assert ask(guarded, cookie="cookie=old")[0] == 401


def test_no_way_of_bringing_tokens_goes_round_the_wait() -> None:
    ways: list[Any] = [
        lambda n: {"authorization": f"Bearer {n}"},
        lambda n: {"cookie": f"cookie={n}"},
        lambda n: {"path": f"/?token={n}"},
        lambda n: {"authorization": f"Bearer {n}", "cookie": "cookie=same"},
    ]
    for way in ways:
        guarded = guard(App())
        statuses = [ask(guarded, **way(number))[0] for number in range(40)]
        assert statuses.count(429) > 25
        for right in ways[:3]:
            assert ask(guarded, **right(TOKEN))[0] == 429
        assert ask(guarded)[0] == 401  # brings nothing, and is told how
        for right, status in zip(ways, (200, 200, 303), strict=False):
            assert ask(guarded, **right(TOKEN), client="10.0.0.8")[0] == status


def test_the_redirection_of_a_first_visit_holds_below_any_path() -> None:
    status, headers, _ = ask(guard(App()), f"/?token={TOKEN}")
    assert (status, headers["location"]) == (303, "./")
    assert "path" not in headers["set-cookie"].lower()


def test_without_a_token_nothing_that_a_proxy_sends_is_answered() -> None:
    bare = guard(App(), token=None)
    assert ask(bare)[0] == 200
    for name in ("x_forwarded_for", "forwarded"):
        status, _, body = ask(bare, **{name: "10.0.0.7"})
        assert status == 403
        assert "behind a proxy it needs a --token" in body


def test_one_visitor_cannot_take_all_places() -> None:
    app = App()
    guarded = guard(app, token=None)

    async def crowd() -> tuple[list[int], list[int]]:
        app.held = asyncio.Event()
        many = [asyncio.create_task(answer(guarded)) for _ in range(40)]
        other = [asyncio.create_task(answer(guarded, client="10.0.0.8")) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        app.held.set()
        return [(await task)[0] for task in many], [(await task)[0] for task in other]

    many, other = asyncio.run(crowd())
    assert (many.count(200), many.count(503)) == (16, 24)
    assert other == [200] * 3
    assert ask(guarded)[0] == 200  # the places are free again


def test_what_goes_wrong_inside_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EMNIST_EDGE_DEBUG", raising=False)
    reported: list[str] = []
    guarded = guard(App(KeyError("x")), None, reported.append)
    status, headers, body = ask(guarded)
    assert (status, body) == (500, "Internal error; emnist-edge says which.\n")
    assert headers["content-security-policy"]
    assert reported == ["page: internal error (KeyError: 'x')"]
    with pytest.raises(KeyError):  # the answer has begun
        ask(guard(App(KeyError("x"), late=True), None))
    monkeypatch.setenv("EMNIST_EDGE_DEBUG", "1")
    with pytest.raises(KeyError):
        ask(guarded)


def test_a_visitor_who_leaves_is_no_fault() -> None:
    reported: list[str] = []
    with pytest.raises(IndexError):  # nothing was sent
        ask(guard(App(ClientDisconnect()), None, reported.append))
    assert reported == []
