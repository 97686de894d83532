from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.dataset.unipen import markup
from emnist_edge.dataset.unipen.markup import read_annotation
from emnist_edge.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

    from emnist_edge.dataset.unipen.markup import Segment

POINTS = """
.INCLUDE lab/lab.doc
.WRITER_ID someone
.COMMENT 1 2 3
.PEN_DOWN
	10 20
	10 30
.PEN_UP
.PEN_DOWN
 40 50
 41 51
 42 52
.PEN_UP
 43 53
.PEN_DOWN
 60 70
"""
LABELS = r"""
.VERSION 1.0
.INCLUDE lab/points.dat
.SEGMENT TEXT 0-3 ? "quote: \"x\""
.SEGMENT CHARACTER 0 ? "a"
.SEGMENT CHARACTER 1-3 OK "b"
.SEGMENT CHARACTER 0:1-1:1 ? "\""
.SEGMENT CHARACTER 0,3 "+"
.SEGMENT CHARACTER 3 ?
.SEGMENT WORD ? "whole"
"""
DOC = ".VERSION 1.0\n.HIERARCHY TEXT CHARACTER\n.COORD X Y\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Folder of includes with a file of points; labels are to be written beside it."""
    root = tmp_path / "include"
    (root / "lab").mkdir(parents=True)
    (root / "lab" / "lab.doc").write_text(DOC)
    (root / "lab" / "points.dat").write_text(POINTS)
    return root


def read(root: Path, labels: str | bytes = LABELS) -> tuple[list[Segment], str]:
    """Return what is read of ``labels``."""
    path = root.parent / "labels.dat"
    path.write_bytes(labels.encode("latin-1") if isinstance(labels, str) else labels)
    return read_annotation(path, root)


def points(segment: Segment) -> list[list[list[float]]]:
    return [stroke.tolist() for stroke in segment.strokes]


def test_segments_name_components_with_points_and_those_in_the_air_too(root: Path) -> None:
    (a, b, quote, plus), writer = read(root)
    assert writer == "someone"
    assert (a.label, points(a)) == ("a", [[[10, -20], [10, -30]]])
    assert b.label == "b"
    assert points(b) == [[[40, -50], [41, -51], [42, -52]], [[60, -70]]]
    assert (quote.label, points(quote)) == ('"', [[[10, -30]], [[40, -50], [41, -51]]])
    assert (plus.label, points(plus)) == ("+", [[[10, -20], [10, -30]], [[60, -70]]])


def test_other_columns_and_resolutions_are_told_by_the_file(root: Path) -> None:
    (root / "lab" / "lab.doc").write_text(
        ".COORD T Y X\n.X_POINTS_PER_INCH 254\n.Y_POINTS_PER_MM 5\n"
    )
    (root / "lab" / "points.dat").write_text(".INCLUDE lab/lab.doc\n.PEN_DOWN\n0 20 10\n1 30 10\n")
    (segment,), _ = read(root, '.INCLUDE lab/points.dat\n.SEGMENT CHARACTER 0 ? "l"\n')
    assert points(segment) == [[[10, -40], [10, -60]]]  # 10 places a millimetre across, 5 up


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (".INCLUDE lab/none.dat\n", "none.dat cannot be read"),
        (".INCLUDE ../labels.dat\n", "is not below"),
        (".INCLUDE /etc/hostname\n", "is not below"),
        (".INCLUDE\n", "is not below"),
        (".INCLUDE lab\0points.dat\n", "is not below"),
        (".INCLUDE lab\n", "lab is no file"),
        (".INCLUDE " + "x" * 5000 + "\n", "is not below"),
        (LABELS + '.SEGMENT CHARACTER 4 ? "z"\n', "'4', where there are 4 parts"),
        (LABELS + '.SEGMENT CHARACTER 2-1 ? "z"\n', "'2-1'"),
        (LABELS + '.SEGMENT CHARACTER 0-99999999999999999999 ? "z"\n', "which is no part"),
        (LABELS + '.SEGMENT CHARACTER 0:2 ? "z"\n', "'0:2', beyond the points"),
        (LABELS + '.SEGMENT CHARACTER 0-1:3 ? "z"\n', "'0-1:3', beyond the points"),
        (LABELS + '.SEGMENT CHARACTER 1:2-1:1 ? "z"\n', "beyond the points"),
        (LABELS + '.SEGMENT CHARACTER 1--2 ? "z"\n', "'1--2'"),
        (LABELS + '.SEGMENT CHARACTER x ? "z"\n', "without parts"),
        (".PEN_DOWN\n1 2 3\n", "columns X Y"),
        (".PEN_DOWN\n1 two\n", "words where numbers should be"),
        (".PEN_DOWN\n1 nan\n", "coordinates of"),
        (".PEN_DOWN\n1 -1e300\n", "coordinates of 10,000,000 or more"),
        (".COORD X T\n", "does not name X and Y"),
        (".COORD X Y X\n", "does not name X and Y"),
        (".X_POINTS_PER_MM 0\n", "X_POINTS_PER_MM is no number"),
        (".X_POINTS_PER_MM 1e-320\n", "X_POINTS_PER_MM is no number"),
        (".X_POINTS_PER_MM\n", "X_POINTS_PER_MM is no number"),
        (".Y_POINTS_PER_INCH 1e300\n", "coordinates of|no number"),
    ],
)
def test_what_is_wrong_is_said_and_the_file_named(root: Path, labels: str, message: str) -> None:
    with pytest.raises(DataError, match=rf"labels\.dat: .*({message})") as caught:
        read(root, labels)
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
    assert "\0" not in str(caught.value)


