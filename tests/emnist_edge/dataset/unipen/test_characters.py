from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emnist_edge.dataset.unipen import characters as unipen
from emnist_edge.dataset.unipen import packed
from emnist_edge.dataset.unipen.characters import Character, make_characters
from emnist_edge.errors import DataError
from tests.pen_strokes import character, several, stroke, texts

if TYPE_CHECKING:
    from pathlib import Path

COUNTS = st.lists(st.lists(st.integers(0, 4), max_size=4), max_size=6)


def made(counts: list[list[int]]) -> unipen.Characters:
    """Return characters whose strokes have so many points."""
    rng = np.random.default_rng(0)
    return make_characters(
        [
            Character("A", tuple(rng.integers(0, 1000, (n, 2)) for n in strokes), number, "app")
            for number, strokes in enumerate(counts)
        ]
    )


def test_strokes_are_views_in_the_order_they_were_written() -> None:
    characters = make_characters(
        [character("T", stroke((0, 0), (900, 0)), stroke((450, 0), (450, 1000))), character("1")]
    )
    first, second = characters[0], characters[-1]
    assert (first.label, first.writer, first.source) == ("T", 3, "app")
    assert [len(part) for part in first.strokes] == [6, 6]
    assert first.strokes[1][-1].tolist() == [450, 1000]
    assert np.shares_memory(first.strokes[1], characters.points)
    assert second.label == "1"
    assert [len(part) for part in second.strokes] == [6, 6]
    for wrong in (2, -3):
        with pytest.raises(IndexError):
            characters[wrong]
    assert [each.label for each in characters] == ["T", "1"]


@settings(deadline=None)
@given(COUNTS, st.data())
def test_what_is_picked_is_as_it_was(counts: list[list[int]], data: st.DataObject) -> None:
    characters = made(counts)
    numbers = st.integers(0, max(len(counts) - 1, 0))
    chosen = data.draw(st.lists(numbers, max_size=8 if counts else 0))
    picked = characters.pick(np.array(chosen, np.int64))
    assert picked.writers.tolist() == chosen
    for place, number in enumerate(chosen):
        same = zip(picked.strokes_of(place), characters.strokes_of(number), strict=True)
        assert all(np.array_equal(one, other) for one, other in same)


@settings(deadline=None)
@given(COUNTS)
def test_sizes_are_those_of_all_strokes(counts: list[list[int]]) -> None:
    characters = made(counts)
    assert characters.sizes().shape == (len(counts), 2)
    for number, size in enumerate(characters.sizes()):
        points = [*map(np.asarray, characters.strokes_of(number)), np.zeros((0, 2))]
        joined = np.concatenate(points)
        assert size.tolist() == (np.ptp(joined, axis=0).tolist() if len(joined) else [0, 0])


def test_what_is_saved_is_loaded_again(tmp_path: Path) -> None:
    characters, written = several(5), texts("HI", "Xyz")
    paths = packed.save(tmp_path, "heldout", characters, written)
    assert [path.name for path in paths] == ["characters-heldout.npz", "texts-heldout.npz"]
    again, read = (
        packed.load_characters("heldout", tmp_path),
        packed.load_texts("heldout", tmp_path),
    )
    for one, other in ((again, characters), (read.characters, written.characters)):
        assert np.array_equal(one.points, other.points)
        assert [each.label for each in one] == [each.label for each in other]
        assert one.writers.tolist() == other.writers.tolist()
        assert one.sources.tolist() == other.sources.tolist()
        assert np.array_equal(one.strokes, other.strokes)
    text = read[-1]
    assert "".join(each.label for each in text.characters) == "Xyz"
    assert (text.writer, text.source, text.clean) == (1, "app", True)
    assert len(read) == 2
    with pytest.raises(IndexError):
        read[2]


