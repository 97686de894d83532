"""Pages of a PDF to draw on, in millimetres from the top left corner."""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING, Any

from emnist_edge.errors import FormError, shown
from emnist_edge.packages import load_module

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from emnist_device.forms.model import Area

# Combs and boxes are pale, so that whatever reads them tells them from ink; a laser printer still
# prints them as a line.
_PALE = (158, 186, 218)
_LINE = 0.25
_BLACK, _GREY = 0, 90
# A font's height above the baseline, of its size.
_ASCENT = 0.78
# Modules overlap the next by so much, or viewers show a hair of paper between them.
_OVERLAP = 0.02
_POINTS = 72 / 25.4
# Helvetica, which each viewer has, in the encoding of Windows.
_BUILT_IN, _ENCODING = "helvetica", "cp1252"
_GIVEN = "given"
_MOST_FONT = 64_000_000
# Bidirectional classes of Hebrew and Arabic, which fpdf2 would print from left to right.
_LEFTWARD = {"R", "AL"}


class Canvas:
    """A PDF in the making.

    Args:
        font: a TrueType or OpenType file to set texts in; None for the built-in font, which has the
            letters of western Europe.
        template: the file that texts are from, which is named where one cannot be printed.

    Raises:
        FormError: ``font`` is none.
        RuntimeMissingError: fpdf2 is not installed.
    """

    def __init__(self, font: Path | None = None, template: Path | None = None) -> None:
        self._whose = "" if template is None else f"{shown(template)}: "
        fpdf = load_module("fpdf", "printing a form")
        self._pdf: Any = fpdf.FPDF(unit="mm")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.core_fonts_encoding = _ENCODING
        self._glyphs: frozenset[int] | None = None
        if font is not None:
            self._glyphs = _add_font(self._pdf, font)
        self._pdf.set_font(_BUILT_IN if font is None else _GIVEN)

    def add_page(self, width: float, height: float) -> None:
        """Begin a page."""
        self._pdf.add_page(orientation="portrait", format=(width, height))
        self._pdf.set_line_width(_LINE)
        self._pdf.set_draw_color(*_PALE)

    def to_bytes(self) -> bytes:
        """Return the PDF."""
        return bytes(self._pdf.output())

    def check_printable(self, text: str, what: str) -> None:
        """Raise :class:`FormError`, about ``what``, where its ``text`` cannot be printed."""
        for char in _composed(text):
            if char in " \n":
                continue
            name = unicodedata.name(char, f"U+{ord(char):04X}")
            if unicodedata.bidirectional(char) in _LEFTWARD or unicodedata.category(char) == "Mc":
                raise FormError(
                    f"{self._whose}{what} has {shown(char)} ({name}), of letters that run from "
                    "right to left or change with their neighbours, which are not printed; write "
                    "it in others"
                )
            if not self._has(char):
                font = "the built-in font" if self._glyphs is None else "that font"
                raise FormError(
                    f"{self._whose}{what} has {shown(char)} ({name}), which {font} does not have; "
                    "name one that has it: --font FILE.ttf"
                )

    def _has(self, char: str) -> bool:
        if self._glyphs is not None:
            return ord(char) in self._glyphs
        try:
            return bool(char.encode(_ENCODING))
        except UnicodeEncodeError:
            return False

    def width(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return how wide ``text`` is in a font of this ``size``, in millimetres."""
        self._set_font(size, bold=bold)
        return float(self._pdf.get_string_width(_composed(text)))

    def text(
        self, text: str, x: float, y: float, size: float, *, bold: bool = False, grey: bool = False
    ) -> None:
        """Print a line whose top left corner is at ``x``, ``y``."""
        width = self.width(text, size, bold=bold)
        self._pdf.set_text_color(_GREY if grey else _BLACK)
        # The baseline is 0.3 of the size below the middle of a cell.
        self._pdf.set_xy(x, y + (_ASCENT - 0.8) * size)
        self._pdf.cell(width, size, _composed(text))

    def _set_font(self, size: float, *, bold: bool) -> None:
        self._pdf.set_font(style="B" if bold else "", size=size * _POINTS)

    def box(self, area: Area) -> None:
        """Draw the outline of ``area``."""
        self._pdf.rect(area.x, area.y, area.width, area.height)

    def bubble(self, area: Area) -> None:
        """Draw the ellipse that touches the edges of ``area``."""
        self._pdf.ellipse(area.x, area.y, area.width, area.height)

    def modules(self, dark: NDArray[np.bool_], area: Area) -> None:
        """Fill the ``dark`` ones of (N, M) modules that share ``area``."""
        self._pdf.set_fill_color(_BLACK)
        width, height = area.width / dark.shape[1], area.height / dark.shape[0]
        for row, line in enumerate(dark):
            column = 0
            while column < len(line):
                end = column
                while end < len(line) and line[end]:
                    end += 1
                if end > column:
                    lower = _OVERLAP if row + 1 < len(dark) else 0
                    self._pdf.rect(
                        area.x + column * width,
                        area.y + row * height,
                        (end - column) * width,
                        height + lower,
                        style="F",
                    )
                column = end + 1


def _composed(text: str) -> str:
    """Return ``text`` with letters and their accents in one, as fonts have them."""
    return unicodedata.normalize("NFC", text)


def _add_font(pdf: Any, font: Path) -> frozenset[int]:
    """Add the file ``font``, upright and for bold, and return the characters that it has."""
    from fontTools.ttLib import TTFont  # which fpdf2 needs

    try:
        with font.open("rb") as file:
            content = file.read(_MOST_FONT + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FormError(f"{shown(font)}: cannot be read ({reason})") from error
    try:
        # fpdf2 leaves files open that are none.
        glyphs = frozenset(TTFont(io.BytesIO(content)).getBestCmap())
        for style in ("", "B"):
            pdf.add_font(_GIVEN, style, font)
    except Exception as error:  # a damaged font breaks anywhere in fontTools
        raise FormError(
            f"{shown(font)}: is no font that can be embedded; name a .ttf or .otf file"
        ) from error
    return glyphs
