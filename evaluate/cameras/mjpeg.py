"""A network camera to test with: Motion JPEG over HTTP, which can stall, stutter and go away."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import cv2

if TYPE_CHECKING:
    from collections.abc import Sequence
    from socketserver import BaseRequestHandler

    import numpy as np
    from numpy.typing import NDArray


class NetworkCamera:
    """Serves ``frames``, (H, W, 3) BGR uint8, over and over at ``rate`` a second on loopback.

    All viewers see the same frame at the same time, wherever they came in.

    stalled: send nothing, but keep the connection. halved: cut every third picture in half.
    """

    def __init__(self, frames: Sequence[NDArray[np.uint8]], rate: float) -> None:
        self.stalled = self.halved = False
        self._jpegs = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in frames]
        self._rate = rate
        self._start = time.monotonic()
        self._server: _Server | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """Where the stream is, also while it is away."""
        return f"http://127.0.0.1:{self._port}/stream.mjpg"

    def start(self) -> None:
        """Serve, on the port that was served before if there was one."""
        camera = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                try:
                    camera._serve(self)
                except (OSError, ValueError):  # the viewer left, or stop() closed the connection
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", self._port), Handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Go away, and leave every viewer in the middle of a frame."""
        if self._server is not None:
            server, self._server = self._server, None
            server.cut()
            server.shutdown()
            server.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        server, sent = self._server, -1
        while server is not None and self._server is server:
            due = int((time.monotonic() - self._start) * self._rate)
            if due == sent or self.stalled:
                time.sleep(0.25 / self._rate)
                continue
            sent = due
            jpeg = self._jpegs[due % len(self._jpegs)]
            if self.halved and due % 3 == 0:
                jpeg = jpeg[: len(jpeg) // 2]
            head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
            handler.wfile.write(head.encode() + jpeg + b"\r\n")


class _Server(ThreadingHTTPServer):
    """Knows its connections, so that they can be cut."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseRequestHandler]) -> None:
        super().__init__(address, handler)
        self._connections: set[object] = set()

    def process_request(self, request: object, client_address: object) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def shutdown_request(self, request: object) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)  # type: ignore[arg-type]

    def cut(self) -> None:
        """Close every connection."""
        for request in tuple(self._connections):
            self.shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        pass
