"""Requests to a preview, and what it answers."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from emnist_device.live.preview.server import Preview


def port(preview: Preview) -> int:
    return preview._server.port


def ask(
    preview: Preview,
    path: str = "/",
    method: str = "GET",
    body: bytes | None = None,
    **headers: str,
) -> tuple[int, dict[str, str], bytes]:
    """Send one request; headers with _ for -."""
    connection = http.client.HTTPConnection("127.0.0.1", port(preview), timeout=15)
    try:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, given)
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        return response.status, names, response.read()
    finally:
        connection.close()


def parse(content: bytes) -> tuple[dict[str, Any], Any]:
    length = int.from_bytes(content[:4], "big")
    jpeg = np.frombuffer(content[4 + length :], np.uint8)
    return json.loads(content[4 : 4 + length]), cv2.imdecode(jpeg, cv2.IMREAD_COLOR)
