"""Picture -> page of text: the whole way, with one interpreter for the reader's life."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import numpy as np

from emnist_device.box import Box
from emnist_device.decoders import Decoders
from emnist_device.decoding import Decoding
from emnist_device.detect.finder import Finder, Stopwatch, draw_steps
from emnist_device.detect.network import PageNet
from emnist_device.detect.structure.places import fill_frames
from emnist_device.detect.thresholds import THRESHOLDS, Thresholds
from emnist_device.image.arrays import check_picture
from emnist_device.image.limits import DEFAULTS, Limits
from emnist_device.image.region import Grid, Region
from emnist_device.image.turns import legibility, turn, turn_back, turn_frames
from emnist_device.page import Cell, Character, Page
from emnist_device.parts import check_parts, cut, join, page_of_cells
from emnist_device.runtime.engine import Engine
from emnist_device.text.printed import keep_written, tell_printed
from emnist_edge.artifact import DEFAULT_MODEL, SIDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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
        top_k: alternatives to report for each character, and for each word.
        turns: pictures may be turned by quarters; which way up is found out, in four
            times the time.
        limits: how many characters a picture may hold.
        decoding: what is known of the text, and how sure a character must be.
        regions: parts of each picture that are read, one after another; none for all of it.
        grid: each picture, or region, is cut into cells of one character each.
        boxes: boxes, combs and tables that are printed are looked for as well.
        thresholds: of the steps that find characters: for measuring what each is worth.

    Raises:
        ConstraintError: nothing that the model reads fulfils ``decoding``, or it is at odds with
            ``regions`` or ``grid``.
        ModelError: the model is missing or damaged.
        RuntimeMissingError: no TFLite runtime is installed.
    """

    def __init__(  # noqa: PLR0913  # each is a setting of its own
        self,
        model: str | Path = DEFAULT_MODEL,
        *,
        threads: int = 1,
        top_k: int = 3,
        turns: bool = False,
        limits: Limits = DEFAULTS,
        decoding: Decoding = _DECODING,
        regions: Sequence[Region] = (),
        grid: Grid | None = None,
        boxes: bool = False,
        thresholds: Thresholds = THRESHOLDS,
    ) -> None:
        check_parts(regions, grid, decoding, turns=turns)
        self._regions, self._grid = tuple(regions), grid
        self._engine = Engine(model, threads)
        network = PageNet(threads=threads)
        self._finder = Finder(
            network, self._engine, limits, decoding.holds, boxes=boxes, thresholds=thresholds
        )
        self._thresholds = thresholds
        self._top_k, self._turns, self._hand_only = top_k, turns, decoding.hand_only
        self._lock = threading.Lock()  # LiteRT's interpreters serve one thread at a time
        self._decoders = Decoders(self._engine, decoding, top_k)

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._engine.artifact.name

    def read(
        self,
        image: NDArray[np.uint8],
        trace: Trace | None = None,
        *,
        region: Region | None = None,
    ) -> Page:
        """Read ``image``, (H, W) grey or (H, W, 3) BGR uint8, dark ink on light or light on dark.

        Boxes of the page are in pixels of ``image``. ``trace`` is given what each step makes. Of a
        ``region``, in place of those of the reader, nothing else is read.

        Raises:
            PictureError: it seems to hold more characters than the limits allow, or a region is not
                within it.
            TypeError: no array, such as the None of a file that OpenCV cannot read.
            ValueError: an array of another shape or kind; the message says how to convert it.
        """
        return self.read_with_glyphs(image, trace, region=region)[0]

    @_one_at_a_time
    def read_with_glyphs(
        self,
        image: NDArray[np.uint8],
        trace: Trace | None = None,
        *,
        region: Region | None = None,
    ) -> tuple[Page, NDArray[np.uint8]]:
        """Read ``image`` as :meth:`read` does.

        Returns the page, and what the model saw of its characters, in order: (N, 28, 28).
        """
        image = check_picture(image)
        height, width = image.shape[:2]
        regions = self._regions if region is None else (region,)
        if not regions:
            return self._read(image, trace)
        boxes = [each.of(width, height) for each in regions]
        read = [self._read(check_picture(cut(image, box)), trace) for box in boxes]
        pages, glyphs = zip(*read, strict=True)
        return join(pages, boxes), np.concatenate(glyphs)

    @_one_at_a_time
    def read_grid(
        self,
        image: NDArray[np.uint8],
        rows: int,
        columns: int,
        *,
        region: Region | None = None,
        charset: str | None = None,
    ) -> Page:
        """Read a grid of cells, each of which holds one character and nothing else, or is blank.

        Args:
            image: (H, W) grey or (H, W, 3) BGR uint8; rules between the cells are left out.
            rows: of the grid.
            columns: likewise.
            region: the part of ``image`` that is the grid; None for all.
            charset: as of :meth:`read_character`.

        Returns:
            The page, whose one part has the cells.

        Raises:
            ConstraintError: the model reads nothing in ``charset``.
            PictureError: the region is not within ``image``.
            TypeError, ValueError: as :meth:`read`.
        """
        image = check_picture(image)
        height, width = image.shape[:2]
        box = Box(0, 0, width, height) if region is None else region.of(width, height)
        grid = Grid(rows, columns)
        return join([self._read_cells(check_picture(cut(image, box)), grid, charset)[0]], [box])

    def _read(
        self, image: NDArray[np.uint8], trace: Trace | None
    ) -> tuple[Page, NDArray[np.uint8]]:
        """Read all of ``image``, page or grid, as :meth:`read_with_glyphs` does."""
        if self._grid is not None:
            return self._read_cells(image, self._grid, None)
        watch = Stopwatch()
        view = self._upright(image, watch)
        if trace is not None:
            draw_steps(view.found, trace)
        glyphs = view.found.glyphs
        lines = tell_printed(view.text.lines(self._top_k), glyphs)
        if self._hand_only:
            lines, glyphs = keep_written(lines, glyphs)
        left_out = view.found.layout.left_out + len(view.found.glyphs) - len(glyphs)
        frames = fill_frames(view.found.frames, lines)
        watch.lap("decode")
        page = Page(
            turn_back(lines, view.quarters, image.shape),
            self.model,
            watch.milliseconds,
            turned=90 * view.quarters,
            left_out=left_out,
            refused=view.found.refused,
            boxes=turn_frames(frames, view.quarters, image.shape),
        )
        return page, glyphs

    def _read_cells(
        self, image: NDArray[np.uint8], grid: Grid, charset: str | None
    ) -> tuple[Page, NDArray[np.uint8]]:
        """Read all of ``image`` as ``grid``; as :meth:`read_with_glyphs` does."""
        watch = Stopwatch()
        cells: list[Cell] = []
        glyphs = [np.zeros((0, SIDE, SIDE), np.uint8)]
        refused = 0
        expected = self._decoders.expected_of_one(charset)
        found_cells = self._finder.find_in_grid(image, grid.rows, grid.columns, watch, expected)
        for number, (ink, found) in enumerate(found_cells):
            character = self._decoders.decode_one(found, charset, image.shape, ink.place)
            row, column = divmod(number, grid.columns)
            cells.append(Cell(row + 1, column + 1, ink.box, character))
            glyphs.append(found.glyphs)
            refused += found.refused
            watch.lap("decode")
        box = Box(0, 0, image.shape[1], image.shape[0])
        page = page_of_cells(cells, box, self.model, watch.milliseconds, refused)
        return page, np.concatenate(glyphs)

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
        found = self._finder.find(upright, watch, self._decoders.expected())
        found = self._decoders.without_strangers(found, upright.shape)
        text = self._decoders.decode(found, upright.shape)
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
        expected = self._decoders.expected_of_one(charset)
        found = self._finder.find_in_cell(image, Stopwatch(), expected)
        return self._decoders.decode_one(found, charset, image.shape)
