"""The page of doubtful fields: its routes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emnist_device.correcting.doubts import UnlikelyError, WrongError
from emnist_device.forms.model import BETWEEN
from emnist_device.serving.answers import body, refusal
from emnist_device.serving.app import guarded_app
from emnist_edge.errors import FormError, PictureError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

    from emnist_device.correcting.pictures import Pictures
    from emnist_device.correcting.review import Review
    from emnist_device.serving.guard import Rules

_STATIC = Path(__file__).parent / "static"
# An answer is a short text.
_MOST_BYTES = 2**14
# What is raised by what is no answer.
_WRONG = (WrongError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def make_app(review: Review, pictures: Pictures, table: str, rules: Rules) -> Starlette:
    """Return the application.

    Args:
        review: has the fields, and takes the answers.
        pictures: cuts them out.
        table: what the page calls the table.
        rules: who may talk to it.
    """
    handlers = _Handlers(review, pictures, table)
    routes = [
        Route("/api/fields", handlers.fields),
        Route("/api/picture", handlers.picture),
        Route("/api/answer", handlers.answer, methods=["POST"]),
        Route("/api/check", handlers.check, methods=["POST"]),
        Route("/api/undo", handlers.undo, methods=["POST"]),
    ]
    return guarded_app(routes, _STATIC, rules)


class _Handlers:
    def __init__(self, review: Review, pictures: Pictures, table: str) -> None:
        self._review, self._pictures, self._table = review, pictures, table

    async def fields(self, _: Request) -> Response:
        """Send all fields, and what was said of them so far."""
        numbers = range(len(self._review.doubts))
        fields = [self._review.describe(number) for number in numbers]
        return JSONResponse({"table": self._table, "between": BETWEEN, "fields": fields})

    async def picture(self, request: Request) -> Response:
        """Send the picture of a field; 404 with the reason where there is none."""
        number = request.query_params.get("field", "")
        if number not in map(str, range(len(self._review.doubts))):
            return refusal("field must be the number of a field", 400)
        doubt = self._review.doubts[int(number)]
        wide = "wide" in request.query_params
        try:
            cut = self._pictures.cut(doubt.sheet, doubt.field, wide=wide)
            content = await asyncio.wrap_future(cut)
        except PictureError as error:
            return refusal(str(error), 404)
        return Response(content, media_type="image/png")

    async def answer(self, request: Request) -> Response:
        """Keep an answer; where it is unlikely and nobody is sure, send why; 400: it cannot be.

        Sends the field's number, and the fields that change with it.
        """
        try:
            number, text, sure = await _said(request)
            self._review.answer(number, text, sure=sure)
        except UnlikelyError as error:
            return JSONResponse({"unlikely": str(error)})
        except FormError as error:
            return refusal(str(error), 500)
        except _WRONG as error:
            return _refused(error)
        return self._changed(number)

    async def check(self, request: Request) -> Response:
        """Send what would become of a text, and keep nothing."""
        try:
            number, text, _ = await _said(request)
            return JSONResponse(self._review.check(number, text))
        except _WRONG as error:
            return _refused(error)

    async def undo(self, _: Request) -> Response:
        """Take the last answer back, and send what changes by it; null where there is none."""
        try:
            number = self._review.undo()
        except FormError as error:
            return refusal(str(error), 500)
        return JSONResponse(None) if number is None else self._changed(number)

    def _changed(self, number: int) -> Response:
        return JSONResponse({"number": number, "fields": self._review.changed(number)})


async def _said(request: Request) -> tuple[int, str, bool]:
    """Return field, text, and whether somebody is sure; one of ``_WRONG`` for anything else."""
    said: Any = json.loads(await body(request, _MOST_BYTES, larger="this text is too long"))
    number, text, sure = said["field"], said["text"], said.get("sure", False)
    if type(number) is not int or type(text) is not str or type(sure) is not bool:
        raise TypeError
    return number, text, sure


def _refused(error: Exception) -> Response:
    return refusal(str(error) if isinstance(error, WrongError) else "this is no answer", 400)
