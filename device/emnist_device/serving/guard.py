"""Who may talk to a page's server: token, Host, Origin; and headers that keep browsers strict."""

from __future__ import annotations

import hmac
import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse

from emnist_device.serving.visitors import FullError, Places, Throttle, visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the first address has the token in it
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# Headers by which a proxy tells whom it asks for.
_FORWARDED = ("x-forwarded-for", "forwarded")
# Requests that are answered at once: of all visitors, as many as there are connections; and of
# one, several pages with a browser's six connections each.
_REQUESTS, _REQUESTS_EACH = 64, 16


@dataclass(frozen=True)
class Rules:
    """Who may pass the guard.

    token: what every request must bring, or None on loopback.
    cookie: name of the cookie that brings it.
    report: told in one line of what goes wrong inside.
    """

    token: str | None
    cookie: str
    report: Callable[[str], None]
    throttle: Throttle = field(default_factory=Throttle)


class Guard:
    """Lets requests through to ``app``, or answers them with 401, 403, 429 or 503.

    With a token, every request must bring it: ``Authorization: Bearer``, or the cookie that a visit
    to ``/?token=...`` sets; whoever brings wrong ones must wait. Without one, the page is on
    loopback only, and the Host header must say so: a page of another site that points its own name
    at 127.0.0.1 (DNS rebinding) names itself there. What changes or reads something must come from
    the page itself.
    """

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app, self._rules = app, rules
        self._places = Places(_REQUESTS, _REQUESTS_EACH)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":  # no websockets here
            return
        began = False

        async def send_strictly(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        who = visitor(scope["client"][0] if scope.get("client") else "")
        try:
            with self._places.take(who):
                answer = self._refuse(scope, Headers(scope=scope), who) or self._app
                await answer(scope, receive, send_strictly)
        except FullError:
            answer = PlainTextResponse("Too many requests at once.\n", 503, {"Retry-After": "1"})
            await answer(scope, receive, send_strictly)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception as error:
            if began or os.environ.get("EMNIST_EDGE_DEBUG"):
                raise
            self._rules.report(f"page: internal error ({type(error).__name__}: {error})")
            answer = PlainTextResponse("Internal error; emnist-edge says which.\n", 500)
            await answer(scope, receive, send_strictly)

    def _refuse(self, scope: Scope, headers: Headers, who: str) -> Response | None:
        """Return the answer to a request that may not pass, or None."""
        host = headers.get("host", "")
        if self._rules.token is None:
            forwarded = any(name in headers for name in _FORWARDED)
            if forwarded or _hostname(host) not in _LOOPBACK:
                line = "This page is for this machine alone; behind a proxy it needs a --token."
                return PlainTextResponse(f"{line}\n", 403)
        if _is_foreign(scope["method"], headers, host):
            return PlainTextResponse("Requests from other sites are refused.\n", 403)
        return self._refuse_token(scope, headers, who)

    def _refuse_token(self, scope: Scope, headers: Headers, who: str) -> Response | None:
        """Return the answer to a request without the token, or None; a first visit gets a cookie.

        What it offers is compared only where ``who`` need not wait, so that waiting cannot be
        spent on guessing.
        """
        if self._rules.token is None:
            return None
        brought = tuple(filter(None, (_bearer(headers), self._cookie(headers))))
        asked = _asked(scope)
        guess = (*brought, asked) if asked else brought
        wait = self._rules.throttle.wait(who) if guess else 0.0
        if wait > 0:
            seconds = math.ceil(wait)
            line = f"Too many wrong tokens; try again in {seconds} seconds.\n"
            return PlainTextResponse(line, 429, {"Retry-After": str(seconds)})
        if any(self._matches(offered) for offered in brought):
            return None
        if asked and self._matches(asked):
            # Relative, and a cookie for this folder alone: below whatever path a proxy has it.
            answer = RedirectResponse("./", 303)
            secure = scope.get("scheme") == "https"
            answer.set_cookie(
                self._rules.cookie, asked, path=None, secure=secure, httponly=True,
                samesite="strict",
            )  # fmt: skip
            return answer
        if guess:
            self._rules.throttle.fail(who, guess)
        return PlainTextResponse(
            "Open the address that emnist-edge printed, with ?token=... at its end.\n",
            401,
            {"WWW-Authenticate": "Bearer"},
        )

    def _cookie(self, headers: Headers) -> str:
        return cookie_parser(headers.get("cookie", "")).get(self._rules.cookie, "")

    def _matches(self, offered: str) -> bool:
        """Compare in a time that does not tell how much of it is right."""
        return self._rules.token is not None and hmac.compare_digest(
            offered.encode("utf-8", "surrogatepass"), self._rules.token.encode()
        )


def _bearer(headers: Headers) -> str:
    """Return what the Authorization header brings, "" for nothing."""
    kind, _, offered = headers.get("authorization", "").partition(" ")
    return offered.strip() if kind.lower() == "bearer" else ""


def _asked(scope: Scope) -> str:
    """Return the token in the address of the page, "" where there is none."""
    if scope["method"] != "GET" or scope["path"] != "/":  # addresses end up in logs
        return ""
    return parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]


def _hostname(host: str) -> str:
    """Return the name in a Host header, without the port and in lower case; "" for what is none."""
    try:
        parts = urlsplit(f"//{host}")
    except ValueError:
        return ""
    # A host and a port, and nothing else that an address may have: no user, no path.
    return (parts.hostname or "") if parts.netloc == host and "@" not in host else ""


def _is_foreign(method: str, headers: Headers, host: str) -> bool:
    """Say whether a page of another site made the browser send this request."""
    origin = headers.get("origin")
    if origin is not None and not _is_at(origin, host):
        return True
    navigates = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"} and not navigates


def _is_at(origin: str, host: str) -> bool:
    """Say whether an Origin header names ``host``."""
    try:
        return urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False
