"""Outcomes, one after another, as documents: records, or the formats of other OCR programs.

TSV has the columns of Tesseract's, so that what reads those reads these; hOCR is version 1.2, an
XHTML document with a page for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Protocol
from xml.sax.saxutils import escape, quoteattr

from emnist_device.box import Box
from emnist_edge import __version__
from emnist_edge.errors import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from emnist_device.batch.records import Format
    from emnist_device.batch.tasks import Outcome
    from emnist_device.page import Line, Word


class Printed(Protocol):
    """How outcomes are printed, in order."""

    def heading(self) -> str | bytes:
        """Return what stands before the first."""

    def page(self, outcome: Outcome, number: int) -> str | bytes:
        """Return what stands for ``outcome``, which is page ``number`` of all, from 1 on."""

    def ending(self) -> str | bytes:
        """Return what stands after the last."""


@dataclass(frozen=True)
class Records:
    """Records of a format, ``written_as``, with the times that reading took."""

    written_as: Format

    def heading(self) -> bytes:
        """Return the names of columns, if there are any."""
        return self.written_as.heading(kept=False)

    def page(self, outcome: Outcome, number: int) -> bytes:  # noqa: ARG002
        """Return the record."""
        return self.written_as.record(outcome, kept=False)

    def ending(self) -> bytes:
        """Return nothing."""
        return b""


class Tsv:
    """A row for each page, block, paragraph, line and word, by tabulators.

    A page is one block with one paragraph. One that could not be read has its row, without a size:
    pages are told by their number.
    """

    columns = (
        "level", "page_num", "block_num", "par_num", "line_num", "word_num",
        "left", "top", "width", "height", "conf", "text",
    )  # fmt: skip

    def heading(self) -> str:
        """Return the row of names."""
        return "\t".join(self.columns) + "\n"

    def page(self, outcome: Outcome, number: int) -> str:
        """Return the rows of a page."""
        rows = self._rows(outcome)
        return "".join(
            "\t".join(map(str, (level, number, *place, *box, conf, text))) + "\n"
            for level, place, box, conf, text in rows
        )

    def ending(self) -> str:
        """Return nothing."""
        return ""

    def _rows(self, outcome: Outcome) -> Iterator[tuple[int, tuple[int, ...], Box, str, str]]:
        """Yield level, block to word, box, confidence in percent and text of each row."""
        width, height = outcome.size or (0, 0)
        yield 1, (0, 0, 0, 0), Box(0, 0, width, height), "-1", ""
        lines = outcome.page.lines if outcome.page else ()
        if not lines:
            return
        around = _around(line.box for line in lines)
        yield 2, (1, 0, 0, 0), around, "-1", ""
        yield 3, (1, 1, 0, 0), around, "-1", ""
        for row, line in enumerate(lines, start=1):
            yield 4, (1, 1, row, 0), line.box, "-1", ""
            for place, word in enumerate(line.words, start=1):
                yield 5, (1, 1, row, place), word.box, f"{100 * word.confidence:.2f}", word.text


class Hocr:
    """An XHTML document with pages, lines, words and characters."""

    _HEADING = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
<title>Text that was read</title>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="ocr-system" content="emnist-edge {__version__}" />
<meta name="ocr-capabilities" content="ocr_page ocr_carea ocr_par ocr_line ocrx_word ocrx_cinfo" />
</head>
<body>
"""

    def heading(self) -> str:
        """Return the head of the document."""
        return self._HEADING

    def page(self, outcome: Outcome, number: int) -> str:
        """Return the element of a page; it is empty where nothing could be read."""
        width, height = outcome.size or (0, 0)
        image = shown(outcome.name).replace("\\", "\\\\").replace('"', '\\"')
        lines = outcome.page.lines if outcome.page else ()
        title = f'image "{image}"; bbox 0 0 {width} {height}; ppageno {number - 1}'
        content = ""
        if lines:
            around = _bbox(_around(line.box for line in lines))
            inside = "".join(
                _line(line, f"{number}_{row}") for row, line in enumerate(lines, start=1)
            )
            content = _element("p", "ocr_par", f"par_{number}_1", around, f"\n{inside}")
            content = "\n" + _element("div", "ocr_carea", f"block_{number}_1", around, content)
        return _element("div", "ocr_page", f"page_{number}", title, content) + "\n"

    def ending(self) -> str:
        """Return the end of the document."""
        return "</body>\n</html>\n"


def _line(line: Line, number: str) -> str:
    """Return the element of ``line``, and an end of line."""
    words = " ".join(
        _word(word, f"{number}_{place}") for place, word in enumerate(line.words, start=1)
    )
    return _element("span", "ocr_line", f"line_{number}", _bbox(line.box), words) + "\n"


def _word(word: Word, number: str) -> str:
    """Return the element of ``word`` with one for each character."""
    content = ""
    for place, character in enumerate(word.characters, start=1):
        title = f"x_bboxes {_corners(character.box)}; x_conf {100 * character.confidence:.2f}"
        content += escape(character.before) + _element(
            "span", "ocrx_cinfo", f"char_{number}_{place}", title, escape(character.char)
        )
    title = f"{_bbox(word.box)}; x_wconf {round(100 * word.confidence)}"
    return _element("span", "ocrx_word", f"word_{number}", title, content + escape(word.after))


def _element(tag: str, kind: str, name: str, title: str, content: str) -> str:
    """Return an element; ``content`` is XML by now, ``title`` is text."""
    return f'<{tag} class="{kind}" id="{name}" title={quoteattr(title)}>{content}</{tag}>'


def _bbox(box: Box) -> str:
    return f"bbox {_corners(box)}"


def _corners(box: Box) -> str:
    return f"{box.x} {box.y} {box.right} {box.bottom}"


def _around(boxes: Iterable[Box]) -> Box:
    return reduce(Box.union, boxes)


#: Documents that a file of results may be, by its suffix: such are not gone on with.
DOCUMENTS: dict[str, Printed] = {".tsv": Tsv(), ".hocr": Hocr()}
