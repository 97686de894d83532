"""A file on a web server, read by HTTP range as needed, in bounded memory and time."""

from __future__ import annotations

import re
import time
import urllib.request
from http.client import HTTPException, HTTPResponse
from io import SEEK_CUR, SEEK_END, SEEK_SET
from typing import TYPE_CHECKING, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from http.client import HTTPMessage
    from typing import IO

_BLOCK = 4 * 2**20  # bytes that are asked for at once
_TIMEOUT = 60.0  # seconds without a byte
_LONGEST = 600.0  # seconds for a block, which 56 kbit/s need
# Bytes that are read in one piece: the directory of an archive such as NIST's has some thousand.
_MOST_READ = 16 * 2**20
_PIECE = 2**16
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)", re.ASCII)


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirections within the web, and from https to no plain http."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request to make next."""
        scheme = urlsplit(newurl).scheme
        if scheme != "https" and (req.type == "https" or scheme != "http"):
            raise URLError(f"it redirects to {scheme}, which is not safe")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens URLs of the web and no others."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


class RemoteFile:
    """A file at ``url``, for reading and seeking, as far as :class:`zipfile.ZipFile` needs.

    One block of it is kept. Raises :class:`DataError` where the server cannot be reached, sends no
    ranges, or sends something else than was asked for.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        if not re.match(r"https?://[^/]", url):
            raise DataError(f"{url}: is no address that begins with https:// or http://")
        self._opener = _opener()
        self._at = self._start = 0
        self._size: int | None = None
        self._block = self._fetch(0, 1)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return where it is read from next."""
        return self._at

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """Read from ``offset`` next, and return where that is."""
        start = {SEEK_SET: 0, SEEK_CUR: self._at, SEEK_END: self._size or 0}[whence]
        if start + offset < 0:
            raise OSError("a place before the beginning")
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return the next ``size`` bytes, all that are left for -1, fewer at the end."""
        left = max(0, (self._size or 0) - self._at)
        size = left if size < 0 else min(size, left)
        if size > _MOST_READ:
            raise DataError(f"{self._url}: its directory is too large for NIST's archive")
        begin = self._at - self._start
        if size and not (begin >= 0 and begin + size <= len(self._block)):
            self._block = self._fetch(self._at, min(max(size, _BLOCK), left))
            self._start, begin = self._at, 0
        self._at += size
        return self._block[begin : begin + size]

    def _fetch(self, start: int, size: int) -> bytes:
        """Return ``size`` bytes from ``start``."""
        stop = start + size - 1
        headers = {"Range": f"bytes={start}-{stop}", "Accept-Encoding": "identity"}
        try:
            request = urllib.request.Request(self._url, headers=headers)  # noqa: S310  # of the web
            with cast("HTTPResponse", self._opener.open(request, timeout=_TIMEOUT)) as response:
                self._check(response, start, stop)
                return self._receive(response, size)
        except HTTPError as error:
            error.close()
            raise DataError(f"{self._url}: the server says {error.code} {error.reason}") from error
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise DataError(f"{self._url}: the connection failed ({reason}); try again") from error

    def _check(self, response: HTTPResponse, start: int, stop: int) -> None:
        """Raise DataError unless ``response`` has bytes ``start`` to ``stop`` of the same file."""
        if response.status != 206:
            raise DataError(f"{self._url}: the server sends no ranges; use another, or --zip")
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        begin, end, size = map(int, found.groups()) if found else (0, 0, 0)
        same = self._size in {None, size} and size > stop
        if not (same and (begin, end) == (start, stop)) or response.headers.get("Content-Encoding"):
            raise DataError(f"{self._url}: the server sends other bytes than it was asked for")
        self._size = size

    def _receive(self, response: HTTPResponse, size: int) -> bytes:
        """Return the ``size`` bytes of the body; more are left unread."""
        content, end = bytearray(), time.monotonic() + _LONGEST
        while len(content) < size:
            piece = response.read1(min(_PIECE, size - len(content)))
            if not piece:
                raise OSError("it was closed too early")
            content += piece
            if time.monotonic() > end:
                raise TimeoutError("too slow")
        return bytes(content)
