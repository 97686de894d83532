"""Who may talk to the preview: token, Host, Origin; and headers that keep browsers strict."""

from __future__ import annotations

import hmac
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

if TYPE_CHECKING:
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


class Guard:
    """Lets requests through to ``app``, or answers them with 401 or 403.

    With a ``token``, every request must bring it: ``Authorization: Bearer``, or the cookie that a
    visit to ``/?token=...`` sets. Without one, the preview is on loopback only, and the Host header
    must say so: a page of another site that points its own name at 127.0.0.1 (DNS rebinding) names
    itself there. What changes or reads something must come from the preview's own page.
    """

    def __init__(self, app: ASGIApp, token: str | None, cookie: str) -> None:
        self._app = app
        self._token, self._cookie = token, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":  # no websockets here
            return
        headers = Headers(scope=scope)
        refusal = self._refuse(scope, headers)

        async def send_strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await (refusal or self._app)(scope, receive, send_strictly)

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """Return the answer to a request that may not pass, or None."""
        host = headers.get("host", "")
        if self._token is None and _hostname(host) not in _LOOPBACK:
            return PlainTextResponse("This preview is for this machine alone.\n", 403)
        if _is_foreign(scope["method"], headers, host):
            return PlainTextResponse("Requests from other sites are refused.\n", 403)
        if self._token is None or self._has_token(headers):
            return None
        offered = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if scope["method"] == "GET" and scope["path"] == "/" and self._matches(offered):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self._cookie, offered, httponly=True, samesite="strict")
            return answer
        return PlainTextResponse(
            "Open the address that emnist-edge printed, with ?token=... at its end.\n",
            401,
            {"WWW-Authenticate": "Bearer"},
        )

    def _has_token(self, headers: Headers) -> bool:
        kind, _, bearer = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and self._matches(bearer.strip()):
            return True
        try:
            morsel = SimpleCookie(headers.get("cookie", "")).get(self._cookie)
        except CookieError:
            return False
        return morsel is not None and self._matches(morsel.value)

    def _matches(self, offered: str) -> bool:
        """Compare in a time that does not tell how much of it is right."""
        return self._token is not None and hmac.compare_digest(
            offered.encode("utf-8", "surrogateescape"), self._token.encode()
        )


def _hostname(host: str) -> str:
    """Return the name in a Host header, without the port and in lower case."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_foreign(method: str, headers: Headers, host: str) -> bool:
    """Say whether a page of another site made the browser send this request."""
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
        return True
    navigates = method == "GET" and headers.get("sec-fetch-mode") == "navigate"
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"} and not navigates
