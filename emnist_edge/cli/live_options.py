"""Options of ``emnist-edge live`` that belong together: a camera's, and of settling."""

from __future__ import annotations

import math
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal

import click
from click.core import ParameterSource

from emnist_edge.cli.declare import declare
from emnist_edge.cli.numbers import FiniteRange
from emnist_edge.packages import load_base

if TYPE_CHECKING:
    from collections.abc import Callable


def parse_size(value: str) -> tuple[int, int]:
    """Return width and height in pixels of a size such as 640x480."""
    width, _, height = value.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise click.BadParameter(f"{value!r} is not a size such as 640x480")
    size = int(width), int(height)
    if not (min(size) >= 64 and max(size) <= 8192):
        raise click.BadParameter(f"{value}: each side must be from 64 to 8192 pixels")
    return size


def parse_focus(value: str) -> float | Literal["auto", "once"]:
    """Return ``auto``, ``once``, or dioptres."""
    return value if value in {"auto", "once"} else _number(value, 0, 100)  # type: ignore[return-value]


def parse_exposure(value: str) -> float | None:
    """Return milliseconds, or None for ``auto``."""
    return None if value == "auto" else _number(value, 0.01, 10_000)


def parse_gain(value: str) -> float | None:
    """Return a factor, or None for ``auto``."""
    return None if value == "auto" else _number(value, 1, 100)


def _number(value: str, least: float, most: float) -> float:
    """Return ``value`` as a number; a usage error where it is none from ``least`` to ``most``."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise click.BadParameter(
            f"{value!r} is neither auto nor a number from {least:g} to {most:g}"
        )
    return number


# A4 has 160 dpi in the height of such a picture: 64 are refused, and 100 read worse.
_SIZE_OF_SHEETS = 2592, 1944
_CAMERA = (
    click.option(
        "--size",
        type=parse_size,
        metavar="WxH",
        default="640x480",
        show_default=True,
        help="Of a camera; 2592x1944 with --form.",
    ),
    click.option(
        "--fps", type=FiniteRange(1, 240), default=30, show_default=True, help="Of a camera."
    ),
    click.option(
        "--focus",
        type=parse_focus,
        metavar="auto|once|DIOPTRES",
        default="auto",
        show_default=True,
        help="Of the Pi's own camera: follow, focus at the start, or 1 / metres; 0 is far.",
    ),
    click.option(
        "--exposure",
        type=parse_exposure,
        metavar="auto|MS",
        default="auto",
        show_default=True,
        help="Of the Pi's own camera, in milliseconds.",
    ),
    click.option(
        "--gain",
        type=parse_gain,
        metavar="auto|FACTOR",
        default="auto",
        show_default=True,
        help="Of the Pi's own camera, 1 being none.",
    ),
    click.option(
        "--zoom",
        type=FiniteRange(1, 16),
        default=1,
        show_default=True,
        help="Of the Pi's own camera: the middle of the picture, enlarged.",
    ),
)
_PATIENCE = (
    click.option(
        "--settle",
        type=FiniteRange(0, 60),
        default=0.5,
        show_default=True,
        help="Seconds that a text must read the same to be settled.",
    ),
    click.option(
        "--confidence",
        type=FiniteRange(0, 1),
        default=0.6,
        show_default=True,
        help="What the characters of a settled text have at the mean.",
    ),
    click.option(
        "--again",
        type=FiniteRange(0),
        default=5,
        show_default=True,
        help="Seconds out of sight after which a text is reported once more.",
    ),
)


def camera_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options; it gets them as one argument ``wish``, a ``Wish``."""

    @wraps(command)
    def with_wish(
        *args: Any,
        size: tuple[int, int],
        fps: float,
        focus: float | Literal["auto", "once"],
        exposure: float | None,
        gain: float | None,
        zoom: float,
        **kwargs: Any,
    ) -> Any:
        load_base()
        from emnist_device.live.sources.lens import Lens
        from emnist_device.live.sources.source import Wish

        context = click.get_current_context()
        if kwargs.get("forms") and context.get_parameter_source("size") is ParameterSource.DEFAULT:
            size = _SIZE_OF_SHEETS
        wish = Wish(size, fps, Lens(focus, exposure, gain, zoom))
        return command(*args, wish=wish, **kwargs)

    return declare(with_wish, _CAMERA)


def patience_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options; it gets them as one argument ``patience``, a ``Patience``."""

    @wraps(command)
    def with_patience(
        *args: Any, settle: float, confidence: float, again: float, **kwargs: Any
    ) -> Any:
        load_base()
        from emnist_device.live.steady import Patience

        return command(*args, patience=Patience(settle, confidence, again), **kwargs)

    return declare(with_patience, _PATIENCE)
