from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from emnist_edge.alphabet import BYMERGE, fold
from emnist_edge.alphabet import SYMBOLS as SIGNS
from emnist_edge.dataset.unipen.characters import Characters, make_characters
from emnist_edge.dataset.unipen.packed import save
from emnist_edge.scoring.sources import EMNIST, NOTHING, SYMBOLS, UNIPEN
from tests.pen_strokes import character, cross, stroke, texts
from train.common.data import load_training
from train.tiers.mixture import Blend
from train.tiers.written import mix

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

#: What each of eight writers wrote, but for what is not used: "|" is no class.
WRITTEN = "aAc5'C=./|"
USED = WRITTEN.replace("|", "")


@pytest.fixture
def unipen(tmp_path: Path) -> Path:
    """Folder of packed files of eight writers; the last character of the first is a dot."""
    folder = tmp_path / "unipen"
    folder.mkdir()
    found = [
        character(label, *cross(10 * writer + place), writer=writer)
        for writer in range(8)
        for place, label in enumerate(WRITTEN)
    ]
    dot = character("8", stroke((5, 5), (5, 5)), writer=0)
    save(folder, "train", make_characters([*found, dot]), texts("ab"))
    return folder


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Fill glyphs with the number of their drawing. Returns how many were drawn, and which."""
    seen: list[tuple[int, int]] = []

    def fill(things: Characters | Sequence[Any], seed: int) -> NDArray[np.uint8]:
        seen.append((len(things), seed))
        return np.full((len(things), 28, 28), seed, np.uint8)

    def counters(_: object, count: int, seed: int) -> NDArray[np.uint8]:
        return np.full((count, 28, 28), seed, np.uint8)

    monkeypatch.setattr("train.tiers.written.draw_counters", counters)
    monkeypatch.setattr("train.tiers.written.unipen_glyphs", fill)
    monkeypatch.setattr("train.tiers.penned.Penned.glyphs", lambda _, *given: fill(*given))
    return seen


def test_writers_beside_emnist_are_labelled_and_some_are_held_back(
    toy_data: Path, unipen: Path, drawn: list[tuple[int, int]], tmp_path: Path
) -> None:
    emnist = load_training(None, toy_data, None, 0.1, 1)
    mixed = mix(emnist, unipen, tmp_path / "glyphs", Blend(drawings=2), 1)
    assert drawn == [(8 * 5, 1), (8 * 5, 2)]  # without symbols, "|" and the dot
    assert mixed.samples.alphabet == BYMERGE
    assert np.array_equal(mixed.samples.images[: len(emnist.samples)], emnist.samples.images)
    assert np.array_equal(mixed.held, emnist.held)
    assert np.array_equal(mixed.kept[: len(emnist.kept)], emnist.kept)
    # One writer of eight is held back, drawn once; the others twice.
    assert len(mixed.written_held) == 5
    assert (mixed.samples.images[mixed.written_held] == 1).all()
    others = mixed.kept[len(emnist.kept) :]
    assert len(others) == 2 * 7 * 5
    assert not set(others.tolist()) & set(mixed.written_held.tolist())
    told = "".join(BYMERGE[label] for label in mixed.samples.labels[mixed.written_held])
    assert told == fold("aAc5C") == "aAC5C"
    assert set(mixed.sources[mixed.kept].tolist()) == {EMNIST, UNIPEN}
    assert mixed.epoch_images == pytest.approx(len(emnist.kept) / 0.5 * 0.85, abs=1)
    assert len(mixed.unipen["characters-train.npz"]) == 64
    assert mixed.record()["data"] == emnist.samples.sha256  # by which exports know EMNIST's files


def test_symbols_and_what_is_no_character_have_classes_of_their_own(
    toy_data: Path, unipen: Path, drawn: list[tuple[int, int]], tmp_path: Path
) -> None:
    emnist = load_training(None, toy_data, None, 0.1, 1)
    blend = Blend(symbols=True, drawings=2, nothings=30, held=10)
    mixed = mix(emnist, unipen, tmp_path / "glyphs", blend, 1)
    alphabet = mixed.samples.alphabet
    assert alphabet == BYMERGE + SIGNS + "∅"
    held, sources = mixed.written_held, mixed.sources

    def counted(indices: NDArray[np.int64], source: int) -> dict[str, int]:
        labels = mixed.samples.labels[indices[sources[indices] == source]]
        return {alphabet[label]: int((labels == label).sum()) for label in np.unique(labels)}

    once = {"'": 1, "=": 1, ".": 1, "/": 1, '"': 1, "€": 1}
    assert counted(held, SYMBOLS) == once
    assert counted(mixed.kept, SYMBOLS) == dict.fromkeys(once, 2 * 7)
    assert counted(held, NOTHING) == {"∅": 10}
    assert counted(mixed.kept, NOTHING) == {"∅": 60}
    assert sum(counted(held, UNIPEN).values()) == 5
    assert mixed.shares.shape == (4, len(alphabet))
    shown = np.bincount(sources[mixed.kept], mixed.times)
    assert shown / shown.sum() == pytest.approx([0.5, 0.35, 0.1, 0.05])


def test_what_was_drawn_is_taken_from_its_folder(
    toy_data: Path, unipen: Path, drawn: list[tuple[int, int]], tmp_path: Path
) -> None:
    emnist = load_training(None, toy_data, None, 0.1, 1)
    blend = Blend(symbols=True, drawings=1, nothings=30, held=10)
    first = mix(emnist, unipen, tmp_path / "glyphs", blend, 1)
    count = len(drawn)
    again = mix(emnist, unipen, tmp_path / "glyphs", blend, 1)
    assert len(drawn) == count == 5  # UNIPEN's, and put together and no characters of both parts
    assert np.array_equal(first.samples.images, again.samples.images)
    mix(emnist, unipen, tmp_path / "glyphs", Blend(symbols=True, nothings=31, held=10), 1)
    assert len(drawn) > count


def test_who_is_held_back_is_the_same_with_symbols_and_without(
    toy_data: Path, unipen: Path, drawn: list[tuple[int, int]], tmp_path: Path
) -> None:
    emnist = load_training(None, toy_data, None, 0.1, 1)
    kept = []
    for symbols in (False, True):
        blend = Blend(symbols=symbols, drawings=1, nothings=3, held=1)
        mixed = mix(emnist, unipen, tmp_path / str(symbols), blend, 1)
        letters = mixed.written_held[mixed.sources[mixed.written_held] == UNIPEN]
        kept.append(int(letters[0] - len(emnist.samples)) // (len(USED) if symbols else 5))
    assert kept[0] == kept[1]
