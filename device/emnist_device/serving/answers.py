"""What applications answer with: files, refusals; and the bodies of requests, within limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# How long a body may take, in seconds.
_BODY_WAIT = 30.0
# What is too large is read to this end and thrown away, since a browser that is still sending when
# it is answered shows no answer.
_DISCARD_BYTES = 64 * 2**20


class RefusedError(Exception):
    """A request that is refused, for a ``reason`` that its visitor is told."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


async def refuse(_: Request, error: RefusedError) -> Response:
    """Answer that a request is refused, whatever handler found out."""
    return refusal(error.reason, error.status)


def files(*folders: Path) -> Iterator[Route]:
    """Yield routes to each file of ``folders``, which are read once; ``index.html`` is the page."""
    for folder in folders:
        for file in sorted(folder.iterdir()):
            yield Route(f"/{file.name}", _file(file))
            if file.name == "index.html":
                yield Route("/", _file(file))


def _file(path: Path) -> Any:  # Starlette's endpoints have no type of their own
    """Return the endpoint that sends the file at ``path``, which is read once."""
    content, kind = path.read_bytes(), _TYPES[path.suffix]

    async def send(_: Request) -> Response:
        return Response(content, media_type=kind)

    return send


async def body(request: Request, most: int, *, larger: str) -> bytes:
    """Return the body, of ``most`` bytes.

    Raises :class:`RefusedError`: for a larger one, which ``larger`` says, and for a slow sender.
    """
    content, size = bytearray(), 0
    if int(request.headers.get("content-length", "0")) > _DISCARD_BYTES:
        raise RefusedError(larger, 413)
    try:
        async with asyncio.timeout(_BODY_WAIT):
            async for chunk in request.stream():
                size += len(chunk)
                if size > _DISCARD_BYTES:
                    break
                if size <= most:
                    content += chunk
    except TimeoutError as error:
        raise RefusedError("it took too long to arrive", 408) from error
    if size > most:
        raise RefusedError(larger, 413)
    return bytes(content)


def refusal(reason: str, status: int) -> JSONResponse:
    """Return the answer that something cannot be, for a ``reason``."""
    return JSONResponse({"error": reason}, status)
