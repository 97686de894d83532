"""An application behind its guard: routes, and the files that pages share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware

from emnist_device.serving.answers import RefusedError, files, refuse
from emnist_device.serving.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.routing import BaseRoute

    from emnist_device.serving.guard import Rules

# What all pages look like, and how they ask.
_SHARED = Path(__file__).parent / "static"


def guarded_app(routes: Sequence[BaseRoute], static: Path, rules: Rules) -> Starlette:
    """Return the application with ``routes``, for whom ``rules`` let in.

    The files in the folder ``static``, and those that pages share, are at its root;
    ``index.html`` is the page.
    """
    app = Starlette(
        routes=[*routes, *files(static, _SHARED)],
        middleware=[Middleware(Guard, rules=rules)],
        exception_handlers={RefusedError: refuse},  # type: ignore[dict-item]  # of any exception
    )
    app.router.redirect_slashes = False  # it would name the path without a proxy's prefix
    return app
