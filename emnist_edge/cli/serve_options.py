"""Options of commands that show a page in a browser: where, and to whom."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from emnist_edge.cli.declare import declare

if TYPE_CHECKING:
    from collections.abc import Callable

_PAGE = (
    click.option(
        "--serve",
        metavar="[HOST:]PORT",
        help="Show a page in a browser; on 127.0.0.1 unless HOST says otherwise.",
    ),
    click.option(
        "--token",
        envvar="EMNIST_EDGE_TOKEN",
        help="What visitors of the page must bring, 8 characters or more; beyond this machine one "
        "is made up if not given.",
    ),
    click.option(
        "--proxy",
        "proxies",
        multiple=True,
        metavar="ADDRESS",
        help="Address or network of a reverse proxy of the page on another machine.",
    ),
)


def page_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options; it gets them as one argument ``serve``, where to serve."""

    @wraps(command)
    def with_address(
        *args: Any, serve: str | None, token: str | None, proxies: tuple[str, ...], **kwargs: Any
    ) -> Any:
        _check_page(serve)
        from emnist_device.serving.address import parse_address

        try:
            address = None if serve is None else parse_address(serve, token, proxies)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--serve, --token, --proxy") from error
        return command(*args, serve=address, **kwargs)

    return declare(with_address, _PAGE)


def _check_page(serve: str | None) -> None:
    """Raise click.UsageError for options of the page where there is none.

    A token in the environment is for whatever is served, and nothing without.
    """
    context = click.get_current_context()
    for name, option in (("token", "--token"), ("proxies", "--proxy")):
        if serve is None and context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} is for the page in a browser; add --serve PORT")
