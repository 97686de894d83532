"""The preview, served from a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emnist_device.serving.server import Server

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from emnist_device.live.eye import Eye
    from emnist_device.live.moment import Moment
    from emnist_device.serving.address import Address
    from emnist_device.serving.guard import Rules


class Preview:
    """Serves the preview page from a thread until it is closed.

    Args:
        address: where, and to whom.
        eye: reads the frames; the page changes its settings.
        report: told in one line of what goes wrong inside.
        camera: whether frames are to come; without, the page has its pad and upload alone.

    Raises :class:`RuntimeMissingError` without the extra ``serve``, and :class:`OutputError` where
    the port cannot be had.
    """

    def __init__(
        self,
        address: Address,
        eye: Eye,
        report: Callable[[str], None] = lambda _: None,
        *,
        camera: bool = True,
    ) -> None:
        from emnist_device.live.preview.hub import Hub
        from emnist_device.live.preview.upload import Desk
        from emnist_device.live.preview.words import Words

        self._hub, self._desk, self._words = Hub(), Desk(eye), Words()

        def make(rules: Rules) -> Starlette:
            from emnist_device.live.preview.app import make_app

            return make_app(self._hub, eye, self._desk, self._words, rules, camera=camera)

        try:
            self._server = Server(address, make, report)
        except BaseException:
            self._end()
            raise
        self.url = self._server.url

    def show(self, moment: Moment) -> None:
        """Give viewers one more frame."""
        self._hub.show(moment)

    def close(self) -> None:
        """Stop serving, and close all connections."""
        self._hub.close()
        self._server.close()
        self._end()

    def _end(self) -> None:
        self._desk.close()
        self._words.close()
