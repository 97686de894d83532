from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from emnist_device.live.preview.words import Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def words() -> Iterator[Words]:
    words = Words()
    yield words
    words.close()


def test_the_same_words_are_the_same_file(words: Words) -> None:
    path = words.keep("ROOM\nTEA", None)
    assert path.read_text() == words.read(path) == "ROOM\nTEA"
    assert words.keep("ROOM\nTEA", path) == path
    assert words.keep("ROOM", path) != path


def test_what_is_not_kept_here_is_not_read(words: Words, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("SECRET")
    assert words.read(tmp_path / "secret.txt") == words.read(None) == ""


def test_of_many_the_oldest_go_but_for_those_in_use(words: Words) -> None:
    used = words.keep("used", None)
    for number in range(50):
        newest = words.keep(f"word {number}", used)
        os.utime(newest, (number, number))
    assert words.read(used) == "used"
    assert words.read(newest) == "word 49"
    assert len(list(used.parent.iterdir())) < 12


def test_a_message_shows_no_path_and_nothing_stays(words: Words) -> None:
    path = words.keep("ROOM", None)
    assert words.named(f"{path}: has no words") == "the words: has no words"
    words.close()
    assert not path.parent.exists()


def test_text_that_is_no_unicode_is_kept_as_far_as_it_is(words: Words) -> None:
    assert words.read(words.keep("A\udc80B", None)) == "A?B"
