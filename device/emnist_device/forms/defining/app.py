"""The routes of the page on which a form is defined."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from emnist_device.forms.defining.desk import StaleError
from emnist_device.serving.answers import body, refusal
from emnist_device.serving.app import guarded_app
from emnist_edge.errors import EmnistEdgeError, FormError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.applications import Starlette
    from starlette.requests import Request

    from emnist_device.forms.defining.desk import Desk
    from emnist_device.serving.guard import Rules

_STATIC = Path(__file__).parent / "static"
# A template has 200 kB at most, which JSON makes about twice as large; a filled sheet is a scan.
_DRAFT_BYTES, _SHEET_BYTES = 2**19, 16 * 2**20
# A draft is nested 8 deep, with the boxes of options; numbers in it have no more digits than 30.
_DEEPEST, _LONGEST_NUMBER = 16, 30
_TOO_DEEP = f"it is nested over {_DEEPEST} deep"


def make_app(desk: Desk, rules: Rules) -> Starlette:
    """Return the application that changes the draft of ``desk``, for whom ``rules`` let in."""
    handlers = _Handlers(desk)
    routes = [
        Route("/api/form", handlers.form),
        Route("/api/form", handlers.change, methods=["POST"]),
        Route("/api/page", handlers.page),
        Route("/api/save", handlers.save, methods=["POST"]),
        Route("/api/trial", handlers.trial, methods=["POST"]),
    ]
    return guarded_app(routes, _STATIC, rules)


class _Handlers:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def form(self, _: Request) -> Response:
        """Send the draft, and what was found on the scan."""
        return JSONResponse(self._desk.view())

    async def page(self, request: Request) -> Response:
        """Send the picture of a page."""
        try:
            return FileResponse(self._desk.picture(_number(request)), media_type="image/jpeg")
        except ValueError as error:
            return refusal(str(error), 404)

    async def change(self, request: Request) -> Response:
        """Take a draft, and say what is wrong with it."""
        try:
            content = await body(request, _DRAFT_BYTES, larger="the form is too large; split it")
            return JSONResponse(self._desk.change(_parse(content)))
        except StaleError:
            return refusal("the form was changed in another window; this one shows it now", 409)
        except ValueError as error:
            return refusal(f"this is no form: {error}", 400)
        except FormError as error:
            return refusal(str(error), 400)

    async def save(self, _: Request) -> Response:
        """Write the template."""
        try:
            return JSONResponse(self._desk.save())
        except EmnistEdgeError as error:
            return refusal(str(error), 400)

    async def trial(self, request: Request) -> Response:
        """Read the filled sheet in the body; without one, a page of the scan itself."""
        try:
            larger = f"the picture is larger than {_SHEET_BYTES // 2**20} MiB"
            content = await body(request, _SHEET_BYTES, larger=larger)
            if content:
                sheets = await self._desk.try_sheet(content)
            else:
                sheets = await self._desk.try_page(_number(request))
        except (EmnistEdgeError, ValueError) as error:
            return refusal(str(error), 400)
        return JSONResponse({"sheets": sheets})


def _number(request: Request) -> int:
    """Return the page that is asked for, from 0; raises ValueError."""
    text = request.query_params.get("page", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ValueError("page is a number from 0")
    return int(text)


def _parse(content: bytes) -> Any:
    """Return the JSON in ``content``, all of which can be written; raises ValueError."""
    try:
        parsed = json.loads(content, parse_constant=_number_of, parse_float=_number_of,
                            parse_int=_number_of)  # fmt: skip
        json.dumps(parsed, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    except UnicodeEncodeError as error:
        half = f"U+{ord(error.object[error.start]):04X}"
        raise ValueError(f"a text has {half}, which is half of a character") from error
    level = [parsed]
    for _ in range(_DEEPEST + 1):
        level = [own for each in level for own in _inside(each)]
    if level:
        raise ValueError(_TOO_DEEP)
    return parsed


def _number_of(text: str) -> float:
    """Return the number that is written as ``text``; raises ValueError where it is none."""
    if len(text) > _LONGEST_NUMBER:
        raise ValueError(f"a number has {len(text):,} characters")
    if text.lstrip("-").isdigit():
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number


def _inside(value: Any) -> Iterable[Any]:
    """Return what a list or an object holds, and of anything else nothing."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
