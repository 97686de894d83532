"""The preview's routes: the page, the newest frame, settings, and pictures to read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emnist_device.decoding import CHARSETS, Decoding
from emnist_device.live.preview.choice import Choice
from emnist_device.live.preview.upload import MAX_BYTES, Desk
from emnist_device.serving.answers import body, refusal
from emnist_device.serving.app import guarded_app
from emnist_device.serving.turns import TOO_MANY
from emnist_device.serving.visitors import FullError, Places, visitor
from emnist_edge.artifact import installed
from emnist_edge.errors import EmnistEdgeError, PictureError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request

    from emnist_device.live.eye import Eye, Settings
    from emnist_device.live.preview.hub import Hub
    from emnist_device.live.preview.words import Words
    from emnist_device.serving.guard import Rules

_STATIC = Path(__file__).parent / "static"
# How long a viewer waits for a frame before it asks again, in seconds.
_FRAME_WAIT = 10.0
# Settings are short, some thousand words among them.
_SETTINGS_BYTES = 2**15
# Pictures that may be on their way at once, of all visitors and of one: each takes MAX_BYTES.
_UPLOADS, _UPLOADS_EACH = 8, 4


def make_app(
    hub: Hub, eye: Eye, desk: Desk, words: Words, rules: Rules, *, camera: bool = True
) -> Starlette:
    """Return the application.

    Args:
        hub: has the frames.
        eye: reads the frames; its settings are changed.
        desk: reads pictures, by the same settings.
        words: keeps those that visitors write.
        rules: who may talk to it.
        camera: whether frames are to come.
    """
    handlers = _Handlers(hub, eye, desk, words, camera=camera)
    routes = [
        Route("/api/frame", handlers.frame),
        Route("/api/settings", handlers.settings),
        Route("/api/settings", handlers.change, methods=["POST"]),
        Route("/api/read", handlers.read, methods=["POST"]),
    ]
    return guarded_app(routes, _STATIC, rules)


class _Handlers:
    def __init__(self, hub: Hub, eye: Eye, desk: Desk, words: Words, *, camera: bool) -> None:
        self._hub, self._eye, self._desk, self._words = hub, eye, desk, words
        self._camera = camera
        self._given = eye.settings.decoding  # on the command line
        self._choice = Choice(eye)
        self._uploads = Places(_UPLOADS, _UPLOADS_EACH)
        self._models = sorted({artifact.name for artifact in installed()} | {eye.settings.model})

    async def frame(self, request: Request) -> Response:
        """Send the next frame after ``after``; 204 where none comes for a while."""
        try:
            after = int(request.query_params.get("after", "-1"))
        except ValueError:
            return refusal("after must be the number of a frame", 400)
        moment = await self._hub.newer(after, _FRAME_WAIT)
        if moment is None:
            return Response(status_code=204)
        content = await run_in_threadpool(self._hub.encode, moment)
        return Response(content, media_type="application/octet-stream")

    async def settings(self, _: Request) -> Response:
        """Send what is chosen, and what there is to choose from."""
        current = self._eye.settings
        decoding = current.decoding
        return JSONResponse(
            {
                "model": current.model,
                "charset": decoding.charset or "",
                "pattern": decoding.pattern or "",
                "words": self._words.read(decoding.lexicon),
                "only": decoding.lexicon is not None and decoding.out_of_lexicon == 0,
                "camera": self._camera,
                "models": self._models,
                "charsets": list(CHARSETS),
                "max_bytes": MAX_BYTES,
            }
        )

    async def change(self, request: Request) -> Response:
        """Read with another model or other constraints from now on, frames as well as pictures."""
        try:
            content = await body(request, _SETTINGS_BYTES, larger="these settings are too long")
            settings = self._parse(content)
            await self._choice.change(settings)
        except (ValueError, TypeError, RecursionError) as error:
            return refusal(f"these settings cannot be: {error}", 400)
        except EmnistEdgeError as error:
            return refusal(self._words.named(str(error)), 400)
        return await self.settings(request)

    async def read(self, request: Request) -> Response:
        """Read the picture in the body and send the page."""
        try:
            with self._uploads.take(visitor(request.client.host if request.client else "")):
                larger = f"the picture is larger than {MAX_BYTES // 2**20} MiB"
                content = await body(request, MAX_BYTES, larger=larger)
                page, pages = await self._desk.read(content)
        except FullError:
            return refusal(TOO_MANY, 503)
        except PictureError as error:
            return refusal(str(error), 400)
        return JSONResponse({**page.to_dict(), "pages": pages})

    def _parse(self, content: bytes) -> Settings:
        """Return the settings that ``content`` asks for; raises ValueError or TypeError.

        A model is one of those installed: no paths from the network. Of constraints, those that it
        does not speak of stay; a text of none takes one away, but for what the command was given.
        """
        wanted = json.loads(content)
        if not isinstance(wanted, dict):
            raise TypeError("they are no JSON object")
        model = wanted.get("model")
        if model not in self._models:
            raise ValueError(f"no model named {model!r}")
        changes: dict[str, Any] = {}
        for name in ("charset", "pattern", "words"):
            if name in wanted:
                if not isinstance(wanted[name], str):
                    raise TypeError(f"{name} must be a text")
                changes[name] = wanted[name].strip() or None
        current = self._eye.settings
        if "words" in changes:
            written = changes.pop("words")
            used, given = current.decoding.lexicon, self._given
            lexicon = given.lexicon if written is None else self._words.keep(written, used)
            rare = given.out_of_lexicon or Decoding.out_of_lexicon
            changes |= {"lexicon": lexicon, "out_of_lexicon": 0 if wanted.get("only") else rare}
        return replace(current, model=model, decoding=replace(current.decoding, **changes))
