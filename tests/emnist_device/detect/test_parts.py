"""Parts of a page that are other than the rest: looked at again, and only these."""

from __future__ import annotations

import numpy as np
import pytest

from emnist_device.box import Box
from emnist_device.detect import contrast as contrasts
from emnist_device.detect.clusters import grown, near_one_another
from emnist_device.detect.decision import Found, which_look_alike
from emnist_device.detect.grouping import Blob
from emnist_device.detect.layout import Layout
from emnist_device.detect.merging import merge
from emnist_device.detect.network import PageNet
from emnist_edge import Decoding, Reader
from emnist_edge.drawing.camera import Camera
from emnist_edge.drawing.character import Pen
from emnist_edge.drawing.pages import draw_page
from emnist_edge.drawing.paper import Paper

CAMERA = Camera(blur=0.6, noise=2)
CHALK, SLATE = Pen(ink=(235, 240, 240), width=0.11), Paper(colour=(42, 40, 38))
READER = Reader()
ALIKE = which_look_alike("AB")


def draw(text: str, size: tuple[int, int], height: float, *, slate: bool = False) -> np.ndarray:
    pen, paper = (CHALK, SLATE) if slate else (Pen(width=0.11), Paper())
    return draw_page(
        text, size=size, height=height, seed=5, pen=pen, paper=paper, camera=CAMERA
    ).picture


def with_slate(text: str, size: tuple[int, int]) -> np.ndarray:
    """Return a page with ``MEET FRANK`` on paper, and ``text`` on a slate of this size below."""
    page = np.full((440, 640, 3), (240, 244, 245), np.uint8)
    page[:200] = draw("MEET FRANK\nAT HOTEL 47", (640, 200), 34)
    left = (640 - size[0]) // 2
    page[230 : 230 + size[1], left : left + size[0]] = draw(text, size, 34, slate=True)
    return page


@pytest.mark.parametrize(
    ("text", "size"), [("BRING 23\nGREEN BAGS", (520, 190)), ("HANDLE", (300, 90))]
)
def test_a_slate_and_paper_are_both_read(text: str, size: tuple[int, int]) -> None:
    page = READER.read(with_slate(text, size))
    assert page.text == f"MEET FRANK\nAT HOTEL 47\n{text}"
    first, *_, last = page.lines
    assert first.box.bottom < 120
    assert 230 < last.box.y < last.box.bottom < 230 + size[1]


@pytest.mark.parametrize("high", [60, 90])
def test_a_label_hardly_higher_than_its_writing_is_read_on_a_board(high: int) -> None:
    board = draw("MEET FRANK\nAT HOTEL 47", (700, 220), 36, slate=True)
    below = np.full((high + 90, 700, 3), board[5, 5], np.uint8)
    below[45 : 45 + high, 90:610] = draw("GREEN BAGS", (520, high), 36)
    assert READER.read(np.vstack([board, below])).text == "MEET FRANK\nAT HOTEL 47\nGREEN BAGS"


@pytest.mark.parametrize("large_first", [False, True])
def test_writing_four_times_as_high_as_other_writing_is_read(*, large_first: bool) -> None:
    large = draw("HAND\nBAGS", (700, 380), 96)
    small = draw("MEET FRANK\nAT HOTEL 47", (700, 140), 24)
    texts = ["HAND\nBAGS", "MEET FRANK\nAT HOTEL 47"]
    parts = [large, small]
    order = slice(None) if large_first else slice(None, None, -1)
    page = READER.read(np.vstack(parts[order]))
    assert page.text == "\n".join(texts[order])
    heights = [
        np.median([c.box.height for w in line.words for c in w.characters]) for line in page.lines
    ]
    assert max(heights) / min(heights) == pytest.approx(4, rel=0.2)


def test_a_pattern_holds_on_a_slate_too() -> None:
    reader = Reader(decoding=Decoding(charset="A-Z0-9"))
    assert reader.read(with_slate("BRING 23", (520, 120))).text.endswith("BRING 23")


@pytest.mark.parametrize("turned", [False, True])
def test_a_page_of_one_kind_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch, *, turned: bool
) -> None:
    looks: list[tuple[int, ...]] = []
    look = PageNet.__call__

    def count(self: PageNet, contrast: np.ndarray) -> object:
        looks.append(contrast.shape)
        return look(self, contrast)

    monkeypatch.setattr(PageNet, "__call__", count)
    picture = draw("MEET FRANK\nAT HOTEL 47", (640, 200), 34)
    page = READER.read(255 - picture if turned else picture)
    assert page.text == "MEET FRANK\nAT HOTEL 47"
    assert len(looks) == 1


