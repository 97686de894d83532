"""An application in a thread: its socket, its token, and where to find it."""

from __future__ import annotations

import errno
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from emnist_device.serving.address import LOOPBACKS
from emnist_edge.errors import OutputError
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from collections.abc import Callable

    import uvicorn
    from starlette.applications import Starlette

    from emnist_device.serving.address import Address
    from emnist_device.serving.guard import Rules


class Server:
    """Serves an application from a thread until it is closed.

    url: what to open in a browser. port: where it is served. rules: who may talk to it.

    Args:
        address: where, and to whom.
        make_app: makes the application, which must keep to the rules that it gets.
        report: told in one line of what goes wrong inside.

    Raises:
        RuntimeMissingError: the extra ``serve`` is not installed.
        OutputError: the port cannot be had.
    """

    def __init__(
        self,
        address: Address,
        make_app: Callable[[Rules], Starlette],
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        for module in ("starlette.applications", "uvicorn", "h11"):
            load_module(module, "--serve")
        import uvicorn

        from emnist_device.serving.guard import Rules

        token = address.token
        if token is None and not address.loopback:
            token = secrets.token_urlsafe(16)
        self._socket = _bind(address.host, address.port)
        self.port: int = self._socket.getsockname()[1]
        self.url = _url(address.host, self.port, token)
        # Cookies do not tell ports apart: two pages on one machine need two names.
        self.rules = Rules(token, f"emnist_edge_{self.port}", report)
        self._server = uvicorn.Server(_configuration(make_app(self.rules), address))
        self._thread = threading.Thread(target=self._run, name="serving", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and self._thread.is_alive():
            if time.monotonic() > deadline:
                raise OutputError(f"{self.url}: the page's server does not start")
            time.sleep(0.01)

    @property
    def connections(self) -> int:
        """How many there are now."""
        return len(self._server.server_state.connections)

    def close(self) -> None:
        """Stop serving, and close all connections."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def _configuration(app: object, address: Address) -> uvicorn.Config:
    import uvicorn

    from emnist_device.serving.connection import Connection

    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        loop="asyncio",
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",  # strangers write no lines
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips=[*LOOPBACKS, *address.proxies],
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def _bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address of this machine."""
    where = f"{host}:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise OutputError(f"{where}: is no address of this machine ({error.strerror})") from error
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except PermissionError as error:
        bound.close()
        raise OutputError(f"{where}: ports below 1024 are for root; choose another") from error
    except OSError as error:
        bound.close()
        taken = "another program has this port; choose another with --serve"
        reason = taken if error.errno == errno.EADDRINUSE else error.strerror
        raise OutputError(f"{where}: {reason}") from error
    return bound


def _url(host: str, port: int, token: str | None) -> str:
    """Return what to open in a browser."""
    shown = _own_address() if host in {"0.0.0.0", "::"} else host  # noqa: S104
    name = f"[{shown}]" if ":" in shown else shown
    return f"http://{name}:{port}/" + (f"?token={quote(token, safe='')}" if token else "")


def _own_address() -> str:
    """Return this machine's address in its network, else its name. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation: any route will do
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