def test_circles_of_includes_end(root: Path) -> None:
    (root / "lab" / "lab.doc").write_text(".INCLUDE lab/points.dat\n")
    with pytest.raises(DataError, match=r"lab\.doc: includes .*points\.dat in a circle"):
        read(root)


def test_many_or_deep_includes_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(12):
        (root / f"{number}.dat").write_text(f".INCLUDE {number + 1}.dat\n")
    with pytest.raises(DataError, match=r"\d\.dat: includes more than 200 files, or 8 deep"):
        read(root, ".INCLUDE 0.dat\n")
    monkeypatch.setattr(markup, "MOST_INCLUDES", 5)
    with pytest.raises(DataError, match=r"labels\.dat: includes more than 5 files"):
        read(root, ".INCLUDE lab/lab.doc\n" * 5)


def test_links_out_of_the_folder_are_not_followed(root: Path) -> None:
    (root.parent / "secret.dat").write_text(".PEN_DOWN\n1 2\n")
    (root / "link.dat").symlink_to(root.parent / "secret.dat")
    with pytest.raises(DataError, match=r"'link\.dat', which is not below"):
        read(root, ".INCLUDE link.dat\n")


def test_links_in_a_circle_and_pipes_are_refused(root: Path) -> None:
    (root / "link.dat").symlink_to(root / "link.dat")
    with pytest.raises(DataError, match=r"labels\.dat: .*link\.dat"):
        read(root, ".INCLUDE link.dat\n")
    os.mkfifo(root / "pipe.dat")
    with pytest.raises(DataError, match=r"labels\.dat: .*pipe\.dat is no file"):
        read(root, ".INCLUDE pipe.dat\n")


@pytest.mark.parametrize(
    ("limit", "message"), [("MOST_BYTES", "has more than 30 bytes"), ("MOST_POINTS", "points")]
)
def test_huge_files_are_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch, limit: str, message: str
) -> None:
    monkeypatch.setattr(markup, limit, 30 if limit == "MOST_BYTES" else 5)
    with pytest.raises(DataError, match=rf"\.dat: .*{message}"):
        read(root)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.data())
@settings(deadline=None)
def test_every_range_of_components_is_found(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], data: st.DataObject
) -> None:
    root = tmp_path_factory.getbasetemp()
    down = [data.draw(st.booleans()) for _ in counts]
    way = [np.arange(2 * n).reshape(n, 2) + 100 * k for k, n in enumerate(counts)]
    text = "".join(
        f".PEN_{'DOWN' if pen else 'UP'}\n" + "".join(f"{x} {y}\n" for x, y in part)
        for pen, part in zip(down, way, strict=True)
    )
    first = data.draw(st.integers(0, len(counts) - 1))
    last = data.draw(st.integers(first, len(counts) - 1))
    (segment,), _ = read(root, f'{text}.SEGMENT CHARACTER {first}-{last} ? "a"\n')
    meant = [
        part * (1, -1) for pen, part in list(zip(down, way, strict=True))[first : last + 1] if pen
    ]
    assert points(segment) == [part.tolist() for part in meant]


@given(st.text('0123456789 -:,.\n"\\?PEN_DOWUCHARTSGMI/', max_size=200))
@settings(deadline=None)
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with suppress(DataError):
        read(tmp_path_factory.getbasetemp(), text)


@given(st.integers(0, len(LABELS)), st.binary(max_size=6))
@settings(deadline=None)
def test_damaged_labels_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, more: bytes
) -> None:
    root = tmp_path_factory.getbasetemp() / "damaged"
    root.mkdir(exist_ok=True)
    (root / "lab").mkdir(exist_ok=True)
    (root / "lab" / "lab.doc").write_text(DOC)
    (root / "lab" / "points.dat").write_text(POINTS)
    content = LABELS.encode()
    with suppress(DataError):
        segments, _ = read(root, content[:place] + more + content[place + len(more) :])
        assert all(len(stroke) for segment in segments for stroke in segment.strokes)


def test_the_samples_of_the_collection_are_read(unipen_data: Path) -> None:
    sample = unipen_data / "raw-sample"
    if not sample.is_dir():
        pytest.skip("the sample of the distribution is not at hand")
    path = sample / "data" / "3" / "app" / "app05" / "app0591.dat"
    segments, _ = read_annotation(path, sample / "include")
    assert "".join(segment.label for segment in segments) == "aquickbrownfoxjumps"
    assert [len(segment.strokes) for segment in segments][:6] == [1, 1, 1, 2, 1, 3]