def test_the_folder_is_given_or_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(packed.UNIPEN_VARIABLE, raising=False)
    with pytest.raises(DataError, match="EMNIST_EDGE_UNIPEN"):
        packed.unipen_dir()
    monkeypatch.setenv(packed.UNIPEN_VARIABLE, str(tmp_path))
    assert packed.unipen_dir() == tmp_path
    assert packed.unipen_dir(tmp_path / "other") == tmp_path / "other"
    with pytest.raises(DataError, match=r"characters-train\.npz: not there; pack it anew"):
        packed.load_characters("train")


CHARACTERS = {
    "points": np.zeros((6, 2), np.int16),
    "stroke": np.array([0, 3, 6]),
    "char": np.array([0, 1, 2]),
    "label": np.array(["a", "b"]),
    "writer": np.array([1, 2]),
    "set": np.array(["app", "apa"]),
}
TEXTS = {
    **{name: CHARACTERS[name] for name in ("points", "stroke", "char", "label")},
    "text": np.array([0, 1]),
    "text_writer": np.array([1, 2]),
    "text_set": np.array(["app", "apa"]),
    "text_clean": np.array([True, False]),
}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("stroke", [0, 3, 7], "'stroke' does not rise from 0 to 6"),
        ("stroke", [1, 3, 6], "'stroke'"),
        ("stroke", [0, 7, 6], "'stroke'"),
        ("stroke", [0, -1, 6], "'stroke'"),
        ("stroke", [], "its 'stroke'|'stroke' does"),
        ("char", [0, 1], "'char' does not rise from 0 to 2"),
        ("char", [0, 2], "differ in number"),
        ("label", ["a", "b", "c"], "differ in number"),
        ("label", ["a", "bc"], "one printable ASCII character"),
        ("label", ["a", " "], "one printable ASCII character"),
        ("label", ["a", "\x1b"], "one printable ASCII character"),
        ("label", ["a", "é"], "one printable ASCII character"),
        ("label", ["a", ""], "one printable ASCII character"),
        ("writer", [1], "differ in number"),
        ("set", ["app"], "differ in number"),
        ("points", [[0, -1]] * 6, "coordinates are not from 0 to 65535"),
        ("points", [[0, 65536]] * 6, "coordinates"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, value: Any, message: str
) -> None:
    wrong = np.array(value) if value else np.zeros(0, int)
    np.savez(tmp_path / "characters-train.npz", **{**CHARACTERS, name: wrong})  # type: ignore[arg-type]
    with pytest.raises(DataError, match=rf"characters-train\.npz: .*({message}).*; pack it anew"):
        packed.load_characters("train", tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("text", [1, 0], "order of its texts"),
        ("text", [0, 2], "order of its texts"),
        ("text", [0, 0], "order of its texts"),
        ("text", [0, 0, 1], "order of its texts"),
        ("text", [-1, 1], "order of its texts"),
        ("text_writer", [1], "differ in number"),
        ("text_set", ["app"], "differ in number"),
        ("text_clean", [True], "differ in number"),
    ],
)
def test_texts_that_do_not_fit_are_refused(
    tmp_path: Path, name: str, value: Any, message: str
) -> None:
    np.savez(tmp_path / "texts-train.npz", **TEXTS)  # type: ignore[arg-type]
    assert len(packed.load_texts("train", tmp_path)) == 2
    np.savez(tmp_path / "texts-train.npz", **{**TEXTS, name: np.array(value)})  # type: ignore[arg-type]
    with pytest.raises(DataError, match=rf"texts-train\.npz: .*{message}"):
        packed.load_texts("train", tmp_path)


def test_writers_of_the_collection_are_parted(unipen_data: Path) -> None:
    train, held = (packed.load_characters(part, unipen_data) for part in ("train", "heldout"))
    assert len(train) > 10_000
    assert len(held) > 1000
    assert not set(train.writers.tolist()) & set(held.writers.tolist())
    assert train.sizes().max() == unipen.BOX_SIDE
