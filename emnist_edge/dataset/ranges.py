"""A file on a web server, read by HTTP range as needed, in bounded memory and time."""

from __future__ import annotations

import base64
import re
import string
import time
import urllib.request
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse, InvalidURL, responses
from io import SEEK_CUR, SEEK_END, SEEK_SET
from typing import cast
from urllib.parse import quote, unquote_to_bytes, urljoin

from emnist_edge.errors import DataError, shown
from emnist_edge.masking import ESCAPES, ends_unclear, masked

_BLOCK = 4 * 2**20  # bytes that are asked for at once
_TIMEOUT = 60.0  # seconds without a byte
_LONGEST = 600.0  # seconds for a block, which 56 kbit/s need
# Bytes that are read in one piece: the directory of an archive such as NIST's has some thousand.
_MOST_READ = 16 * 2**20
_PIECE = 2**16
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)", re.ASCII)
_PARTS = re.compile(
    r"(?P<scheme>https?)://(?:(?P<user>[^/?#]*)@)?"
    r"(?P<host>(?:\[[0-9a-f:.]+\]|[^\s:@/?#\[\]]+)(?::(?P<port>\d{0,5}))?)"
    r"(?P<path>(?:[/?][^#]*)?)(?:#.*)?",
    re.ASCII | re.DOTALL | re.IGNORECASE,
)
_REDIRECTIONS, _MOST_REDIRECTIONS = {301, 302, 303, 307, 308}, 10
_ASKS_WHO = "; write https://user:password@host/..., or use --zip"
# Characters of a reason that the system or the server gives.
_MOST_REASON = 200


@dataclass(frozen=True)
class _Address:
    """An address of the web, as it is asked for.

    url: without user and password. host: its part up to the path. authorization: the header that
    user and password make (RFC 7617), None without these.
    """

    url: str
    host: str
    authorization: str | None

    @classmethod
    def parse(cls, url: str) -> _Address:
        """Return what ``url`` means; raises ValueError, which shows no password."""
        if ends_unclear(url):
            raise ValueError(f"it is not clear where the password ends; {ESCAPES}")
        parts = _PARTS.fullmatch(url)
        if parts is None or not 0 < int(parts["port"] or 80) < 2**16:
            raise ValueError("is no address such as https://host/gzip.zip or http://host/gzip.zip")
        host = f"{parts['scheme'].lower()}://{parts['host']}"
        path = "/" + quote(parts["path"], safe=string.punctuation).removeprefix("/")
        user = parts["user"]
        if user is None:
            return cls(host + path, host, None)
        pair = unquote_to_bytes(user if ":" in user else f"{user}:")
        return cls(host + path, host, f"Basic {base64.b64encode(pair).decode()}")

    def follow(self, location: str) -> _Address:
        """Return where a redirection to ``location`` leads: within the web, from https to no http.

        User and password go to no other host. Raises ValueError for what is not followed.
        """
        try:
            target = urljoin(self.url, quote(location, encoding="latin-1", safe=string.punctuation))
            address = _Address.parse(target)
        except ValueError:
            raise ValueError("it redirects to what is no address of the web") from None
        if self.url.startswith("https:") and not address.url.startswith("https:"):
            raise ValueError("it redirects from https to http, which is not safe")
        if address.authorization is None and address.host == self.host:
            return replace(address, authorization=self.authorization)
        return address


def _opener() -> urllib.request.OpenerDirector:
    """Return what opens URLs of the web and no others, and leaves redirections to its caller."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
    ):
        opener.add_handler(handler)
    return opener


class RemoteFile:
    """A file at ``url``, for reading and seeking, as far as :class:`zipfile.ZipFile` needs.

    One block of it is kept. Raises :class:`DataError` where the server cannot be reached, sends no
    ranges, or sends something else than was asked for.
    """

    def __init__(self, url: str) -> None:
        self._name = masked(url)
        try:
            self._address = _Address.parse(url)
        except ValueError as error:
            raise DataError(f"{self._name}: {error}") from None
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
            raise DataError(f"{self._name}: its directory is too large for NIST's archive")
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
            with self._open(headers) as response:
                self._check(response, start, stop)
                return self._receive(response, size)
        except (InvalidURL, ValueError) as error:
            raise DataError(f"{self._name}: its host or the proxy's has no valid name") from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise DataError(
                f"{self._name}: the connection failed ({shown(reason)[:_MOST_REASON]}); try again"
            ) from error

    def _open(self, headers: dict[str, str]) -> HTTPResponse:
        """Return what the server answers, or the one that it redirects to."""
        address = self._address
        for _ in range(_MOST_REDIRECTIONS):
            request = urllib.request.Request(address.url, headers=headers)  # noqa: S310  # of the web
            if address.authorization is not None:
                request.add_header("Authorization", address.authorization)
            response = cast("HTTPResponse", self._opener.open(request, timeout=_TIMEOUT))
            location = response.headers.get("Location")
            if response.status not in _REDIRECTIONS or location is None:
                return response
            response.close()
            try:
                address = address.follow(location)
            except ValueError as error:
                raise DataError(f"{self._name}: {error}") from None
        raise DataError(f"{self._name}: it redirects for ever; use another mirror, or --zip")

    def _check(self, response: HTTPResponse, start: int, stop: int) -> None:
        """Raise DataError unless ``response`` has bytes ``start`` to ``stop`` of the same file."""
        if response.status >= 300:
            phrase = responses.get(response.status, "something unknown")
            advice = _ASKS_WHO if response.status == HTTPStatus.UNAUTHORIZED else ""
            raise DataError(f"{self._name}: the server says {response.status} {phrase}{advice}")
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            raise DataError(f"{self._name}: the server sends no ranges; use another, or --zip")
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        begin, end, size = map(int, found.groups()) if found else (0, 0, 0)
        same = self._size in {None, size} and size > stop
        if not (same and (begin, end) == (start, stop)) or response.headers.get("Content-Encoding"):
            raise DataError(f"{self._name}: the server sends other bytes than it was asked for")
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
