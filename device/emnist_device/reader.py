"""Picture -> page of text: the whole way, with one interpreter for the reader's life."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import numpy as np

from emnist_device.decoding import Decoding
from emnist_device.detect.finder import Finder, Stopwatch, draw_steps
from emnist_device.detect.network import PageNet
from emnist_device.detect.structure.places import fill_frames
from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from emnist_device.image.arrays import check_picture
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.image.turns import legibility, turn, turn_back, turn_frames
from emnist_device.page import Box, Character, Page
from emnist_device.runtime.engine import Engine
from emnist_device.text.decode import Decoder
from emnist_device.text.frequencies import class_prior
from emnist_edge.artifact import DEFAULT_MODEL
from emnist_edge.scoring.metrics import balance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from emnist_device.detect.decision import Found
    from emnist_device.image.turns import Legibility
    from emnist_device.text.decode import Decoded
    from emnist_device.trace import Trace


_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")

# What is used where nothing is known.
_DECODING = Decoding()


@dataclass(frozen=True)
class _View:
    """A picture turned clockwise by ``quarters``: what is found on it then, and its text."""

    quarters: int
    found: Found
    text: Decoded

    def legibility(self, watch: Stopwatch, thresholds: Legibility) -> float:
        """Return how well the picture can be read this way up."""
        possible = self.text.possible
        watch.lap("decode")
        lines = len(self.found.layout.lines)
        return legibility(self.text.letters * possible, lines, thresholds=thresholds)


def _one_at_a_time(
    method: Callable[Concatenate[Reader, _Given], _Result],
) -> Callable[Concatenate[Reader, _Given], _Result]:
    """Return ``method``, which is begun when no other of the same reader is at work."""

    @wraps(method)
    def alone(reader: Reader, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        with reader._lock:
            return method(reader, *args, **kwargs)

    return alone


class Reader:
    """Reads hand-printed characters from pictures, one at a time whatever thread asks.

    Threads may share a reader: each call waits for the one before it. Readers of their own read at
    the same time.

    Args:
        model: name of an installed model, or the path of a model file with its sidecar beside it.
        threads: threads of the TFLite runtime.
        top_k: alternatives to report for each character.
        turns: pictures may be turned by quarters; which way up is found out, in four
            times the time.
        limits: how many characters a picture may hold.
        decoding: what is known of the text, and how sure a character must be.
        thresholds: of the steps that find characters: for measuring what each is worth.

    Raises:
        ConstraintError: nothing that the model reads fulfils ``decoding``.
        ModelError: the model is missing or damaged.
        RuntimeMissingError: no TFLite runtime is installed.
    """

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        *,
        threads: int = 1,
        top_k: int = 3,
        turns: bool = False,
        limits: Limits = DEFAULTS,
        decoding: Decoding = _DECODING,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        self._engine = Engine(model, threads)
        network = PageNet(threads=threads)
        self._finder = Finder(network, self._engine, limits, decoding.holds, thresholds=thresholds)
        self._thresholds = thresholds
        self._top_k, self._turns, self._decoding = top_k, turns, decoding
        self._decoders: dict[tuple[str | None, bool], Decoder] = {}
        self._lock = threading.Lock()  # LiteRT's interpreters serve one thread at a time
        self._single = decoding.holds == "character"
        letters = self._engine.letters
        shares = letters.shares(self._engine.artifact.class_shares)
        self._shares = shares or class_prior(letters.alphabet).tolist()
        self._decoder(decoding.charset, single=self._single)

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._engine.artifact.name

    def read(self, image: NDArray[np.uint8], trace: Trace | None = None) -> Page:
        """Read ``image``, (H, W) grey or (H, W, 3) BGR uint8, dark ink on light or light on dark.

        Boxes of the page are in pixels of ``image``. ``trace`` is given what each step makes.

        Raises:
            PictureError: it seems to hold more characters than the limits allow.
            TypeError: no array, such as the None of a file that OpenCV cannot read.
            ValueError: an array of another shape or kind; the message says how to convert it.
        """
        return self.read_with_glyphs(image, trace)[0]

    @_one_at_a_time
    def read_with_glyphs(
        self, image: NDArray[np.uint8], trace: Trace | None = None
    ) -> tuple[Page, NDArray[np.uint8]]:
        """Read ``image`` as :meth:`read` does.

        Returns the page, and what the model saw of its characters, in order: (N, 28, 28).
        """
        image = check_picture(image)
        watch = Stopwatch()
        view = self._upright(image, watch)
        if trace is not None:
            draw_steps(view.found, trace)
        lines = view.text.lines(self._top_k)
        frames = fill_frames(view.found.frames, lines)
        watch.lap("decode")
        page = Page(
            turn_back(lines, view.quarters, image.shape),
            self.model,
            watch.milliseconds,
            turned=90 * view.quarters,
            left_out=view.found.layout.left_out,
            refused=view.found.refused,
            boxes=turn_frames(frames, view.quarters, image.shape),
        )
        return page, view.found.glyphs

    def _upright(self, image: NDArray[np.uint8], watch: Stopwatch) -> _View:
        """Return the view of ``image`` that is the right way up."""
        if not self._turns:
            return self._view(image, 0, watch)
        views = (self._view(image, quarters, watch) for quarters in range(4))
        thresholds = self._thresholds.legibility
        told = ((view.legibility(watch, thresholds), view) for view in views)
        return max(told, key=itemgetter(0))[1]

    def _view(self, image: NDArray[np.uint8], quarters: int, watch: Stopwatch) -> _View:
        """Return what is found on ``image`` once it is turned clockwise by ``quarters``."""
        upright = turn(image, quarters)
        found = self._finder.find(upright, watch)
        decoder = self._decoder(self._decoding.charset, single=self._single)
        probabilities = self._probabilities(found, single=self._single)
        text = decoder.decode(probabilities, _boxes(found, upright.shape))
        return _View(quarters, found, text)

    @_one_at_a_time
    def read_character(
        self, image: NDArray[np.uint8], charset: str | None = None
    ) -> Character | None:
        """Read a cell that holds one character and nothing else, such as a box of a form.

        All letters and digits are taken to be equally common, and no context is looked at.

        Args:
            image: (H, W) grey or (H, W, 3) BGR uint8, the character about in the middle; dark on
                light or light on dark.
            charset: the characters that it may be, in place of those of the reader's decoding;
                see :class:`Decoding`.

        Returns:
            The character with its box in pixels of ``image``, or None where nothing is written.

        Raises:
            ConstraintError: the model reads nothing in ``charset``.
            TypeError, ValueError: as :meth:`read`.
        """
        image = check_picture(image)
        charset = self._decoding.charset if charset is None else charset
        decoder = self._decoder(charset, single=True)
        found = self._finder.find_in_cell(image, Stopwatch())
        if not found.layout.lines:
            return None
        ((blob,),) = found.layout.lines
        box = _to_picture(blob.box, found.layout.scale, image.shape)
        probabilities = self._probabilities(found, single=True)
        (line,) = decoder.decode(probabilities, [[box]]).lines(self._top_k)
        return line.characters[0]

    def _probabilities(self, found: Found, *, single: bool) -> NDArray[np.float32]:
        """Return what the model says of ``found``, (N, C), rows sum to 1.

        Of ``single`` characters, each by itself, all letters and digits are taken to be equally
        common; else they are as common as the model has them.
        """
        if not single:
            return found.probabilities
        letters = self._engine.letters
        equal = balance(letters.pick(found.probabilities), np.array(self._shares))
        return letters.put(found.probabilities, equal)

    def _decoder(self, charset: str | None, *, single: bool) -> Decoder:
        """Return the decoder for ``charset``, made when it is first asked for.

        Nothing tells of ``single`` characters but the picture.
        """
        if (charset, single) not in self._decoders:
            context = "none" if single else self._decoding.context
            decoding = replace(self._decoding, charset=charset, context=context)
            alphabet = self._engine.artifact.alphabet
            self._decoders[charset, single] = Decoder(alphabet, decoding, self._shares)
        return self._decoders[charset, single]


def _boxes(found: Found, shape: tuple[int, ...]) -> list[list[Box]]:
    """Return the boxes of the characters of each line, in pixels of the picture of ``shape``."""
    layout = found.layout
    return [[_to_picture(blob.box, layout.scale, shape) for blob in line] for line in layout.lines]


def _to_picture(box: Box, scale: float, shape: tuple[int, ...]) -> Box:
    """Return ``box``, in pixels at working size, in pixels of a picture of ``shape``."""
    height, width = shape[:2]
    x, y = min(int(box.x / scale), width - 1), min(int(box.y / scale), height - 1)
    right = min(max(round(box.right / scale), x + 1), width)
    bottom = min(max(round(box.bottom / scale), y + 1), height)
    return Box(x, y, right - x, bottom - y)