def found(boxes: list[Box], chances: list[float], scale: float = 1.0) -> Found:
    """Return characters in ``boxes`` that are an A with these ``chances``, else a B."""
    labels = np.zeros((60, 100), np.int32)
    for label, box in enumerate(boxes, 1):
        labels[box.y : box.bottom, box.x : box.right] = label
    coverage = np.where(labels > 0, np.uint8(255), np.uint8(0))
    blobs = tuple(Blob(box, n, box.width * box.height) for n, box in enumerate(boxes, 1))
    sure = np.array(chances, np.float32)
    glyphs = np.zeros((len(boxes), 28, 28), np.uint8)
    layout = Layout((blobs,), labels, coverage, scale)
    return Found(layout, glyphs, np.stack([sure, 1 - sure], axis=1), 0.5)


def test_what_is_read_better_on_a_part_takes_the_place_of_what_was_read_there() -> None:
    page = found([Box(2, 2, 8, 12), Box(40, 20, 8, 12), Box(55, 20, 8, 12)], [0.9, 0.5, 0.6])
    part = found([Box(10, 10, 16, 24), Box(40, 10, 16, 24)], [0.98, 0.97], scale=2.0)
    merged = merge(page, part, Box(35, 15, 20, 20), ALIKE)
    assert merged.layout.scale == 2.0
    boxes = [blob.box for blob in merged.layout.blobs]
    assert boxes == [Box(4, 4, 16, 24), Box(80, 40, 16, 24), Box(110, 40, 16, 24)]
    assert merged.probabilities[:, 0].tolist() == pytest.approx([0.9, 0.98, 0.97])
    for blob in merged.layout.blobs:
        x, y, width, height = blob.box
        assert (merged.layout.labels[y : y + height, x : x + width] == blob.label).all()
        assert (merged.layout.coverage[y : y + height, x : x + width] == 255).all()


def test_what_is_read_worse_on_a_part_is_left() -> None:
    page = found([Box(40, 20, 8, 12)], [0.95])
    part = found([Box(5, 5, 8, 12)], [0.7])
    assert merge(page, part, Box(35, 15, 20, 20), ALIKE) is page
    assert (
        merge(
            found([], []), found([Box(5, 5, 8, 12)], [0.5]), Box(0, 0, 20, 20), ALIKE
        ).layout.blobs
        == []
    )


def test_boxes_are_grouped_by_what_is_between() -> None:
    row = [Box(20 * n, 0, 10, 10) for n in range(3)]
    away = Box(100, 0, 10, 10)
    assert near_one_another([*row, away], 1.5) == [row, [away]]
    assert near_one_another([row[0], row[2], row[1]], 1.5) == [[row[0], row[2], row[1]]]
    assert near_one_another([], 1.5) == []


def test_a_part_with_its_margin_ends_at_the_picture() -> None:
    assert grown(Box(2, 10, 5, 5), 4, 2.0, (40, 50)) == Box(0, 12, 22, 26)
    assert grown(Box(18, 10, 5, 8), 4, 2.0, (40, 50)) == Box(28, 12, 22, 28)


def test_rows_that_are_far_apart_are_two_groups() -> None:
    row = [Box(20 * n, 0, 10, 10) for n in range(3)]
    below = Box(0, 60, 10, 10)
    assert near_one_another([*row, below], 1.5) == [row, [below]]


def test_one_character_alone_is_no_other_writing() -> None:
    blank, single = found([], []), found([Box(5, 5, 8, 12)], [0.99])
    assert merge(blank, single, Box(0, 0, 20, 20), ALIKE) is blank


def test_which_side_ink_is_on_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []
    find = contrasts.is_ink_light

    def count(picture: np.ndarray, **thresholds: contrasts.Contrasts) -> bool:
        asked.append(picture.shape)
        return find(picture, **thresholds)

    monkeypatch.setattr(contrasts, "is_ink_light", count)
    picture = with_slate("HANDLE", (300, 90))
    assert READER.read(255 - picture).text == "MEET FRANK\nAT HOTEL 47\nHANDLE"
    assert asked == [picture.shape]
